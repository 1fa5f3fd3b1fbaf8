import type { RecordBatch } from '../schema/record.ts'

/** The maximum number of records in a chunk. */
export const chunkRecords = 512

/** Cuts batches of records into chunks, in order. A large batch is split. */
export const cutRecords = (batches: readonly RecordBatch[]): readonly (readonly RecordBatch[])[] => {
  const chunks: RecordBatch[][] = []
  let chunk: RecordBatch[] = []
  let room = chunkRecords
  for (const batch of batches) {
    for (let start = 0; start < batch.texts.length; ) {
      const taken = Math.min(room, batch.texts.length - start)
      chunk.push(slice(batch, start, start + taken))
      start += taken
      room -= taken
      if (room === 0) {
        chunks.push(chunk)
        chunk = []
        room = chunkRecords
      }
    }
  }
  return chunk.length > 0 || chunks.length === 0 ? [...chunks, chunk] : chunks
}

const slice = (batch: RecordBatch, start: number, end: number): RecordBatch =>
  start === 0 && end === batch.texts.length
    ? batch
    : {
        ...batch,
        first: batch.first + start,
        texts: batch.texts.slice(start, end),
        ...(batch.lines && { lines: batch.lines.slice(start, end) }),
        ...(batch.peers && { peers: batch.peers.slice(start, end) }),
      }
