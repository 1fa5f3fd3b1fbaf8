import type { Topic } from './queue.ts'

/** The payload of a job outside of the database. */
export interface BrokerMessage {
  readonly id: string
  /** The transaction that adds the job, by its name in the database. */
  readonly transaction: string
  readonly payload: Uint8Array
}

/** The messages of one partition that this process may consume. */
export interface BrokerInbox {
  /** Returns the payload of a message; undefined until it has arrived. */
  payload(id: string): Uint8Array | undefined
  /** Notes that messages belong to jobs, so that `unknown` omits them. */
  recognize(ids: readonly string[]): void
  /** Returns the messages that arrived at least `ms` ago and belong to no known job. */
  unknown(ms: number): readonly Pick<BrokerMessage, 'id' | 'transaction'>[]
  /** Removes messages from the broker. The broker redelivers those that cannot be removed now. */
  acknowledge(ids: readonly string[]): void
  /** Whether this process has received every message that the broker holds. */
  hasAll(): Promise<boolean>
  /** Whether the received messages have reached the limit of unacknowledged messages, and the limit can be raised. */
  canGrow(): boolean
  /** Makes the broker deliver all messages again; raises the limit if the inbox can grow. */
  reopen(): void
  close(): void
}

/** Carries the payloads of large topics. The database keeps the jobs: their order, their workers and their results. */
export interface Broker {
  /** Resolves when the broker has confirmed the messages. Throws a retryable UNAVAILABLE if that takes more than a few seconds. */
  send(topic: Topic, partition: number, messages: readonly BrokerMessage[]): Promise<void>
  /** Receives the messages of a partition. `arrived` runs for each. */
  receive(topic: Topic, partition: number, arrived: () => void): BrokerInbox
  /** Returns why the broker refuses messages, and since when; nothing while it accepts them. */
  problems(): readonly string[]
  close(): Promise<void>
}
