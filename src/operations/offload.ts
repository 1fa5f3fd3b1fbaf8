import type { LogModel } from '../lib/log-events/log-events.ts'
import type { Analysis } from '../schema/analysis.ts'
import type { RawRecord } from '../schema/record.ts'
import type { JsonBytes } from './json-bytes.ts'

/** Everything that operations in a worker thread may use. */
export interface WorkerDeps {
  /** Runs the whole pipeline in memory on the caller's records and stores nothing. */
  analyze(records: AsyncIterable<readonly RawRecord[]>): Promise<Analysis>
  /** The most records that one request may have. */
  readonly maxRecords: number
  /** The loaded model for log events. */
  logModel(): LogModel | undefined
  /** Counts log events that were analysed for a caller: the anomalies among them, and the seconds it took. */
  analyzed(anomalies: number, seconds: number): void
  now(): number
}

/** One request for a worker thread. */
export interface OffloadRequest {
  readonly operation: string
  /** As the caller sent it: the worker validates it. The member `body` may be a `SentBody`. */
  readonly input: unknown
  /** The token or account that asks: each runs one request at a time. */
  readonly caller: string
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal | undefined
}

/**
 * Runs an operation in a worker thread. Throws RATE_LIMITED when the caller has too many requests waiting, UNAVAILABLE when the queue is
 * full or the worker failed, TOO_LARGE for bodies beyond the limit, and everything that the operation throws.
 */
export type Offload = (request: OffloadRequest) => Promise<JsonBytes>
