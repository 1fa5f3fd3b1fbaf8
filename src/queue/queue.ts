import type { RecordBatch } from '../schema/record.ts'

/** The item type of each topic. `alerts` and `incidents` carry only ids; their data is in the store. */
export interface Topics {
  records: RecordBatch
  alerts: string
  incidents: string
}
export type Topic = keyof Topics

export interface TopicDepth {
  readonly topic: Topic
  readonly ready: number
  readonly running: number
  readonly dead: number
  /** Age of the oldest job that waits, in ms; 0 when none does. */
  readonly oldestAge: number
}

export interface DeadLetter {
  readonly id: string
  readonly topic: Topic
  readonly reason: string
  readonly attempts: number
  readonly failedAt: number
}

/** The second argument of a handler; compatible with the pipeline's `Delivery`. */
export interface JobDelivery<Tx> {
  readonly id: string
  readonly attempt: number
  readonly signal: AbortSignal
  transaction(): Promise<Tx>
  /** Rejects while the database cannot be written to. */
  verify(): Promise<void>
}

export type Handler<Item, Tx> = (items: readonly Item[], delivery: JobDelivery<Tx>) => Promise<unknown>

/**
 * Three durable topics with one consumer each. Delivers at least once, in order within a partition. A failed delivery is retried
 * with back-off. After the last attempt, each of its jobs becomes a dead letter of its own.
 */
export interface Queue<Tx> {
  /** Adds a job within a transaction. Throws QUEUE_FULL (retryable) when too much waits already. */
  publish<T extends Topic>(topic: T, items: readonly Topics[T][], tx: Tx): Promise<void>
  /**
   * Starts the consumer of a topic. Several small jobs may come as one delivery. `acquired` runs before the first delivery, and again when
   * another process may have delivered the topic in the meantime; deliveries wait until it resolves.
   */
  consume<T extends Topic>(topic: T, handle: Handler<Topics[T], Tx>, acquired?: () => Promise<void>): void
  depths(): Promise<readonly TopicDepth[]>
  deadLetters(): Promise<readonly DeadLetter[]>
  /** Puts a dead letter back in its topic. */
  retry(id: string): Promise<boolean>
  /** Resolves when nothing waits and nothing runs. */
  idle(signal?: AbortSignal): Promise<void>
  /** Stops claiming jobs, waits up to `graceMs` for the running ones, and requeues the unfinished ones. */
  close(graceMs?: number): Promise<void>
}
