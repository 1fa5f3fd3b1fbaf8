import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import { within } from '../lib/deadline/deadline.ts'
import type { RecordBatch } from '../schema/record/record.ts'
import type { Connections, Transaction } from '../store/database.ts'
import { createBacklog } from './backlog.ts'
import { type Bell, createBell } from './bell.ts'
import type { Broker } from './broker.ts'
import { createBrokerPayloads } from './broker-payloads.ts'
import { backOff, claim, mostAttempts, restAfter } from './claim.ts'
import { createDeliveryTransaction } from './delivery-transaction.ts'
import { decodeJob, encodeJob } from './job-payload.ts'
import { createJobs, type JobHeader, jobSeq, type NewJob, topics } from './jobs.ts'
import type { TopicLane } from './lane.ts'
import { createOnlyLane, createSharedLanes, type TopicLanes } from './lanes.ts'
import type { Fence } from './lease.ts'
import { readPartitionStates } from './partition-states.ts'
import { createRowPayloads } from './payloads.ts'
import type { Delivered, Queue, Topic, Topics } from './queue.ts'
import { createRecordJobs, type RecordJobs } from './record-jobs.ts'
import type { SharedBells } from './shared-bells.ts'

interface EmbeddedQueueOptions {
  readonly connections: Connections
  readonly now: () => number
  readonly log: Log
  /** Limits of one topic; `publish` fails beyond them. */
  readonly maxRecords?: number
  readonly maxBytes?: number
  /** The topics that this queue delivers; all by default. Other threads or processes deliver the rest. */
  readonly delivers?: readonly Topic[]
  /** The partitions that this queue may work; one by default. */
  readonly partitions?: readonly number[]
  /** Wakes the other threads that have a queue on the same database. */
  readonly bells?: SharedBells | undefined
  /** Carries the payloads of records and facts; without it, the database does. The queue closes it. */
  readonly broker?: Broker | undefined
  /** Returns the reason that deliveries cannot be written, for the error of a full queue. */
  readonly problems?: () => Promise<readonly string[]>
}

/** The longest sleep of a worker before it checks for jobs itself, in ms. Commits in this process wake it at once. */
const poll = 250
/** The same while there is no job at all, and no other process that could publish one. */
const idlePoll = 5_000
/** The wait after a transient failure that recommends no wait itself. */
const pause = 1000
const longestPause = 30_000
/** The longest wait while the queue is unreachable, in ms: work resumes within this time. */
const longestTrouble = 2_000
/** Publishers that arrive within this many ms of one another form one rush. */
const rushGap = 20
/** The maximum time that a rush delays the next delivery, in ms. */
const longestRush = 500
/** How often the lease of a topic is renewed during a long delivery, in ms. */
const leaseCare = 2_000

interface Running {
  readonly jobs: readonly JobHeader[]
  cancel(): Promise<void>
}

