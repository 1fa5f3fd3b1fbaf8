import { createHash } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { isJson } from '../../lib/json/json-value.ts'
import { bodyTexts } from '../../pipeline/ingest/body.ts'
import { archiveReader, nameOfEntry, type ReadEntries } from '../../pipeline/ingest/file/archive.ts'

import { compressionOf, decompress, expansionGuard } from '../../pipeline/ingest/file/decompress.ts'
import { oldestFirst } from '../../pipeline/ingest/file/oldest-first.ts'
import { asUtf8 } from '../../pipeline/ingest/file/utf16.ts'
import { withoutDeclaration } from '../../pipeline/ingest/join/xml-events.ts'
import { parseRecord } from '../../pipeline/normalize/parse-record.ts'
import { chunkTexts, hashTexts } from './record-chunk.ts'
import { recordTypes, refuseContent, refuseType } from './record-content.ts'
import type { RecordChunk } from './record-input.ts'
import { chunkLines } from './record-lines.ts'

/** A JSON body up to this size is validated as a whole before any record counts. A larger one is read as a stream. */
const wholeLimit = 25 * 1_048_576
const peekBytes = 65_536
const longestHeld = 1_048_576
/** The expansion limit of a compressed body without a Content-Encoding. */
const expansion = { ratio: 250, ratioFrom: 25 * 1_048_576, bytes: 2 ** 38 }

/**
 * Reads log records from a body of any common shape: a JSON array, an envelope such as `{"Records": […]}`, one object,
 * JSON lines or plain lines; optionally compressed, or in a zip or tar archive. An unspecific content type is resolved by the first bytes. Throws
 * UNSUPPORTED_MEDIA_TYPE for content that is not text. Of a compressed file or a binary log that is damaged, reads the records before the
 * fault: sent again, it would have the same fault.
 */
export async function* readRecords(
  body: AsyncIterable<Uint8Array>,
  contentType: string | undefined,
): AsyncGenerator<RecordChunk> {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  refuseType(type)
  const sent = await peek(body)
  const damage: Damage = { fault: undefined }
  let count = 0
  for await (const chunk of recordsOf(type, await peek(asUtf8(unpacked(sent, damage))), damage)) {
    count += chunk.texts.length
    yield chunk
  }
  const { fault } = damage
  if (!fault) return
  if (count === 0) throw fault
  yield { texts: [], hash: () => '', fault: fault.message }
}

/** The reason why a body cannot be read to its end, as soon as its reader knows it. */
interface Damage {
  fault: AppError | undefined
}

type Peeked = Awaited<ReturnType<typeof peek>>

/** Reads the records of an unpacked body. */
async function* recordsOf(type: string, { head, rest }: Peeked, damage: Damage): AsyncGenerator<RecordChunk> {
  if (head.length === 0) throw damage.fault ?? empty()
  const archive = archiveReader(head)
  if (archive) {
    yield* readArchive(rest, archive, damage)
    return
  }
  refuseContent(type, head)
  const shape = shapeOf(type, head)
  if (shape !== 'json') {
    yield* inOrder(chunkLines(rest, shape === 'json lines' ? 'json' : 'text'))
    return
  }
  const { bytes, more } = await readUpTo(rest, wholeLimit)
  if (more || damage.fault) {
    yield* inOrder(chunkLines(more ?? joined([bytes], nothing()), 'document'))
    return
  }
  const { texts } = bodyTexts(isJsonType(type) ? type : undefined, bytes.toString('utf8'))
  let known: string | undefined
  const hash = () => (known ??= createHash('sha256').update(bytes).digest('hex'))
  for await (const { texts: chunk } of inOrder(chunkTexts(texts))) yield { texts: chunk, hash }
}

/** Orders the records of an export that begins with the newest, if it is not too long to keep. */
async function* inOrder(chunks: Iterable<string[]> | AsyncIterable<string[]>): AsyncGenerator<RecordChunk> {
  const each = (async function* () {
    yield* chunks
  })()
  // Only the order counts. A fixed time of arrival gives the same one when the body is sent again.
  const timeOf = (text: string) => parseRecord({ text, source: '', receivedAt: 0 }).time
  const reading = { timeOf, textOf: (text: string) => text, mostCharacters: wholeLimit }
  for await (const texts of oldestFirst(each, reading)) yield { texts, hash: () => hashTexts(texts) }
}

const isJsonType = (type: string): boolean => /^application\/([\w.+-]*\+)?json$/.test(type)

