import { AppError } from '../../errors.ts'

/** The size limit of a decompressed body. */
export const mostBytes = 25 * 1_048_576
/** The limit of records in one request. Shippers send some thousands. */
export const mostRecords = 100_000
/** The limit of values in a JSON document, and of messages in Protocol Buffers: a value takes much more memory than its bytes. */
export const mostValues = 2_000_000
/** The limit of all bodies that are arriving. */
const mostTogether = 4 * mostBytes

/** Rejects a body with too many records or values. A shipper can divide it, so the error is not retryable. */
export const tooMany = (what: 'records' | 'values', most: number): AppError =>
  new AppError('TOO_LARGE', `The body has more than ${most} ${what}.`, { hint: 'Send it in several requests.' })

let arriving = 0

/** Reads a whole body. Throws TOO_LARGE, or a retryable QUEUE_FULL while other large bodies arrive. */
export const readLimited = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.byteLength
      arriving += chunk.byteLength
      if (size > mostBytes) {
        throw new AppError('TOO_LARGE', `The body is larger than ${mostBytes} bytes.`, {
          hint: 'Send it in several requests.',
        })
      }
      if (arriving > mostTogether) {
        throw new AppError('QUEUE_FULL', 'Too many large requests arrive at the same time.', {
          hint: 'Retry in a moment.',
          retryable: true,
          retryAfter: 1,
        })
      }
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } finally {
    arriving -= size
  }
}

/** Parses a JSON body. Throws SyntaxError, or TOO_LARGE for more values than fit in memory. */
export const parseBody = (body: Buffer): unknown => {
  if (countValues(body) > mostValues) throw tooMany('values', mostValues)
  return JSON.parse(body.toString('utf8'))
}

/** Counts the values of a JSON text without building them: commas and opening brackets outside of strings. */
const countValues = (body: Buffer): number => {
  // Even a body without anything else cannot have more.
  if (body.length <= mostValues) return 0
  let count = 0
  let quoted = false
  for (let at = 0; at < body.length; at++) {
    const code = body[at]
    if (quoted) {
      if (code === backslash) at += 1
      else if (code === quote) quoted = false
    } else if (code === quote) quoted = true
    else if (code === comma || code === openBrace || code === openBracket) count += 1
  }
  return count
}

const [quote, backslash, comma, openBrace, openBracket] = [0x22, 0x5c, 0x2c, 0x7b, 0x5b]
