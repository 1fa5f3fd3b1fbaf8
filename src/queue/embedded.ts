import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import { within } from '../lib/deadline/deadline.ts'
import type { RecordBatch } from '../schema/record/record.ts'
import type { Connections, Transaction } from '../store/database.ts'
import { createBacklog } from './backlog.ts'
import { type Bell, createBell } from './bell.ts'
import type { Broker } from './broker.ts'
import { createBrokerPayloads } from './broker-payloads.ts'
import { createDeliveries } from './deliveries.ts'
import { originOf } from './job-origin.ts'
import { encodeJob } from './job-payload.ts'
import { createJobs, jobSeq, type NewJob, topics } from './jobs.ts'
import { createOnlyLane, createSharedLanes, type TopicLanes } from './lanes.ts'
import { readPartitionStates } from './partition-states.ts'
import { createRowPayloads } from './payloads.ts'
import type { Delivered, Queue, Topic, Topics } from './queue.ts'
import { createRecordJobs, type RecordJobs } from './record-jobs.ts'
import type { SharedBells } from './shared-bells.ts'
import { groupSteps } from './suspects.ts'
import { workTopic } from './work-topic.ts'

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
  const published = new WeakMap<Transaction, Set<Topic>>()
  const deliveries = createDeliveries({ connections, jobs, payloads, backlog, records, now, log })
  const workers: Promise<void>[] = []
  const closings: (() => Promise<void>)[] = []
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

  const start = <T extends Topic>(topic: T, lanes: TopicLanes<Delivered[T]>): void => {
    closings.push(lanes.close)
    workers.push(
      workTopic({
        ...{ topic, lanes, bell: bells.get(topic) ?? createBell(), jobs, payloads, deliveries, partitions, now, log },
        isShared: peers !== undefined,
        isClosing: () => closing,
        publishedAt: () => publishedAt,
      }),
    )
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
      start(topic, createOnlyLane(connections, topic, { handle, ...(memory && { memory }) }))
    },

    consumePartitions(topic, open) {
      if (delivers.includes(topic)) start(topic, createSharedLanes({ connections, topic, partitions, open }))
    },

    async depths() {
      const { running } = deliveries
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
      // A job that ended the pipeline is worked on alone again.
      const revived = seq === undefined ? undefined : await jobs.revive(seq, groupSteps)
      if (!revived) return false
      const topic = topics.find((name) => name === revived.topic)
      if (topic) {
        backlog.put(topic, revived)
        ring(topic)
      }
      return true
    },

    async idle(signal) {
      while (deliveries.running.size > 0 || (await jobs.any())) {
        signal?.throwIfAborted()
        await deliveries.settled(20)
      }
    },

    async close(graceMs = 8000) {
      closing = true
      others?.close()
      for (const bell of bells.values()) bell.ring()
      const ended = Promise.all(workers)
      await within(graceMs, ended, () => undefined)
      await deliveries.cancel()
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
  if (topic !== 'records') return [{ partition: 0, count: items.length, origin: originOf(items), ...encodeJob(items) }]
  // The compiler cannot derive the item type from the topic.
  return records.of(items as readonly RecordBatch[])
}

const sum = <Item>(items: readonly Item[], amount: (item: Item) => number): number =>
  items.reduce((total, item) => total + amount(item), 0)
