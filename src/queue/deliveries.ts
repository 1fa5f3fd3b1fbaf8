import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import type { Connections, Transaction } from '../store/database.ts'
import type { Backlog } from './backlog.ts'
import { createBell } from './bell.ts'
import { backOff, mostAttempts } from './claim.ts'
import { createDeliveryTransaction } from './delivery-transaction.ts'
import { decodeJob } from './job-payload.ts'
import type { JobHeader, Jobs } from './jobs.ts'
import type { TopicLane } from './lane.ts'
import type { Fence } from './lease.ts'
import type { Payloads } from './payloads.ts'
import type { Delivered, Topic } from './queue.ts'

/** The wait after a transient failure that recommends no wait itself, in ms. */
const pause = 1000
const longestPause = 30_000
/** The longest wait while the queue is unreachable, in ms: work resumes within this time. */
export const longestTrouble = 2_000

interface DeliveriesOptions {
  readonly connections: Connections
  readonly jobs: Jobs
  readonly payloads: Payloads
  readonly backlog: Backlog
  readonly now: () => number
  readonly log: Log
}

interface Running {
  readonly jobs: readonly JobHeader[]
  cancel(): Promise<void>
}

export interface Deliveries {
  readonly running: ReadonlyMap<Topic, Running>
  /** Passes jobs to the handler of a lane. Returns `done`, or how long the topic must wait, in ms. */
  deliver<T extends Topic>(
    topic: T,
    headers: readonly JobHeader[],
    lane: TopicLane<Delivered[T]>,
  ): Promise<'done' | number>
  /** Waits until a delivery ends, or for `ms`. */
  settled(ms: number): Promise<void>
  /** Rolls back those that run; their jobs are retried after the next start. */
  cancel(): Promise<void>
}

/** Delivers jobs, each time with one transaction of the writes of the handler and the end of the jobs. */
export const createDeliveries = ({ connections, jobs, payloads, backlog, now, log }: DeliveriesOptions): Deliveries => {
  const running = new Map<Topic, Running>()
  const settled = createBell()
  const stop = new AbortController()

  const deliver = async <T extends Topic>(
    topic: T,
    headers: readonly JobHeader[],
    { handle, lease, begin, finish }: TopicLane<Delivered[T]>,
  ): Promise<'done' | number> => {
    const seqs = headers.map((job) => job.seq)
    const id = `${topic}-${seqs[0]}-${seqs.at(-1)}`
    const attempt = Math.max(...headers.map((job) => job.attempts)) + 1
    await begin(id)
    const fence = lease.fence()
    const transaction = createDeliveryTransaction(connections, fence)
    running.set(topic, { jobs: headers, cancel: transaction.rollback })
    try {
      const items = await readItems(topic, headers)
      await handle(items, {
        id,
        attempt,
        signal: stop.signal,
        transaction: transaction.open,
        verify: connections.verify,
      })
      const ended = await jobs.remove(seqs, await transaction.open())
      if (ended < seqs.length)
        throw new AppError('CONFLICT', 'Another process has done these jobs.', { retryable: true })
      await transaction.commit()
      finish()
      payloads.remove(topic, headers)
      for (const job of headers) backlog.take(topic, job)
      return 'done'
    } catch (error) {
      await transaction.rollback()
      if (stop.signal.aborted) return 0
      return await fail(topic, headers, attempt, error, fence)
    } finally {
      running.delete(topic)
      settled.ring()
    }
  }

  const readItems = async <T extends Topic>(
    topic: T,
    headers: readonly JobHeader[],
  ): Promise<readonly Delivered[T][]> => {
    const rows = await payloads.load(topic, headers)
    return rows.flatMap(({ seq, payload }) => {
      try {
        return decodeJob(topic, payload)
      } catch (error) {
        throw new Error(`Job ${seq} cannot be read: ${messageOf(error)}`, { cause: error })
      }
    })
  }

  const fail = async (
    topic: Topic,
    headers: readonly JobHeader[],
    attempt: number,
    error: unknown,
    fence: Fence,
  ): Promise<number> => {
    const reason = messageOf(error)
    const fenced = (work: (tx: Transaction) => Promise<void>) =>
      connections.transaction(async (tx) => {
        await fence(tx)
        await work(tx)
      })
    if (error instanceof AppError && error.retryable) {
      log.warn({ topic, jobs: headers.length, code: error.code, reason }, 'A delivery has to wait.')
      // The wait that is recommended to senders would prolong the outage of the pipeline.
      const longest = error.code === 'UNAVAILABLE' ? longestTrouble : longestPause
      return Math.min(longest, error.retryAfter === undefined ? pause : error.retryAfter * 1000)
    }
    const [only, ...others] = headers
    if (only && others.length === 0 && attempt >= mostAttempts) {
      await fenced(async (tx) => {
        await jobs.bury(only.seq, attempt, reason, tx)
        await payloads.keep(topic, only, tx)
      })
      payloads.remove(topic, [only])
      backlog.take(topic, only)
      log.error({ topic, job: `job-${only.seq}`, attempt, reason }, 'A job failed too often and is now a dead letter.')
      return 0
    }
    const seqs = headers.map((job) => job.seq)
    await fenced((tx) => jobs.wait(seqs, attempt, now() + backOff(attempt), reason, tx))
    log.warn({ topic, jobs: headers.length, attempt, reason }, 'A delivery failed and will be tried again.')
    return 0
  }

  return {
    deliver,
    running,
    settled: settled.sleep,
    async cancel() {
      stop.abort(new AppError('UNAVAILABLE', 'The server is stopping.', { retryable: true }))
      for (const delivery of running.values()) await delivery.cancel()
    },
  }
}
