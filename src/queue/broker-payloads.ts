import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import type { Connections, Peers, Transaction } from '../store/database.ts'
import type { Broker, BrokerInbox } from './broker.ts'
import type { JobHeader, Jobs } from './jobs.ts'
import { readReference, referTo } from './payload-reference.ts'
import type { Payloads } from './payloads.ts'
import type { Topic } from './queue.ts'

interface BrokerPayloadsOptions {
  readonly broker: Broker
  readonly connections: Pick<Connections, 'read'> & { readonly peers: Peers }
  readonly jobs: Jobs
  readonly log: Log
}

/** The topics with most of the bytes. Items of the other topics are small, and deliveries publish them together with their results. */
const carried: readonly Topic[] = ['records', 'facts']

/** How long a message may wait for its job before the database is queried, in ms. Most jobs are committed sooner. */
const strayMs = 1_000
/** How long the next job may wait for its message, in ms: first until messages are fetched again, then until it counts as lost. */
const fetchMs = 5_000
const goneMs = 30_000
/** The time between attempts to fetch messages again, in ms. */
const refetchMs = 10_000
/** How long a probe may take before another one is sent, in ms. */
const probeMs = 10_000

interface Box {
  readonly inbox: BrokerInbox
  readonly topic: Topic
  sweptAt: number
  /** The job whose message has not arrived. */
  awaited: { readonly seq: number; readonly since: number; reopenedAt: number } | undefined
  /** The message that was sent to find out whether the queue has delivered everything. */
  probe: { readonly id: string; readonly sentAt: number } | undefined
}

/**
 * Stores payloads at a broker, and their IDs in the rows of the jobs. A message is sent within the transaction that adds its job, and
 * removed after the job has ended. So there may be messages without a job: their transaction was rolled back, or their job ended while the
 * broker was unreachable. They are removed once their transaction is over, because no job can refer to them any more.
 */