/** Reads the records of each file of an archive. At its end, throws if some files are not logs, or if there was none. */
async function* readArchive(
  stream: AsyncIterable<Buffer>,
  read: ReadEntries,
  damage: Damage,
): AsyncGenerator<RecordChunk> {
  const guard = expansionGuard(expansion)
  const checked = async function* (content: AsyncIterable<Uint8Array>) {
    for await (const bytes of content) {
      guard.expanded(bytes.length)
      yield bytes
    }
  }
  const skipped: string[] = []
  let files = 0
  try {
    for await (const entry of read(guard.received(stream))) {
      const name = entry.isFile ? nameOfEntry(entry.path) : undefined
      if (name === undefined || entry.bytes === 0) continue
      files += 1
      try {
        for await (const chunk of readRecords(checked(entry.content()), undefined)) {
          yield chunk.fault === undefined ? chunk : { ...chunk, fault: `${name}: ${chunk.fault}` }
        }
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'UNSUPPORTED_MEDIA_TYPE') throw error
        skipped.push(`${name}: ${error.message}`)
      }
    }
  } catch (error) {
    if (error instanceof AppError && error.code !== 'SOURCE_FAILED') throw error
    const isBomb = error instanceof AppError
    const message = isBomb ? error.message : 'The archive is corrupt.'
    const refused = new AppError(isBomb ? 'TOO_LARGE' : 'INVALID_REQUEST', message, {
      hint: 'Send its files separately.',
      cause: error,
    })
    if (isBomb) throw refused
    damage.fault ??= refused
    return
  }
  if (files === 0) throw empty()
  if (skipped.length > 0) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', `Files of the archive are no logs: ${skipped.slice(0, 5).join(' ')}`, {
      hint: 'All other files of the archive are stored. Do not send them again.',
      accepts: recordTypes,
    })
  }
}

/** Returns whether a body is one JSON document or one record per line. */
const shapeOf = (type: string, head: Buffer): 'json' | 'json lines' | 'text lines' => {
  const text = head.toString('utf8').trimStart()
  // An object that ends on its line, followed by another line, means one record per line, whatever the content type.
  const end = text.indexOf('\n')
  const manyObjects = text.startsWith('{') && end >= 0 && isJson(text.slice(0, end)) && text.slice(end).trim() !== ''
  if (/^application\/(x-)?(ndjson|jsonl|json-lines|jsonlines|json-stream)/.test(type)) return 'json lines'
  if (isJsonType(type)) return manyObjects ? 'json lines' : 'json'
  if (type.startsWith('text/') || manyObjects) return 'text lines'
  return text.startsWith('{') || looksLikeJsonArray(text) ? 'json' : 'text lines'
}

/** Plain lines may also start like `[2026-01-15 10:00 …` or `[error] …`. */
const looksLikeJsonArray = (text: string): boolean => /^\[\s*(["{\]]|$)/.test(text)

/** Reads until the first line is complete, or the next one after an XML declaration. The bytes stay part of the body. */
const peek = async (body: AsyncIterable<Uint8Array>) => {
  const iterator = body[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  const isDeclared = () => head.toString('latin1', 0, 8).includes('<?xml')
  const isEnough = () =>
    head.includes('\n') && (!isDeclared() || withoutDeclaration(head.toString('utf8')).includes('\n'))
  while (head.length < peekBytes && !isEnough()) {
    const next = await iterator.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  return { head, rest: joined([head], iterator) }
}

async function* joined(first: readonly Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  for (const bytes of first) yield Buffer.from(bytes)
  for await (const bytes of { [Symbol.asyncIterator]: () => iterator }) {
    yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}

/** Passes bytes on when their line is complete, so that a fault leaves no part of a line. Does not hold back long lines. */
async function* inWholeLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  let size = 0
  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf('\n') + 1
    if (end > 0) {
      yield Buffer.concat([...held, chunk.subarray(0, end)])
      held = []
      size = 0
    }
    held.push(chunk.subarray(end))
    size += chunk.length - end
    if (size > longestHeld) {
      yield Buffer.concat(held)
      held = []
      size = 0
    }
  }
  if (size > 0) yield Buffer.concat(held)
}

async function* nothing(): AsyncGenerator<Buffer> {}

/** Unpacks a body up to where its bytes are damaged. Throws if it expands too much, or if its sender breaks off. */
async function* unpacked({ head, rest }: Peeked, damage: Damage): AsyncGenerator<Buffer> {
  if (!compressionOf(head)) {
    yield* rest
    return
  }
  try {
    yield* inWholeLines(decompress(rest, expansion))
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'SOURCE_FAILED') throw error
    const isBomb = error.cause === undefined
    const refused = new AppError(isBomb ? 'TOO_LARGE' : 'INVALID_REQUEST', error.message, {
      hint: 'Send the body uncompressed, or in several requests.',
      cause: error,
    })
    if (isBomb) throw refused
    damage.fault = refused
  }
}

/** Reads a body up to a limit; if it is larger, `more` yields all of it. */
const readUpTo = async (body: AsyncGenerator<Buffer>, limit: number) => {
  const chunks: Buffer[] = []
  let size = 0
  for (let next = await body.next(); !next.done; next = await body.next()) {
    chunks.push(next.value)
    size += next.value.byteLength
    if (size > limit) return { bytes: Buffer.alloc(0), more: joined(chunks, body) }
  }
  return { bytes: Buffer.concat(chunks) }
}

const empty = (): AppError =>
  new AppError('INVALID_REQUEST', 'The body is empty.', {
    hint: 'Send log records as JSON, JSON lines or plain lines.',
  })
