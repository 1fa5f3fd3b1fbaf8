import { sql } from 'kysely'
import { nextNumbers } from '../store/counters.ts'
import type { Connections, Transaction } from '../store/database.ts'
import type { JobRow } from '../store/intake/queue-tables.ts'
import { batches, insertRows } from '../store/write-rows.ts'
import { type JobOrigin, readOrigin } from './job-origin.ts'
import { referenceBytes } from './payload-reference.ts'
import type { DeadLetter, Topic } from './queue.ts'

/** A job without its payload. */
export type JobHeader = Pick<
  JobRow,
  'seq' | 'partition' | 'count' | 'attempts' | 'suspicion' | 'run_at' | 'created_at' | 'bytes' | 'size'
>

export interface TopicTotal {
  readonly topic: Topic
  readonly state: string
  readonly jobs: number
  readonly count: number
  readonly bytes: number
  readonly oldest: number
}

export type NewJob = Pick<JobRow, 'partition' | 'count' | 'size' | 'bytes' | 'origin' | 'payload'>

/** The maximum number of jobs to consider for one delivery. */
const mostJobs = 1024
const headColumns = [
  'seq',
  'partition',
  'count',
  'attempts',
  'suspicion',
  'run_at',
  'created_at',
  'bytes',
  'size',
] as const

/** The statements of the embedded queue. */
export const createJobs = ({ read, write, now }: Connections) => ({
  async insert(topic: Topic, jobs: readonly NewJob[], tx: Transaction): Promise<void> {
    const first = await nextNumbers(tx, 'jobs', jobs.length)
    const fresh = { attempts: 0, suspicion: 0, run_at: 0, created_at: now() }
    await insert(
      tx,
      jobs.map((job, index) => ({ ...job, ...fresh, seq: first + index, topic, state: 'ready' })),
    )
  },

  /** Replaces the first job of a partition by its parts, which stay before all others. */
  async divide(topic: Topic, job: JobHeader, parts: readonly NewJob[], tx: Transaction): Promise<void> {
    const { seq, attempts, suspicion, run_at, created_at } = job
    const state = attempts > 0 ? 'waiting' : 'ready'
    const lowest = 1 - parts.length - (await nextNumbers(tx, 'parts of jobs', parts.length))
    await tx.deleteFrom('jobs').where('seq', '=', seq).execute()
    await insert(
      tx,
      parts.map((part, index) => ({
        ...part,
        ...{ seq: lowest + index, topic, state, attempts, suspicion, run_at, created_at },
      })),
    )
  },

  async suspect(seqs: readonly number[], suspicion: number, tx: Transaction): Promise<void> {
    await tx.updateTable('jobs').set({ suspicion }).where('seq', 'in', seqs).execute()
  },

  /** Jobs that have failed and wait for their next attempt, oldest first. */
  waiting: (topic: Topic, partitions?: readonly number[]): Promise<readonly JobHeader[]> =>
    headersOf(read, topic, 'waiting', partitions).execute(),

  /** Jobs that were never tried, oldest first, without those of some partitions. */
  ready(
    topic: Topic,
    withoutPartitions: readonly number[],
    partitions?: readonly number[],
  ): Promise<readonly JobHeader[]> {
    const jobs = headersOf(read, topic, 'ready', partitions)
    return (withoutPartitions.length > 0 ? jobs.where('partition', 'not in', withoutPartitions) : jobs).execute()
  },

  /** Whether jobs of a topic run or wait for their first attempt. */
  async areReady(topic: Topic): Promise<boolean> {
    const job = await read
      .selectFrom('jobs')
      .select('seq')
      .where('topic', '=', topic)
      .where('state', '=', 'ready')
      .limit(1)
      .executeTakeFirst()
    return job !== undefined
  },

  payloads: (seqs: readonly number[]): Promise<readonly { readonly seq: number; readonly payload: Uint8Array }[]> =>
    read.selectFrom('jobs').select(['seq', 'payload']).where('seq', 'in', seqs).orderBy('seq').execute(),

  /** The payloads that are short enough to be a reference to a message. */
  references: (seqs: readonly number[]): Promise<readonly { readonly seq: number; readonly payload: Uint8Array }[]> =>
    read
      .selectFrom('jobs')
      .select(['seq', 'payload'])
      .where('seq', 'in', seqs)
      .where(({ fn }) => fn<number>('length', ['payload']), '=', referenceBytes)
      .execute(),

  /** The given payloads that still belong to jobs of a topic. */
  withPayloads: (topic: Topic, payloads: readonly Uint8Array[]): Promise<readonly { readonly payload: Uint8Array }[]> =>
    read.selectFrom('jobs').select('payload').where('topic', '=', topic).where('payload', 'in', payloads).execute(),

  async putPayload(seq: number, payload: Uint8Array, tx: Transaction): Promise<void> {
    await tx.updateTable('jobs').set({ payload }).where('seq', '=', seq).execute()
  },

  /** Ends jobs; returns how many were still there. */
  async remove(seqs: readonly number[], tx: Transaction): Promise<number> {
    const { numDeletedRows } = await tx.deleteFrom('jobs').where('seq', 'in', seqs).executeTakeFirst()
    return Number(numDeletedRows)
  },

  async wait(seqs: readonly number[], attempts: number, runAt: number, reason: string, tx: Transaction): Promise<void> {
    await tx
      .updateTable('jobs')
      .set({ state: 'waiting', attempts, run_at: runAt, failed_at: now(), reason })
      .where('seq', 'in', seqs)
      .execute()
  },

  /** Makes a job a dead letter; returns its origin. */
  async bury(seq: number, attempts: number, reason: string, tx: Transaction): Promise<JobOrigin> {
    const row = await tx
      .updateTable('jobs')
      .set({ state: 'dead', attempts, failed_at: now(), reason })
      .where('seq', '=', seq)
      .returning('origin')
      .executeTakeFirst()
    return readOrigin(row?.origin ?? null)
  },

  /** Requeues a dead letter, with a lower suspicion; returns its topic, count and bytes, or undefined if it does not exist. */
  revive: (seq: number, mostSuspicion: number) =>
    write
      .updateTable('jobs')
      .set({
        ...{ state: 'ready', attempts: 0, run_at: 0, failed_at: null, reason: null, created_at: now() },
        suspicion: sql<number>`case when suspicion > ${mostSuspicion} then ${mostSuspicion} else suspicion end`,
      })
      .where('seq', '=', seq)
      .where('state', '=', 'dead')
      .returning(['topic', 'count', 'bytes'])
      .executeTakeFirst(),

  async dead(): Promise<readonly DeadLetter[]> {
    const rows = await read
      .selectFrom('jobs')
      .select(['seq', 'topic', 'reason', 'attempts', 'failed_at', 'count', 'origin'])
      .where('state', '=', 'dead')
      .orderBy('failed_at', 'desc')
      .limit(1000)
      .execute()
    return rows.map((row) => ({
      id: jobId(row.seq),
      topic: topicOf(row.topic),
      reason: row.reason ?? 'unknown',
      attempts: row.attempts,
      failedAt: row.failed_at ?? 0,
      count: row.count,
      ...readOrigin(row.origin),
    }))
  },

  async totals(except: readonly number[] = [], tx?: Transaction): Promise<readonly TopicTotal[]> {
    let jobs = (tx ?? read)
      .selectFrom('jobs')
      .select(({ fn }) => [
        'topic',
        'state',
        fn.countAll<number>().as('jobs'),
        fn.sum<number>('count').as('count'),
        fn.sum<number>('bytes').as('bytes'),
        fn.min('created_at').as('oldest'),
      ])
      .groupBy(['topic', 'state'])
    if (except.length > 0) jobs = jobs.where('seq', 'not in', except)
    return (await jobs.execute()).map((row) => ({
      topic: topicOf(row.topic),
      state: row.state,
      jobs: Number(row.jobs),
      count: Number(row.count),
      bytes: Number(row.bytes),
      oldest: Number(row.oldest),
    }))
  },

  /** Whether any job of these topics is left. */
  async any(of: readonly Topic[] = topics): Promise<boolean> {
    const job = await read
      .selectFrom('jobs')
      .select('seq')
      .where('topic', 'in', of)
      .where('state', 'in', ['ready', 'waiting'])
      .limit(1)
      .executeTakeFirst()
    return job !== undefined
  },
})

