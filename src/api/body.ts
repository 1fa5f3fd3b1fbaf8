import type { IncomingMessage } from 'node:http'
import { pipeline, Readable, type Transform } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { AppError, messageOf } from '../errors.ts'
import { within } from '../lib/deadline/deadline.ts'
import { plural } from '../lib/units/number.ts'

/** The time limits of a body: the longest pause, and the minimum average rate in bytes per second. */
const patience = { idleMs: 15_000, bytesPerSecond: 1_024 }

/** Beyond this size, a body that was compressed better than `mostRatio` to one counts as a bomb: logs reach 20 to 100. */
const ratioFrom = 25 * 1_048_576
const mostRatio = 250

/**
 * Reads the body of a request in chunks, decompressed, as UTF-8. Reads nothing ahead of the consumer, stores nothing, and rejects a slow
 * sender or a body that is too large. The request itself stays open, so that the server can still answer.
 */
export const readBody = (request: IncomingMessage): AsyncIterable<Uint8Array> => {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  const raw = arriving(request)
  return transcoded(encoding === 'identity' || encoding === '' ? raw : decompressed(raw, encoding), charsetOf(request))
}

/** Reads a whole body of at most `limit` bytes. */
export const readWhole = async (body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > limit) {
      throw new AppError('TOO_LARGE', `The body is larger than ${limit} bytes.`, {
        hint: 'Send it in several requests.',
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function* arriving(request: IncomingMessage): AsyncGenerator<Buffer> {
  // Destroying the request would destroy the connection, and the client would not learn the reason.
  const chunks: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false })
  let received = 0
  let waited = 0
  for (;;) {
    const began = performance.now()
    const allowed = patience.idleMs + (received / patience.bytesPerSecond) * 1000 - waited
    const next = await within(Math.min(patience.idleMs, allowed), chunks.next(), tooLate).catch((error: unknown) => {
      throw error instanceof AppError ? error : cutOff(error)
    })
    if (next.done) return
    waited += performance.now() - began
    received += next.value.length
    yield next.value
  }
}

async function* decompressed(raw: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const make = decompressors[encoding]
  if (!make) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', `The content encoding "${encoding.slice(0, 40)}" cannot be read.`, {
      hint: `Use one of: ${Object.keys(decompressors).join(', ')}; or none.`,
    })
  }
  let compressed = 0
  let size = 0
  const counted = Readable.from(
    (async function* () {
      for await (const chunk of raw) {
        compressed += chunk.length
        yield chunk
      }
    })(),
  )
  // Errors reach the reader of the last stream of a pipeline; the callback only prevents that they are also unhandled.
  const output: AsyncIterable<Buffer> = pipeline(counted, make(), () => undefined)
  try {
    for await (const chunk of output) {
      size += chunk.length
      if (size > ratioFrom && size > compressed * mostRatio) {
        throw new AppError('TOO_LARGE', `The body swells to more than ${mostRatio} times its compressed size.`, {
          hint: 'Send it in several requests, or uncompressed.',
        })
      }
      yield chunk
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw unreadable(encoding, compressed, size, error)
  }
}

/** Says whether the body was cut off, is damaged, or was never compressed that way. */
const unreadable = (encoding: string, compressed: number, size: number, error: unknown): AppError => {
  const isShort =
    error instanceof Error && 'code' in error && (error.code === 'Z_BUF_ERROR' || /unexpected end/i.test(error.message))
  if (isShort) {
    return new AppError(
      'INVALID_REQUEST',
      `The ${encoding} body ends too early, after ${plural(compressed, 'byte')}.`,
      {
        hint: 'The sender cut it off. Send the whole body again.',
        retryable: true,
        cause: error,
      },
    )
  }
  const isDamaged = size > 0 || /invalid|incorrect (?!header)/i.test(messageOf(error))
  return new AppError(
    'INVALID_REQUEST',
    isDamaged
      ? `The ${encoding} body is damaged.`
      : `The body is not ${encoding}, although its Content-Encoding says so.`,
    {
      hint: isDamaged
        ? 'Compress it again, and send it as binary data.'
        : 'Compress it, or leave out the header Content-Encoding.',
      cause: error,
    },
  )
}

const chunkSize = 65_536
const decompressors: { readonly [Encoding in string]?: () => Transform } = {
  gzip: () => createGunzip({ chunkSize }),
  'x-gzip': () => createGunzip({ chunkSize }),
  deflate: () => createInflate({ chunkSize }),
  br: () => createBrotliDecompress({ chunkSize }),
  // A window of 8 MiB, as RFC 8878 recommends: larger ones would let a client reserve our memory.
  zstd: () => createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 23 } }),
}

const charsetOf = (request: IncomingMessage): string =>
  /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase() ?? 'utf-8'

async function* transcoded(body: AsyncIterable<Uint8Array>, charset: string): AsyncGenerator<Uint8Array> {
  if (charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') {
    yield* body
    return
  }
  const decoder = decoderOf(charset)
  for await (const chunk of body) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}

const decoderOf = (charset: string): TextDecoder => {
  try {
    return new TextDecoder(charset)
  } catch (error) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', `The charset "${charset.slice(0, 40)}" cannot be read.`, {
      hint: 'Use UTF-8.',
      cause: error,
    })
  }
}

const tooLate = (): never => {
  throw new AppError('REQUEST_TIMEOUT', 'The body did not arrive in time.', {
    hint: 'Send faster, or in smaller requests.',
    retryable: true,
  })
}

const cutOff = (error: unknown): AppError =>
  new AppError('INVALID_REQUEST', 'The body ended before its announced end.', { retryable: true, cause: error })
