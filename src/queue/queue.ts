import type { Detection } from '../schema/detection/detection.ts'
import type { Fact } from '../schema/event/fact.ts'
import type { RecordBatch, UnnumberedBatch, WaitingRecords } from '../schema/record/record.ts'
import type { JobOrigin } from './job-origin.ts'

/** The item type of each topic. `alerts` and `incidents` carry only ids; their data is in the store. */
export interface Topics {
  records: RecordBatch
  facts: Fact
  detections: Detection
  alerts: string
  incidents: string
}
export type Topic = keyof Topics

/** The items that consumers of each topic receive. Records become batches only when they are worked. */
export interface Delivered extends Omit<Topics, 'records'> {
  records: WaitingRecords
}

export interface TopicDepth {
  readonly topic: Topic
  readonly ready: number
  readonly running: number
  readonly dead: number
  /** The age of the oldest waiting job, in ms; 0 if there is none. */
  readonly oldestAge: number
}

/** One partition of a topic: its waiting items and its worker. Only `records` has several. */
export interface PartitionState {
  readonly topic: Topic
  readonly partition: number
  /** Items that wait or run. */
  readonly waiting: number
  /** The age of the oldest job, in ms; 0 if there is none. */
  readonly oldestAge: number
  /** Failed attempts of the waiting jobs. */
  readonly attempts: number
  /** The process that works it: `HOST/NUMBER`. Undefined if there is none. */
  readonly owner: string | undefined
}

/** A job that failed on its last retry, and where its items come from. */
export interface DeadLetter extends JobOrigin {
  readonly id: string
  readonly topic: Topic
  readonly reason: string
  readonly attempts: number
  readonly failedAt: number
  /** The number of its items. */
  readonly count: number
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

/** The memory of a handler, which moves with its topic from process to process. */
export interface Memory<Tx> {
  /** Runs before the first delivery, and again if another process may have delivered the topic in the meantime. Deliveries wait for it. */
  restore(): Promise<void>
  /** Saves before another process may deliver the topic. */
  save(tx: Tx): Promise<void>
  /** Runs when this process no longer works the topic. */
  close?(): void
}

/** The consumer of a topic or of one of its partitions. */
export interface Consumer<Item, Tx> {
  readonly handle: Handler<Item, Tx>
  readonly memory?: Memory<Tx>
}

/**
 * Durable topics with one consumer each. Delivers at least once, in order within a partition. A failed delivery is retried
 * with back-off. After the last attempt, each of its jobs becomes a dead letter of its own. So does an item during which the pipeline ends
 * each time.
 */
export interface Queue<Tx> {
  /**
   * Does most of the work of publishing many records ahead, outside of a transaction and partly in other threads. The batches may be
   * published, numbered one after the other, or not.
   */
  prepare(batches: readonly UnnumberedBatch[]): Promise<void>
  /**
   * Adds a job within a transaction. Throws QUEUE_FULL (retryable) if the topic has reached its limit, UNAVAILABLE if deliveries cannot be
   * written.
   */
  publish<T extends Topic>(topic: T, items: readonly Topics[T][], tx: Tx): Promise<void>
  /**
   * Starts the consumer of a topic. Several small jobs may arrive as one delivery. While records wait, facts and detections wait a few
   * seconds for others of their kind.
   */
  consume<T extends Topic>(topic: T, handle: Handler<Delivered[T], Tx>, memory?: Memory<Tx>): void
  /**
   * Starts the consumers of a topic whose partitions are divided among all processes. `open` creates the handler of a partition, with an
   * empty memory, each time this process acquires the partition.
   */
  consumePartitions<T extends Topic>(topic: T, open: (partition: number) => Consumer<Delivered[T], Tx>): void
  depths(): Promise<readonly TopicDepth[]>
  /** Whether any job of these topics waits or runs, even one without items, which depths do not count. */
  hasJobs(of: readonly Topic[]): Promise<boolean>
  /** Returns what waits in each partition, and its worker. */
  partitions(): Promise<readonly PartitionState[]>
  deadLetters(): Promise<readonly DeadLetter[]>
  /** Requeues a dead letter. */
  retry(id: string): Promise<boolean>
  /** Resolves when no job waits or runs. */
  idle(signal?: AbortSignal): Promise<void>
  /** Stops claiming jobs, waits up to `graceMs` for the running ones, and requeues the unfinished ones. */
  close(graceMs?: number): Promise<void>
}
