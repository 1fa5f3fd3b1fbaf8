import type { RecordBatch, WaitingRecords } from '../schema/record/record.ts'
import type { Handler, Memory, Queue } from './queue.ts'

/** Reads all batches of records. */
export const batchesOf = (waiting: readonly WaitingRecords[]): readonly RecordBatch[] =>
  waiting.flatMap((records) => records.take(0, records.count))

/** Starts a consumer of records that takes all of them at once. */
export const consumeBatches = <Tx>(queue: Queue<Tx>, handle: Handler<RecordBatch, Tx>, memory?: Memory<Tx>): void =>
  queue.consume('records', (waiting, delivery) => handle(batchesOf(waiting), delivery), memory)
