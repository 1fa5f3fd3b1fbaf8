import type { RawRecord, UnnumberedBatch } from '../../schema/record/record.ts'
import { partitionOf } from './partition.ts'

/** The limits of a batch. */
const mostTexts = 4096
const mostCharacters = 4 * 1024 * 1024
/** Records of one batch share an arrival time, which may differ by up to this many ms. */
const sameArrival = 1000

/** Splits records into batches, in order: by partition, source, file, arrival time and size. */
export const toBatches = (records: readonly RawRecord[], partitions = 1): readonly UnnumberedBatch[] =>
  partitions === 1
    ? batchesOf(records, 0)
    : [...Map.groupBy(records, (record) => partitionOf(record, partitions))].flatMap(([partition, own]) =>
        batchesOf(own, partition),
      )

const batchesOf = (records: readonly RawRecord[], partition: number): readonly UnnumberedBatch[] => {
  const batches: UnnumberedBatch[] = []
  let start = 0
  let characters = 0
  records.forEach((record, index) => {
    const first = records[start]
    const full = index - start >= mostTexts || characters + record.text.length > mostCharacters
    if (index > start && first && (full || !belongTogether(first, record))) {
      batches.push(toBatch(first, records.slice(start, index), partition))
      start = index
      characters = 0
    }
    characters += record.text.length
  })
  const first = records[start]
  if (first) batches.push(toBatch(first, records.slice(start), partition))
  return batches
}

const belongTogether = (a: RawRecord, b: RawRecord): boolean =>
  a.file === b.file &&
  a.host === b.host &&
  a.zoneMinutes === b.zoneMinutes &&
  a.fileZone === b.fileZone &&
  a.midnight === b.midnight &&
  a.format === b.format &&
  a.map === b.map &&
  a.source === b.source &&
  (a.line === undefined) === (b.line === undefined) &&
  (a.peer === undefined) === (b.peer === undefined) &&
  Math.abs(a.receivedAt - b.receivedAt) <= sameArrival

const toBatch = (first: RawRecord, records: readonly RawRecord[], partition: number): UnnumberedBatch => ({
  partition,
  source: first.source,
  receivedAt: first.receivedAt,
  texts: records.map((record) => record.text),
  ...(first.file !== undefined && { file: first.file }),
  ...(first.host !== undefined && { host: first.host }),
  ...(first.line !== undefined && { lines: records.flatMap((record) => record.line ?? []) }),
  ...(first.peer !== undefined && { peers: records.flatMap((record) => record.peer ?? []) }),
  ...(first.zoneMinutes !== undefined && { zoneMinutes: first.zoneMinutes }),
  ...(first.fileZone !== undefined && { fileZone: first.fileZone }),
  ...(first.midnight !== undefined && { midnight: first.midnight }),
  ...(first.format !== undefined && { format: first.format }),
  ...(first.map !== undefined && { map: first.map }),
})