/** Stores the topics in the database of the store, so that the writes of a handler and the end of its job are one transaction. */
export const openEmbeddedQueue = (options: EmbeddedQueueOptions): Queue<Transaction> => {
  const { connections, now, log, maxRecords = 2_000_000, maxBytes = 512 * 1024 * 1024 } = options
  const { delivers = topics, partitions = [0], bells: others, broker, problems = async () => [] } = options
  const { peers } = connections
  const jobs = createJobs(connections)
  const payloads =
    broker && peers
      ? createBrokerPayloads({ broker, connections: { ...connections, peers }, jobs, log })
      : createRowPayloads(jobs)
  const records = createRecordJobs()
  const backlog = createBacklog({ jobs, maxRecords, maxBytes, now, problems })
  const bells = new Map<Topic, Bell>(topics.map((topic) => [topic, createBell()]))
  const settled = createBell()
  const published = new WeakMap<Transaction, Set<Topic>>()
  const running = new Map<Topic, Running>()
  const workers: Promise<void>[] = []
  const closings: (() => Promise<void>)[] = []
  const stop = new AbortController()
  let closing = false
  let publishedAt = Number.NEGATIVE_INFINITY

  connections.onCommit((tx) => {
    for (const topic of published.get(tx) ?? []) ring(topic)
  })
  others?.onRing((topic) => bells.get(topic)?.ring())

  const ring = (topic: Topic): void => {
    if (delivers.includes(topic)) bells.get(topic)?.ring()
    else others?.ring(topic)
  }

  /** Passes jobs to the handler. Returns `done`, or how long the topic must wait, in ms. */
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

  /** Claims jobs whose payloads can be loaded. A partition whose next payload is missing does not delay the others. */
  const claimReady = async (
    topic: Topic,
    rests: boolean,
    held: readonly number[] | undefined,
  ): Promise<readonly JobHeader[]> => {
    for (let left = held; left === undefined || left.length > 0; ) {
      const claimed = await claim(jobs, topic, now(), rests, left)
      const headers = await payloads.ready(topic, claimed)
      if (headers.length > 0 || claimed.length === 0 || left === undefined) return headers
      left = left.filter((partition) => partition !== claimed[0]?.partition)
    }
    return []
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

  const work = async <T extends Topic>(topic: T, lanes: TopicLanes<Delivered[T]>): Promise<void> => {
    const bell = bells.get(topic) ?? createBell()
    let trouble = pause
    let restsUntil = 0
    closings.push(lanes.close)
    /** Renews the leases during a long operation. */
    const renewing = <Result>(running: Promise<Result>): Promise<Result> => {
      const timer = setInterval(() => void lanes.renew().catch(() => undefined), leaseCare)
      return running.finally(() => clearInterval(timer))
    }
    while (!closing) {
      let rest = poll
      try {
        // A worker that lost its lease cannot finish its jobs, because another one has claimed them.
        const ours = await renewing(lanes.current())
        const isWhole = ours[0]?.partition === undefined
        const held = ours.flatMap(({ partition }) => partition ?? (topic === 'records' ? partitions : [0]))
        await payloads.follow(topic, held, bell.ring)
        const headers =
          ours.length > 0 ? await claimReady(topic, performance.now() < restsUntil, isWhole ? undefined : held) : []
        const lane = isWhole ? ours[0] : ours.find(({ partition }) => partition === headers[0]?.partition)
        trouble = pause
        if (closing) return
        if (lane && headers.length > 0) {
          const began = performance.now()
          const ended = await renewing(deliver(topic, headers, lane))
          restsUntil = performance.now() + restAfter(topic, performance.now() - began)
          rest = ended === 'done' ? 0 : ended
          if (rest === 0) {
            await letOthers(began)
            continue
          }
        } else {
          await bell.sleep(peers || (await jobs.any()) ? poll : idlePoll)
          continue
        }
      } catch (error) {
        rest = trouble
        trouble = Math.min(trouble * 2, longestTrouble)
        log.error(
          { topic, reason: messageOf(error), again_in_ms: rest },
          'The queue could not be read or written; it is tried again.',
        )
      }
      await restFor(bell, rest)
    }
  }

  /**
   * Yields to the rest of the program, because the database driver is synchronous. Publishers wait for an answer and deliveries do
   * not, so a rush of publishers goes first, for at most as long as the delivery that delayed it.
   */
  const letOthers = async (began: number): Promise<void> => {
    await setImmediate()
    const ended = performance.now()
    if (publishedAt < began - rushGap) return
    const until = ended + Math.min(ended - began, longestRush)
    while (!closing && performance.now() < Math.min(until, Math.max(ended, publishedAt) + rushGap)) await sleep(1)
  }

  /** Sleeps. A bell shortens only the wait for new jobs. */
  const restFor = async (bell: Bell, ms: number): Promise<void> => {
    if (ms <= poll) return bell.sleep(ms)
    for (let left = ms; left > 0 && !closing; left -= poll) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, poll)))
    }
  }

  return {
    prepare: records.prepare,

    async publish(topic, items, tx) {
      const batch = toJobs(records, topic, items)
      if (batch.length === 0) return
      if (topic === 'records') publishedAt = performance.now()
      await backlog.add(
        topic,
        { count: sum(batch, (job) => job.count), bytes: sum(batch, (job) => job.payload.length) },
        tx,
      )
      await jobs.insert(topic, await payloads.store(topic, batch, tx), tx)
      const rung = published.get(tx) ?? new Set()
      published.set(tx, rung.add(topic))
    },

    consume(topic, handle, memory) {
      if (!delivers.includes(topic)) return
      workers.push(work(topic, createOnlyLane(connections, topic, { handle, ...(memory && { memory }) })))
    },

    consumePartitions(topic, open) {
      if (delivers.includes(topic))
        workers.push(work(topic, createSharedLanes({ connections, topic, partitions, open })))
    },

    async depths() {
      const seqs = [...running.values()].flatMap((delivery) => delivery.jobs.map((job) => job.seq))
      const totals = await jobs.totals(seqs)
      return topics.map((topic) => {
        const waiting = totals.filter((total) => total.topic === topic && total.state !== 'dead')
        const oldest = Math.min(...waiting.map((total) => total.oldest))
        return {
          topic,
          ready: sum(waiting, (total) => total.count),
          running: sum(running.get(topic)?.jobs ?? [], (job) => job.count),
          dead: sum(totals, (total) => (total.topic === topic && total.state === 'dead' ? total.jobs : 0)),
          oldestAge: waiting.length > 0 ? Math.max(0, now() - oldest) : 0,
        }
      })
    },

    hasJobs: jobs.any,

    partitions: () => readPartitionStates(connections, partitions),

    deadLetters: jobs.dead,

    async retry(id) {
      const seq = jobSeq(id)
      const revived = seq === undefined ? undefined : await jobs.revive(seq)
      if (!revived) return false
      const topic = topics.find((name) => name === revived.topic)
      if (topic) {
        backlog.put(topic, revived)
        ring(topic)
      }
      return true
    },

    async idle(signal) {
      while (running.size > 0 || (await jobs.any())) {
        signal?.throwIfAborted()
        await settled.sleep(20)
      }
    },

    async close(graceMs = 8000) {
      closing = true
      others?.close()
      for (const bell of bells.values()) bell.ring()
      const ended = Promise.all(workers)
      await within(graceMs, ended, () => undefined)
      stop.abort(new AppError('UNAVAILABLE', 'The server is stopping.', { retryable: true }))
      // Roll back unfinished deliveries; their jobs are retried after the next start.
      for (const delivery of running.values()) await delivery.cancel()
      for (const close of closings) {
        // While the database is unreachable, nothing can be saved. No data is lost: the next owner replays the events since the last save.
        await close().catch((error: unknown) =>
          log.warn({ reason: messageOf(error) }, 'Could not save the learned state on shutdown.'),
        )
      }
      await payloads.close()
    },
  }
}

/** Creates few jobs for batches of records, or one job for all IDs. */
const toJobs = <T extends Topic>(records: RecordJobs, topic: T, items: readonly Topics[T][]): readonly NewJob[] => {
  if (items.length === 0) return []
  if (topic !== 'records') return [{ partition: 0, count: items.length, ...encodeJob(items) }]
  // The compiler cannot derive the item type from the topic.
  return records.of(items as readonly RecordBatch[])
}

const sum = <Item>(items: readonly Item[], amount: (item: Item) => number): number =>
  items.reduce((total, item) => total + amount(item), 0)
