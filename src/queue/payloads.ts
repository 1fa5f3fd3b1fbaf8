import { AppError } from '../errors.ts'
import type { Transaction } from '../store/database.ts'
import type { JobHeader, Jobs, NewJob } from './jobs.ts'
import { readReference } from './payload-reference.ts'
import type { Topic } from './queue.ts'

/** Stores the payloads of jobs, in their rows or at a broker. */
export interface Payloads {
  /** Stores the payloads of new jobs; returns the rows to insert. */
  store(topic: Topic, jobs: readonly NewJob[], tx: Transaction): Promise<readonly NewJob[]>
  /** Takes the partitions of a topic that this process works now. `arrived` runs when a payload has arrived. */
  follow(topic: Topic, partitions: readonly number[], arrived: () => void): Promise<void>
  /** Returns the leading jobs whose payloads can be loaded now. */
  ready(topic: Topic, headers: readonly JobHeader[]): Promise<readonly JobHeader[]>
  /** Loads payloads, in order. Throws if one is lost. */
  load(topic: Topic, headers: readonly JobHeader[]): Promise<readonly JobPayloadRow[]>
  /** Moves the payload of a dead letter into its row. */
  keep(topic: Topic, header: JobHeader, tx: Transaction): Promise<void>
  /** Removes the payloads of jobs that have ended. */
  remove(topic: Topic, headers: readonly JobHeader[]): void
  close(): Promise<void>
}

interface JobPayloadRow {
  readonly seq: number
  readonly payload: Uint8Array
}

/** Stores payloads in the rows of their jobs. */
export const createRowPayloads = (jobs: Jobs): Payloads => ({
  store: async (_topic, added) => added,
  follow: async () => {},
  ready: async (_topic, headers) => headers,
  async load(_topic, headers) {
    const rows = await jobs.payloads(headers.map(({ seq }) => seq))
    const elsewhere = rows.find(({ payload }) => readReference(payload) !== undefined)
    if (!elsewhere) return rows
    throw new AppError('UNAVAILABLE', `The payload of job ${elsewhere.seq} is in RabbitMQ.`, {
      hint: 'Set queue.url until the jobs of that time are done.',
      retryable: true,
    })
  },
  keep: async () => {},
  remove() {},
  close: async () => {},
})
