import type { RecordBatch, WaitingRecords } from '../schema/record/record.ts'

/** The maximum number of records in a chunk. */
export const chunkRecords = 512

interface Part {
  readonly records: WaitingRecords
  readonly start: number
  readonly end: number
}

/** Cuts records into chunks, in order. The records of a chunk are read when it is taken. */
export const cutRecords = (waiting: readonly WaitingRecords[]): readonly (() => readonly RecordBatch[])[] => {
  const chunks: Part[][] = []
  let chunk: Part[] = []
  let room = chunkRecords
  for (const records of waiting) {
    for (let start = 0; start < records.count; ) {
      const end = Math.min(start + room, records.count)
      chunk.push({ records, start, end })
      room -= end - start
      start = end
      if (room === 0) {
        chunks.push(chunk)
        chunk = []
        room = chunkRecords
      }
    }
  }
  if (chunk.length > 0 || chunks.length === 0) chunks.push(chunk)
  return chunks.map((parts) => () => parts.flatMap(({ records, start, end }) => records.take(start, end)))
}
