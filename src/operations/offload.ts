import type { LogModel } from '../lib/log-events/log-events.ts'
import type { Analysis } from '../schema/analysis.ts'
import type { RawRecord } from '../schema/record/record.ts'
import type { JsonBytes } from './json-bytes.ts'

/** The dependencies of operations in a worker thread. */
export interface WorkerDeps {
  /** Runs the whole pipeline in memory on the caller's records. Stores nothing. */
  analyze(records: AsyncIterable<readonly RawRecord[]>): Promise<Analysis>
  /** The maximum number of records per request. */
  readonly maxRecords: number
  logModel(): LogModel | undefined
  /** Counts log events that were analysed for a caller, with their anomalies and duration. */
  analyzed(anomalies: number, seconds: number): void
  now(): number
}

export interface OffloadRequest {
  readonly operation: string
  /** The caller's input. The worker validates it. Its member `body` may be a `SentBody`. */
  readonly input: unknown
  /** The calling token or account. Each runs one request at a time. */
  readonly caller: string
  /** Aborts when the caller disconnects. */
  readonly signal: AbortSignal | undefined
}

/**
 * Runs an operation in a worker thread. Throws RATE_LIMITED if the caller has too many waiting requests, UNAVAILABLE if
 * the queue is full or the worker failed, and TOO_LARGE for oversized bodies. Rethrows the operation's own errors.
 */
export type Offload = (request: OffloadRequest) => Promise<JsonBytes>
