import { sql } from 'kysely'
import { hour } from '../lib/units/time.ts'
import type { Connections, Transaction } from '../store/database.ts'
import { createLane, type TopicLane } from './lane.ts'
import { createLease, isFree, partitionLease, renewLeases } from './lease.ts'
import type { Consumer } from './queue.ts'

/** The lanes of a topic that this process works. */
export interface TopicLanes<Item> {
  /** Acquires and releases lanes when due; returns the lanes to work now. */
  current(): Promise<readonly TopicLane<Item>[]>
  /** Renews the leases during a long delivery. */
  renew(): Promise<void>
  /** Saves and releases all lanes. */
  close(): Promise<void>
}

/** The interval at which the processes rebalance the partitions, in ms. */
const balanceMs = 1_000

/** Creates the one lane of a topic without partitions. */
export const createOnlyLane = <Item>(
  connections: Connections,
  topic: string,
  consumer: Consumer<Item, Transaction>,
): TopicLanes<Item> => {
  const lane = createLane(connections, topic, consumer)
  return {
    async current() {
      if (!(await lane.hold())) return []
      await lane.prepare()
      return [lane]
    },
    renew: async () => void (await lane.hold()),
    close: lane.end,
  }
}

interface SharedLanesOptions<Item> {
  readonly connections: Connections
  readonly topic: string
  readonly partitions: readonly number[]
  /** Creates the handler of a partition. */
  readonly open: (partition: number) => Consumer<Item, Transaction>
}

/**
 * Divides the partitions of a topic evenly among all processes that work it. Each process is a member while it renews a lease of its own. A
 * process takes free partitions up to its share. It saves and releases one partition at a time while another process has at least two
 * fewer.
 */
export const createSharedLanes = <Item>({
  connections,
  topic,
  partitions,
  open,
}: SharedLanesOptions<Item>): TopicLanes<Item> => {
  const { read, peers } = connections
  const lanes = new Map<number, TopicLane<Item>>()
  const memberPrefix = `${topic} worker `
  const member = peers && createLease(connections, memberPrefix + peers.session)
  let preparing: TopicLane<Item> | undefined
  let balancedAt = Number.NEGATIVE_INFINITY
  let isClean = false

  const renewAll = async (): Promise<void> => {
    const leases = [...lanes.values()].map(({ lease }) => lease)
    await renewLeases(connections, member ? [...leases, member] : leases)
    await member?.hold()
    await preparing?.hold()
    for (const [partition, lane] of lanes) {
      if (await lane.hold()) continue
      lanes.delete(partition)
      lane.drop()
    }
  }

  let renewing: Promise<void> | undefined
  /** A renewal waits for a fenced transaction; a second one would only wait too. */
  const renew = (): Promise<void> => {
    renewing ??= renewAll().finally(() => {
      renewing = undefined
    })
    return renewing
  }

  const acquire = async (partition: number): Promise<void> => {
    const lane = createLane(connections, partitionLease(topic, partition), open(partition), partition)
    preparing = lane
    try {
      if (!(await lane.hold())) return
      await lane.prepare()
      lanes.set(partition, lane)
    } finally {
      preparing = undefined
      if (!lanes.has(partition)) lane.drop()
    }
  }

  const giveAway = async (lane: TopicLane<Item>): Promise<void> => {
    if (lane.partition !== undefined) lanes.delete(lane.partition)
    await lane.end()
  }

  /** Takes or releases one partition. Returns whether another step may be due at once. */
  const balance = async (): Promise<boolean> => {
    if (!peers) {
      const next = partitions.find((partition) => !lanes.has(partition))
      if (next !== undefined) await acquire(next)
      return next !== undefined
    }
    const rows = await read
      .selectFrom('leases')
      .select(['name', 'owner', sql<boolean>`not (${isFree(peers)})`.as('alive')])
      .where('name', 'like', `${topic}%`)
      .execute()
    const alive = rows.filter(({ alive }) => alive)
    const counts = new Map(alive.filter(({ name }) => name.startsWith(memberPrefix)).map(({ owner }) => [owner, 0]))
    const taken = new Set<number>()
    for (const partition of partitions) {
      const owner = alive.find(({ name }) => name === partitionLease(topic, partition))?.owner
      if (owner === undefined || (owner === peers.session && !lanes.has(partition))) continue
      taken.add(partition)
      const count = counts.get(owner)
      if (count !== undefined) counts.set(owner, count + 1)
    }
    const share = Math.ceil(partitions.length / Math.max(1, counts.size))
    const free = partitions.find((partition) => !taken.has(partition))
    if (free !== undefined && lanes.size < share) {
      await acquire(free)
      return true
    }
    const fewest = Math.min(...counts.values())
    const [last] = [...lanes.values()].slice(-1)
    if (last && lanes.size - fewest >= 2) await giveAway(last)
    return false
  }

  /** Removes the members that ended long ago without leaving. */
  const removeFormer = async (): Promise<void> => {
    if (!peers || isClean) return
    isClean = true
    await connections.write
      .deleteFrom('leases')
      .where('name', 'like', `${memberPrefix}%`)
      .where('until', '<', sql<number>`${peers.moment} - ${hour}`)
      .execute()
  }

  return {
    async current() {
      await removeFormer()
      await renew()
      if (performance.now() - balancedAt >= balanceMs && !(await balance())) balancedAt = performance.now()
      for (const lane of lanes.values()) await lane.prepare()
      return [...lanes.values()]
    },
    renew,
    async close() {
      for (const lane of lanes.values()) await giveAway(lane)
      if (member) await connections.write.deleteFrom('leases').where('name', '=', member.name).execute()
    },
  }
}