export const createBrokerPayloads = ({ broker, connections, jobs, log }: BrokerPayloadsOptions): Payloads => {
  const { peers } = connections
  const boxes = new Map<string, Box>()
  /** The messages of the jobs of each topic; undefined if the payload is in the row. */
  const known = new Map(carried.map((topic) => [topic, new Map<number, string | undefined>()]))

  const boxOf = (topic: Topic, partition: number) => boxes.get(`${topic}/${partition}`)
  const referenceOf = (topic: Topic, { seq }: JobHeader): string | undefined => known.get(topic)?.get(seq)
  const find = (topic: Topic, header: JobHeader): Uint8Array | undefined => {
    const id = referenceOf(topic, header)
    return id === undefined ? undefined : boxOf(topic, header.partition)?.inbox.payload(id)
  }

  const readReferences = async (topic: Topic, headers: readonly JobHeader[]): Promise<void> => {
    const references = known.get(topic)
    const unread = headers.filter(({ seq }) => !references?.has(seq))
    if (unread.length === 0) return
    const rows = await jobs.references(unread.map(({ seq }) => seq))
    const found = new Map(rows.map(({ seq, payload }) => [seq, readReference(payload)]))
    for (const { seq, partition } of unread) {
      const id = found.get(seq)
      references?.set(seq, id)
      if (id !== undefined) boxOf(topic, partition)?.inbox.recognize([id])
    }
  }

  /** Whether the message of a job is lost: all messages have arrived, and it is not among them. */
  const isGone = async (topic: Topic, { seq, partition }: JobHeader): Promise<boolean> => {
    const box = boxOf(topic, partition)
    if (!box) return false
    const now = performance.now()
    if (box.awaited?.seq !== seq) box.awaited = { seq, since: now, reopenedAt: -Infinity }
    const waited = now - box.awaited.since
    // After a partition of its cluster, a node of RabbitMQ may deliver nothing although it has consumers.
    if (waited > fetchMs && (box.inbox.canGrow() || now - box.awaited.reopenedAt > refetchMs)) {
      box.awaited.reopenedAt = now
      box.inbox.reopen()
    }
    return waited > goneMs && (await box.inbox.hasAll()) && (await hasPassed(box, partition))
  }

  /**
   * Whether a message that was sent before has arrived. A node that is cut off from most others reports old numbers: only a message that
   * passes through the queue proves that nothing else waits in it.
   */
  const hasPassed = async (box: Box, partition: number): Promise<boolean> => {
    const { probe, inbox, topic } = box
    if (probe && inbox.payload(probe.id)) {
      box.probe = undefined
      inbox.acknowledge([probe.id])
      return true
    }
    if (probe && performance.now() - probe.sentAt < probeMs) return false
    const id = randomUUID()
    box.probe = { id, sentAt: performance.now() }
    const transaction = await transactionOf(peers, connections.read)
    await broker.send(topic, partition, [{ id, transaction, payload: Buffer.from([0]) }]).catch((error: unknown) => {
      box.probe = undefined
      log.debug({ topic, partition, reason: messageOf(error) }, 'RabbitMQ did not confirm a probe.')
    })
    return false
  }

  /** Removes messages that belong to no job. */
  const sweep = async ({ inbox, topic, probe }: Box): Promise<void> => {
    const unknown = inbox.unknown(strayMs).filter(({ id }) => id !== probe?.id)
    if (unknown.length === 0) return
    // The order matters: the next query sees the jobs of all transactions that are over.
    const over = await endedOf(connections, new Set(unknown.map(({ transaction }) => transaction)))
    const ids = unknown.filter(({ transaction }) => over.has(transaction)).map(({ id }) => id)
    if (ids.length === 0) return
    const rows = await jobs.withPayloads(topic, ids.map(referTo))
    const used = new Set(rows.map(({ payload }) => readReference(payload)))
    inbox.recognize(ids.filter((id) => used.has(id)))
    const strays = ids.filter((id) => !used.has(id))
    inbox.acknowledge(strays)
    if (strays.length > 0) log.debug({ topic, messages: strays.length }, 'Removed messages that belong to no job.')
  }

  return {
    async store(topic, added, tx) {
      if (!carried.includes(topic)) return added
      const transaction = await transactionOf(peers, tx)
      const named = added.map((job) => ({ job, id: randomUUID() }))
      const byPartition = Map.groupBy(named, ({ job }) => job.partition)
      await Promise.all(
        [...byPartition].map(([partition, own]) =>
          broker.send(
            topic,
            partition,
            own.map(({ job, id }) => ({ id, transaction, payload: job.payload })),
          ),
        ),
      )
      return named.map(({ job, id }) => ({ ...job, payload: referTo(id) }))
    },

    async follow(topic, partitions, arrived) {
      if (!carried.includes(topic)) return
      for (const [key, box] of boxes) {
        if (box.topic !== topic || partitions.some((partition) => key === `${topic}/${partition}`)) continue
        boxes.delete(key)
        box.inbox.close()
        known.get(topic)?.clear()
      }
      for (const partition of partitions) {
        const key = `${topic}/${partition}`
        const box = boxes.get(key) ?? {
          ...{ inbox: broker.receive(topic, partition, arrived), topic },
          ...{ sweptAt: performance.now(), awaited: undefined, probe: undefined },
        }
        boxes.set(key, box)
        if (performance.now() - box.sweptAt < strayMs) continue
        box.sweptAt = performance.now()
        await sweep(box)
      }
    },

    async ready(topic, headers) {
      const [first] = headers
      if (!first || !carried.includes(topic)) return headers
      await readReferences(topic, headers)
      const end = headers.findIndex((header) => referenceOf(topic, header) !== undefined && !find(topic, header))
      if (end !== 0) return end < 0 ? headers : headers.slice(0, end)
      return (await isGone(topic, first)) ? [first] : []
    },

    async load(topic, headers) {
      const own = headers.filter((header) => referenceOf(topic, header) === undefined)
      const rows = own.length === 0 ? [] : await jobs.payloads(own.map(({ seq }) => seq))
      const inRows = new Map(rows.map(({ seq, payload }) => [seq, payload]))
      return headers.flatMap((header) => {
        const { seq } = header
        const payload = inRows.get(seq) ?? find(topic, header)
        if (payload) return [{ seq, payload }]
        if (referenceOf(topic, header) === undefined) return []
        throw new Error(`Job ${seq} cannot be read: RabbitMQ no longer has its message.`)
      })
    },

    async keep(topic, header, tx) {
      const payload = find(topic, header)
      if (payload) await jobs.putPayload(header.seq, payload, tx)
    },

    remove(topic, headers) {
      for (const header of headers) {
        const id = referenceOf(topic, header)
        if (id !== undefined) boxOf(topic, header.partition)?.inbox.acknowledge([id])
        known.get(topic)?.delete(header.seq)
      }
    },

    async close() {
      for (const { inbox } of boxes.values()) inbox.close()
      boxes.clear()
      await broker.close()
    },
  }
}

const transactionOf = async (peers: Peers, tx: Transaction): Promise<string> => {
  const { rows } = await sql<{ id: string }>`select ${peers.transaction} as id`.execute(tx)
  return rows[0]?.id ?? ''
}

const endedOf = async (
  { read, peers }: BrokerPayloadsOptions['connections'],
  transactions: ReadonlySet<string>,
): Promise<ReadonlySet<string>> => {
  const each = sql.join(
    [...transactions].map((id) => sql`select ${id}::text as id, ${peers.hasEnded(id)} as ended`),
    sql` union all `,
  )
  const { rows } = await sql<{ id: string; ended: boolean }>`${each}`.execute(read)
  return new Set(rows.filter(({ ended }) => ended).map(({ id }) => id))
}
