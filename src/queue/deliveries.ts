import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import type { Connections, Transaction } from '../store/database.ts'
import type { Backlog } from './backlog.ts'
import { createBell } from './bell.ts'
import { backOff, mostAttempts } from './claim.ts'
import { createDeliveryTransaction } from './delivery-transaction.ts'
import { createDeliveryTurns } from './delivery-turns.ts'
import { divideJob } from './divide-job.ts'
import { decodeJob } from './job-payload.ts'
import { type JobHeader, type Jobs, jobId } from './jobs.ts'
import type { TopicLane } from './lane.ts'
import type { Fence } from './lease.ts'
import type { Payloads } from './payloads.ts'
import type { Delivered, Topic } from './queue.ts'
import type { RecordJobs } from './record-jobs.ts'
import type { CarefulStep } from './suspects.ts'

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
  readonly records: RecordJobs
  readonly now: () => number
  readonly log: Log
}

interface Running {
  readonly jobs: readonly JobHeader[]
  cancel(): Promise<void>
}

export interface Deliveries {
  readonly running: ReadonlyMap<Topic, Running>
  /** Passes jobs, or the first of them, to the handler of a lane. Returns `done`, or how long the topic must wait, in ms. */
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

/** Delivers jobs, each time with one transaction of the writes of the handler and the end of the jobs. Suspects are delivered alone. */
export const createDeliveries = (options: DeliveriesOptions): Deliveries => {
  const { connections, jobs, payloads, backlog, records, now, log } = options
  const running = new Map<Topic, Running>()
  const settled = createBell()
  const stop = new AbortController()
  const turns = createDeliveryTurns()
  /** Removes the marks that could not be removed when their delivery ended. */
  const owed = new WeakMap<object, () => Promise<void>>()

  const deliver = async <T extends Topic>(
    topic: T,
    headers: readonly JobHeader[],
    lane: TopicLane<Delivered[T]>,
  ): Promise<'done' | number> => {
    const step = lane.suspects.next(headers)
    if (!step) return turns.together(() => pass(topic, headers, lane))
    return turns.alone(async () => (stop.signal.aborted ? 0 : take(topic, step, lane)))
  }
  /** Takes a step with suspects while nothing else is delivered. */
  const take = async <T extends Topic>(
    topic: T,
    step: CarefulStep,
    lane: TopicLane<Delivered[T]>,
  ): Promise<'done' | number> => {
    const removeMark = owed.get(lane)
    if (removeMark) {
      await removeMark()
      // The claimed jobs still have the mark.
      return 0
    }
    switch (step.kind) {
      case 'deliver':
        return pass(topic, step.jobs, lane, step.suspicion)
      case 'divide':
        return divide(topic, step, lane)
      case 'bury': {
        const { job, ends } = step
        const reason = `Ended the pipeline ${ends} times while it was worked on alone.`
        const origin = await bury(topic, job, job.attempts + ends, reason, lane.lease.fence())
        log.error(
          { topic, job: jobId(job.seq), attempt: ends, reason, ...origin },
          'A job ended the pipeline each time and is now a dead letter.',
        )
        return 0
      }
    }
  }

  const pass = async <T extends Topic>(
    topic: T,
    headers: readonly JobHeader[],
    lane: TopicLane<Delivered[T]>,
    suspicion?: number,
  ): Promise<'done' | number> => {
    const seqs = headers.map((job) => job.seq)
    const id = `${topic}-${seqs[0]}-${seqs.at(-1)}`
    const attempt = Math.max(...headers.map((job) => job.attempts)) + 1
    await lane.begin(id)
    const fence = lane.lease.fence()
    const removeMark = suspicion === undefined ? undefined : await mark(topic, headers, suspicion, lane)
    const transaction = createDeliveryTransaction(connections, fence)
    running.set(topic, {
      jobs: headers,
      async cancel() {
        await transaction.rollback()
        // While the database is unreachable, the mark stays.
        await removeMark?.().catch(() => undefined)
      },
    })
    try {
      const items = await readItems(topic, headers)
      await lane.handle(items, {
        id,
        attempt,
        signal: stop.signal,
        transaction: transaction.open,
        verify: connections.verify,
      })
      const ended = await jobs.remove(seqs, await transaction.open())
      if (ended < seqs.length) throw goneAlready()
      await transaction.commit()
      lane.finish()
      payloads.remove(topic, headers)
      for (const job of headers) backlog.take(topic, job)
      return 'done'
    } catch (error) {
      await transaction.rollback()
      if (stop.signal.aborted) return 0
      await removeMark?.()
      return await fail(topic, headers, attempt, error, fence)
    } finally {
      running.delete(topic)
      settled.ring()
    }
  }

  /** Marks suspects before work on them begins; returns a function that removes the mark. */
  const mark = async (topic: Topic, suspects: readonly JobHeader[], suspicion: number, lane: TopicLane<never>) => {
    const seqs = suspects.map(({ seq }) => seq)
    const fence = lane.lease.fence()
    const set = (value: number) => fenced(fence, (tx) => jobs.suspect(seqs, value, tx))
    const before = suspects[0]?.suspicion ?? 0
    if (before > 0)
      log.warn(
        { topic, jobs: suspects.length, ends: before },
        'The pipeline ended while it worked on these jobs. It works on them alone.',
      )
    await set(suspicion)
    const remove = async (): Promise<void> => {
      owed.set(lane, remove)
      try {
        await set(before)
      } catch (error) {
        // Another process has taken over, and works on them with the mark.
        if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error
      }
      owed.delete(lane)
    }
    return remove
  }

  const divide = async <T extends Topic>(
    topic: T,
    { job, size, suspicion }: Extract<CarefulStep, { kind: 'divide' }>,
    lane: TopicLane<Delivered[T]>,
  ): Promise<number> => {
    const fence = lane.lease.fence()
    await lane.lease.use()
    // Reading the payload is work on the job, too.
    const removeMark = await mark(topic, [job], suspicion, lane)
    try {
      const rows = await payloads.load(topic, [job])
      const parts = rows.flatMap(({ payload }) => divideJob(topic, payload, size, records))
      await fenced(fence, (tx) => jobs.divide(topic, job, parts, tx))
      payloads.remove(topic, [job])
      backlog.take(topic, job)
      for (const part of parts) backlog.put(topic, part)
      return 0
    } catch (error) {
      await removeMark()
      return await fail(topic, [job], job.attempts + 1, error, fence)
    }
  }

  const readItems = async <T extends Topic>(
    topic: T,
    headers: readonly JobHeader[],
  ): Promise<readonly Delivered[T][]> => {
    const rows = await payloads.load(topic, headers)
    if (rows.length < headers.length) throw goneAlready()
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
    if (error instanceof AppError && error.retryable) {
      log.warn({ topic, jobs: headers.length, code: error.code, reason }, 'A delivery has to wait.')
      // The wait that is recommended to senders would prolong the outage of the pipeline.
      const longest = error.code === 'UNAVAILABLE' ? longestTrouble : longestPause
      return Math.min(longest, error.retryAfter === undefined ? pause : error.retryAfter * 1000)
    }
    const [only, ...others] = headers
    if (only && others.length === 0 && attempt >= mostAttempts) {
      const origin = await bury(topic, only, attempt, reason, fence)
      log.error(
        { topic, job: jobId(only.seq), attempt, reason, ...origin },
        'A job failed too often and is now a dead letter.',
      )
      return 0
    }
    const seqs = headers.map((job) => job.seq)
    await fenced(fence, (tx) => jobs.wait(seqs, attempt, now() + backOff(attempt), reason, tx))
    log.warn({ topic, jobs: headers.length, attempt, reason }, 'A delivery failed and will be tried again.')
    return 0
  }

  const bury = async (topic: Topic, job: JobHeader, attempts: number, reason: string, fence: Fence) => {
    const origin = await fenced(fence, async (tx) => {
      const found = await jobs.bury(job.seq, attempts, reason, tx)
      await payloads.keep(topic, job, tx)
      return found
    })
    payloads.remove(topic, [job])
    backlog.take(topic, job)
    return origin
  }

  const fenced = <Result>(fence: Fence, work: (tx: Transaction) => Promise<Result>): Promise<Result> =>
    connections.transaction(async (tx) => {
      await fence(tx)
      return work(tx)
    })

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

const goneAlready = (): AppError =>
  new AppError('CONFLICT', 'Another process has done these jobs.', { retryable: true })
