import type { Topic } from './queue.ts'

/** The payload of a job outside of the database. */
export interface BrokerMessage {
  readonly id: string
  /** The transaction that adds the job, as the database names it. */
  readonly transaction: string
  readonly payload: Uint8Array
}

/** The messages of one partition that this process may work. */
export interface BrokerInbox {
  /** Returns the payload of a message; undefined until it has arrived. */
  payload(id: string): Uint8Array | undefined
  /** Notes that messages belong to jobs, so that `unknown` leaves them out. */
  recognize(ids: readonly string[]): void
  /** Returns the messages that arrived at least `ms` ago and belong to no job as far as is known. */
  unknown(ms: number): readonly Pick<BrokerMessage, 'id' | 'transaction'>[]
  /** Removes messages from the broker. Those that cannot be removed now come again. */
  acknowledge(ids: readonly string[]): void
  /** Whether all that wait at the broker have arrived here, and nowhere else. */
  hasAll(): Promise<boolean>
  /** Receives more messages at a time if those that have arrived use up the limit. */
  widen(): void
  close(): void
}

/**
 * Carries the payloads of large topics. The database keeps the jobs: which there are, in which order, who works them, and how they end.
 */
export interface Broker {
  /** Resolves when the broker has confirmed the messages. Throws a retryable UNAVAILABLE if it does not within a few seconds. */
  send(topic: Topic, partition: number, messages: readonly BrokerMessage[]): Promise<void>
  /** Receives the messages of a partition. `arrived` runs for each. */
  receive(topic: Topic, partition: number, arrived: () => void): BrokerInbox
  /** Says since when the broker cannot be reached. */
  problems(): readonly string[]
  close(): Promise<void>
}
