import { promisify } from 'node:util'
import { zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { RecordBatch, UnnumberedBatch, WaitingRecords } from '../schema/record/record.ts'
import { fastest, isWorthCompressing } from './compression.ts'

/** The first byte of the payload of records: JSON starts with a bracket, and zstd with 0x28. */
const mark = 0x01
const plain = 0
const compressed = 1
/** The mark, the way it is stored, and the number of the first record. */
const headSize = 10
const zstd = promisify(zstdCompress)

/** The values that all records of a batch share. */
type Head = Omit<UnnumberedBatch, 'texts'>

/** Where sources alternate line by line, the same few heads recur: this many are compared. */
const recentHeads = 16

interface Columns {
  readonly heads: readonly Head[]
  /** For each batch the number of its head, and its number of records. */
  readonly runs: readonly number[]
  /** Whether all texts are ASCII. */
  readonly ascii: boolean
}

/** Records without their numbers, as they are stored. */
export interface PackedRecords {
  readonly body: Uint8Array
  readonly isCompressed: boolean
  /** Bytes before compression. */
  readonly size: number
}

/**
 * Packs batches of one partition in columns: their heads, then all texts, one after the other. That takes a fraction of the time of JSON,
 * which escapes each text. Undefined for texts that UTF-8 cannot represent.
 */
export const packRecords = (batches: readonly UnnumberedBatch[]): PackedRecords | undefined => {
  const heads: Head[] = []
  const runs: number[] = []
  const texts: string[] = []
  for (const batch of batches) {
    runs.push(numberOf(heads, batch), batch.texts.length)
    for (const text of batch.texts) texts.push(text)
  }
  const joined = texts.join('')
  if (!joined.isWellFormed()) return undefined
  const bytes = Buffer.from(joined)
  const ascii = bytes.length === joined.length
  const lengths = Uint32Array.from(texts, (text) => (ascii ? text.length : Buffer.byteLength(text)))
  const columns: Columns = { heads, runs, ascii }
  const header = Buffer.from(JSON.stringify(columns))
  const sizes = Uint32Array.of(header.length, texts.length)
  const body = Buffer.concat([bytesOf(sizes), header, bytesOf(lengths), bytes])
  return { body, isCompressed: false, size: body.length }
}

const bytesOf = (numbers: Uint32Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)

/** Finds the number of a batch's head; adds it if none of the last ones is the same. */
const numberOf = (heads: Head[], { texts: _, ...head }: UnnumberedBatch): number => {
  for (let number = heads.length - 1; number >= 0 && number >= heads.length - recentHeads; number--) {
    const other = heads[number]
    if (other && isSame(head, other)) return number
  }
  return heads.push(head) - 1
}

const isSame = (a: Head, b: Head): boolean =>
  a.source === b.source &&
  a.receivedAt === b.receivedAt &&
  a.file === b.file &&
  a.host === b.host &&
  a.format === b.format &&
  a.map === b.map &&
  a.zoneMinutes === b.zoneMinutes &&
  a.fileZone === b.fileZone &&
  a.midnight === b.midnight &&
  a.lines === b.lines &&
  a.peers === b.peers

/** Compresses packed records in another thread if that is worth it. */
export const compressRecords = async (records: PackedRecords): Promise<PackedRecords> =>
  isWorthCompressing(records.body)
    ? { ...records, body: await zstd(records.body, fastest), isCompressed: true }
    : records

/** Does the same at once. */
export const compressRecordsSync = (records: PackedRecords): PackedRecords =>
  isWorthCompressing(records.body)
    ? { ...records, body: zstdCompressSync(records.body, fastest), isCompressed: true }
    : records

/** Completes packed records with the number of the first one; those of the others follow. */
export const toRecordsPayload = ({ body, isCompressed }: PackedRecords, first: number): Uint8Array => {
  const head = Buffer.alloc(headSize)
  head[0] = mark
  head[1] = isCompressed ? compressed : plain
  head.writeDoubleLE(first, 2)
  return Buffer.concat([head, body])
}

/** Whether a payload is one of records. */
export const isRecordsPayload = (payload: Uint8Array): boolean => payload[0] === mark

/**
 * Reads a payload; throws if it is damaged. Its texts stay bytes until they are taken: thousands of strings that live as long as their job
 * would be moved to the old generation, which costs more than all of its reading.
 */
export const readRecordsPayload = (payload: Uint8Array): WaitingRecords => {
  const given = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const rest = given.subarray(headSize)
  const body = given[1] === compressed ? zstdDecompressSync(rest) : rest
  const [header, count] = [body.readUInt32LE(0), body.readUInt32LE(4)]
  const textsStart = 8 + header + 4 * count
  const { heads, runs, ascii }: Columns = JSON.parse(body.toString('utf8', 8, 8 + header))
  const ends = new Uint32Array(count)
  let end = textsStart
  for (let index = 0; index < count; index += 1) {
    end += body.readUInt32LE(8 + header + 4 * index)
    ends[index] = end
  }
  if (end > body.length) throw new Error('A text is cut off.')
  const first = given.readDoubleLE(2)
  const encoding = ascii ? 'latin1' : 'utf8'
  const starts = new Uint32Array(runs.length / 2 + 1)
  for (let run = 0; run < runs.length; run += 2) {
    if (!heads[runs[run] ?? -1]) throw new Error('A batch has no head.')
    starts[run / 2 + 1] = (starts[run / 2] ?? 0) + (runs[run + 1] ?? 0)
  }
  if (starts.at(-1) !== count) throw new Error('A batch lacks texts.')
  return waitingOf(starts, {
    headOf(batch) {
      const head = heads[runs[2 * batch] ?? -1]
      if (!head) throw new Error('A batch has no head.')
      return { ...head, first: first + (starts[batch] ?? 0) }
    },
    // Each text is a string of its own: a part of a larger one would keep all of it in memory.
    textOf: (index) => body.toString(encoding, ends[index - 1] ?? textsStart, ends[index]),
  })
}

/** Lets batches wait that are read already. */
export const asWaiting = (batches: readonly RecordBatch[]): WaitingRecords => {
  const texts = batches.flatMap((batch) => batch.texts)
  const starts = new Uint32Array(batches.length + 1)
  for (const [index, batch] of batches.entries()) starts[index + 1] = (starts[index] ?? 0) + batch.texts.length
  return waitingOf(starts, {
    headOf(number) {
      const batch = batches[number]
      if (!batch) throw new Error('A batch is missing.')
      return batch
    },
    textOf: (index) => texts[index] ?? '',
  })
}

interface Packed {
  readonly headOf: (batch: number) => Omit<RecordBatch, 'texts'>
  readonly textOf: (index: number) => string
}

/** @param starts the position of each batch's first record, then the number of all */
const waitingOf = (starts: Uint32Array, { headOf, textOf }: Packed): WaitingRecords => ({
  count: starts.at(-1) ?? 0,
  take(start, end) {
    const batches: RecordBatch[] = []
    for (let batch = batchAt(starts, start), at = start; at < end; batch += 1) {
      const [batchStart = 0, batchEnd = 0] = [starts[batch], starts[batch + 1]]
      const to = Math.min(end, batchEnd)
      if (to <= at) continue
      const texts: string[] = []
      for (let index = at; index < to; index += 1) texts.push(textOf(index))
      const head = headOf(batch)
      batches.push(at === batchStart && to === batchEnd ? { ...head, texts } : partOf(head, texts, at - batchStart))
      at = to
    }
    return batches
  },
})

const partOf = (head: Omit<RecordBatch, 'texts'>, texts: readonly string[], offset: number): RecordBatch => {
  const end = offset + texts.length
  return {
    ...head,
    first: head.first + offset,
    texts,
    ...(head.lines && { lines: head.lines.slice(offset, end) }),
    ...(head.peers && { peers: head.peers.slice(offset, end) }),
  }
}

/** Finds the batch of a record by bisection. */
const batchAt = (starts: Uint32Array, position: number): number => {
  let [low, high] = [0, starts.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((starts[middle] ?? 0) <= position) low = middle
    else high = middle
  }
  return low
}