const insert = async (tx: Transaction, jobs: readonly Omit<JobRow, 'failed_at' | 'reason'>[]): Promise<void> => {
  const rows = jobs.map((job): JobRow => ({ ...job, failed_at: null, reason: null }))
  // Payloads are large: fewer go into one statement.
  for (const part of batches(rows, 100)) await insertRows(tx, 'jobs', part)
}

/** The oldest jobs of a state. */
const headersOf = (
  read: Connections['read'],
  topic: Topic,
  state: 'ready' | 'waiting',
  partitions: readonly number[] | undefined,
) => {
  const headers = read
    .selectFrom('jobs')
    .select(headColumns)
    .where('topic', '=', topic)
    .where('state', '=', state)
    .orderBy('seq')
    .limit(mostJobs)
  return partitions ? headers.where('partition', 'in', partitions) : headers
}
export type Jobs = ReturnType<typeof createJobs>

export const topics: readonly Topic[] = ['records', 'facts', 'detections', 'alerts', 'incidents']

/** Names a job, or a part of one that was divided. */
export const jobId = (seq: number): string => (seq < 0 ? `part-${-seq}` : `job-${seq}`)

/** Reads the seq of a job from the ID of its dead letter. */
export const jobSeq = (id: string): number | undefined => {
  const match = /^(job|part)-(\d{1,15})$/.exec(id)
  return match ? Number(match[2]) * (match[1] === 'part' ? -1 : 1) : undefined
}

const topicOf = (text: string): Topic => topics.find((topic) => topic === text) ?? 'records'
