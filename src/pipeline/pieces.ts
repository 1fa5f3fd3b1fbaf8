import type { RecordBatch } from '../schema/record.ts'

/** How many records pass together, at most. */
export const pieceSize = 512

/** Cuts batches of records into pieces, in their order. A batch that is too large for one goes into several. */
export const cutRecords = (batches: readonly RecordBatch[]): readonly (readonly RecordBatch[])[] => {
  const pieces: RecordBatch[][] = []
  let piece: RecordBatch[] = []
  let room = pieceSize
  for (const batch of batches) {
    for (let start = 0; start < batch.texts.length; ) {
      const taken = Math.min(room, batch.texts.length - start)
      piece.push(slice(batch, start, start + taken))
      start += taken
      room -= taken
      if (room === 0) {
        pieces.push(piece)
        piece = []
        room = pieceSize
      }
    }
  }
  return piece.length > 0 || pieces.length === 0 ? [...pieces, piece] : pieces
}

const slice = (batch: RecordBatch, start: number, end: number): RecordBatch =>
  start === 0 && end === batch.texts.length
    ? batch
    : {
        ...batch,
        first: batch.first + start,
        texts: batch.texts.slice(start, end),
        ...(batch.lines && { lines: batch.lines.slice(start, end) }),
      }
