import { AppError } from '../errors.ts'
import type { RecordChunk } from './record-input.ts'
import { parseRecords } from './record-json.ts'
import { chunkLines } from './record-lines.ts'

/** A JSON body is read whole before it is understood, so it has an end; lines may go on for as long as their sender likes. */
const wholeLimit = 25 * 1_048_576
const peekBytes = 65_536

/**
 * Reads a body of log records in any shape that shippers send: a JSON array, `{"logs": […]}`, one object, JSON lines, plain lines.
 * What the content type leaves open, the first bytes tell.
 */
export async function* readRecords(
  body: AsyncIterable<Uint8Array>,
  contentType: string | undefined,
): AsyncGenerator<RecordChunk> {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (/^(multipart|image|audio|video|font)\//.test(type)) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', `Records cannot be read from "${type.slice(0, 80)}".`, {
      hint: 'Send application/json, application/x-ndjson or text/plain.',
    })
  }
  const { head, rest } = await peek(body)
  if (head.length === 0) throw empty()
  if (shapeOf(type, head) === 'lines') yield* chunkLines(rest)
  else yield* parseRecords(await readAll(rest))
}

/** Tells whether a body is one JSON text or one record a line. */
const shapeOf = (type: string, head: Buffer): 'json' | 'lines' => {
  if (/^application\/([\w.+-]*\+)?json$/.test(type)) return 'json'
  if (/^(text\/|application\/(x-)?(ndjson|jsonl|json-lines|jsonlines|json-seq))/.test(type)) return 'lines'
  const text = head.toString('utf8').trimStart()
  if (text.startsWith('[')) return looksLikeJsonArray(text) ? 'json' : 'lines'
  if (!text.startsWith('{')) return 'lines'
  // An object that ends with its line, and another line after it: one record a line.
  const end = text.indexOf('\n')
  return end >= 0 && isJson(text.slice(0, end)) && text.slice(end).trim() !== '' ? 'lines' : 'json'
}

/** `[2026-01-15 …` and `[error] …` begin plain lines as well. */
const looksLikeJsonArray = (text: string): boolean => /^\[\s*(["{\]]|null|$)/.test(text)

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Reads until there is a line to look at; what was read stays part of the body. */
const peek = async (body: AsyncIterable<Uint8Array>) => {
  const iterator = body[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < peekBytes && !head.includes('\n')) {
    const next = await iterator.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  return {
    head,
    rest: (async function* () {
      yield head
      yield* { [Symbol.asyncIterator]: () => iterator }
    })(),
  }
}

const readAll = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > wholeLimit) {
      throw new AppError('TOO_LARGE', 'A JSON body may have 25 MiB, uncompressed.', {
        hint: 'Send one JSON object a line, as application/x-ndjson: that has no limit.',
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const empty = (): AppError =>
  new AppError('INVALID_REQUEST', 'The body is empty.', { hint: 'Send log records: JSON, JSON lines, or plain lines.' })
