import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Log } from '../component.ts'
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

/** The topics with most of the bytes. The others are small, and their items are published by deliveries, which commit them with their results. */
const carried: readonly Topic[] = ['records', 'facts']

/** How long a message may wait for its job before the database is asked, in ms: most jobs are committed sooner. */
const strayMs = 1_000
/** How long the next job may wait for its message, in ms, before more messages are fetched, and before it is looked for. */
const widenMs = 5_000
const goneMs = 30_000

interface Box {
  readonly inbox: BrokerInbox
  readonly topic: Topic
  sweptAt: number
  /** The job whose message has not come. */
  awaited: { readonly seq: number; readonly since: number } | undefined
}

/**
 * Keeps payloads at a broker, and their ids in the rows of the jobs. A message is sent within the transaction that adds its job, and removed
 * after the job has ended. So there may be messages without a job: of transactions that were rolled back, and of jobs that have ended while
 * the broker was away. They are removed once their transaction is over, because then no job can refer to them any more.
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

  /** Whether the message of a job is lost: everything has arrived, and it is not among that. */
  const isGone = async (topic: Topic, { seq, partition }: JobHeader): Promise<boolean> => {
    const box = boxOf(topic, partition)
    if (!box) return false
    if (box.awaited?.seq !== seq) box.awaited = { seq, since: performance.now() }
    const waited = performance.now() - box.awaited.since
    if (waited > widenMs) box.inbox.widen()
    return waited > goneMs && (await box.inbox.hasAll())
  }

  /** Removes messages that belong to no job. */
  const sweep = async ({ inbox, topic }: Box): Promise<void> => {
    const unknown = inbox.unknown(strayMs)
    if (unknown.length === 0) return
    // The order matters: a job of a transaction that is over is visible to the next query.
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
          ...{ sweptAt: performance.now(), awaited: undefined },
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
