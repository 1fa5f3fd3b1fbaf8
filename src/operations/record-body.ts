import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'
import { bodyTexts } from '../pipeline/ingest/body.ts'
import { chunkTexts } from './record-chunk.ts'
import type { RecordChunk } from './record-input.ts'
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
  const shape = shapeOf(type, head)
  if (shape !== 'json') {
    yield* chunkLines(rest, shape === 'json lines' ? 'json' : 'text')
    return
  }
  const bytes = await readAll(rest)
  const { texts } = bodyTexts(isJsonType(type) ? type : undefined, bytes.toString('utf8'))
  let known: string | undefined
  const hash = () => (known ??= createHash('sha256').update(bytes).digest('hex'))
  for (const chunk of chunkTexts(texts)) yield { texts: chunk, hash }
}

const isJsonType = (type: string): boolean => /^application\/([\w.+-]*\+)?json$/.test(type)

/** Tells whether a body is one JSON text or one record a line. */
const shapeOf = (type: string, head: Buffer): 'json' | 'json lines' | 'text lines' => {
  const text = head.toString('utf8').trimStart()
  // An object that ends with its line, and another line after it: one record a line, whatever it is called.
  const end = text.indexOf('\n')
  const manyObjects = text.startsWith('{') && end >= 0 && isJson(text.slice(0, end)) && text.slice(end).trim() !== ''
  if (manyObjects || /^application\/(x-)?(ndjson|jsonl|json-lines|jsonlines|json-stream)/.test(type))
    return 'json lines'
  if (isJsonType(type)) return 'json'
  if (type.startsWith('text/')) return 'text lines'
  return text.startsWith('{') || looksLikeJsonArray(text) ? 'json' : 'text lines'
}

/** `[2026-01-15 10:00 …` and `[error] …` begin plain lines as well. */
const looksLikeJsonArray = (text: string): boolean => /^\[\s*(["{\]]|$)/.test(text)

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
