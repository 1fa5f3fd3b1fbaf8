import { promisify } from 'node:util'
import { zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { RecordBatch, UnnumberedBatch } from '../schema/record.ts'
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
  a.format === b.format &&
  a.map === b.map &&
  a.zoneMinutes === b.zoneMinutes &&
  a.fileZone === b.fileZone &&
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

/** Reads the batches of a payload; throws if it is damaged. */
export const readRecordsPayload = (payload: Uint8Array): readonly RecordBatch[] => {
  const given = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const rest = given.subarray(headSize)
  const body = given[1] === compressed ? zstdDecompressSync(rest) : rest
  const [header, count] = [body.readUInt32LE(0), body.readUInt32LE(4)]
  const start = 8 + header
  const { heads, runs, ascii }: Columns = JSON.parse(body.toString('utf8', 8, start))
  let at = start + 4 * count
  let index = 0
  let first = given.readDoubleLE(2)
  const batches: RecordBatch[] = []
  for (let run = 0; run < runs.length; run += 2) {
    const head = heads[runs[run] ?? -1]
    if (!head) throw new Error('A batch has no head.')
    const texts: string[] = []
    for (let left = runs[run + 1] ?? 0; left > 0; left--) {
      const end = at + body.readUInt32LE(start + 4 * index)
      if (end > body.length) throw new Error('A text is cut off.')
      // Each text is a string of its own: a part of a larger one would keep all of it in memory.
      texts.push(body.toString(ascii ? 'latin1' : 'utf8', at, end))
      at = end
      index += 1
    }
    batches.push({ ...head, first, texts })
    first += texts.length
  }
  return batches
}
