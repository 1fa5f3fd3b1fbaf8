import { sql } from 'kysely'
import type { Connections } from '../store/database.ts'
import { topics } from './jobs.ts'
import { isFree, partitionLease } from './lease.ts'
import type { PartitionState, Topic } from './queue.ts'

/** Reads the state of every partition. */
export const readPartitionStates = async (
  { read, peers, now }: Pick<Connections, 'read' | 'peers' | 'now'>,
  partitions: readonly number[],
): Promise<readonly PartitionState[]> => {
  const rows = await read
    .selectFrom('jobs')
    .select(({ fn }) => [
      'topic',
      'partition',
      fn.sum<number>('count').as('waiting'),
      fn.sum<number>('attempts').as('attempts'),
      fn.min('created_at').as('oldest'),
    ])
    .where('state', '<>', 'dead')
    .groupBy(['topic', 'partition'])
    .execute()
  const owners = new Map<string, string>()
  if (peers) {
    const leases = await read
      .selectFrom('leases')
      .select(['name', 'owner'])
      .where(sql<boolean>`not (${isFree(peers)})`)
      .execute()
    for (const { name, owner } of leases) owners.set(name, /^vedette (.+)\/[^/]*$/.exec(owner)?.[1] ?? owner)
  }
  const stateOf = (topic: Topic, partition: number): PartitionState => {
    const row = rows.find((one) => one.topic === topic && Number(one.partition) === partition)
    return {
      topic,
      partition,
      waiting: Number(row?.waiting ?? 0),
      oldestAge: row ? Math.max(0, now() - Number(row.oldest)) : 0,
      attempts: Number(row?.attempts ?? 0),
      owner: peers ? owners.get(topic === 'records' ? partitionLease(topic, partition) : topic) : 'this process',
    }
  }
  return topics.flatMap((topic) => {
    // One partition needs no facts, so nobody works them.
    if (topic === 'facts' && partitions.length === 1) return []
    return (topic === 'records' ? partitions : [0]).map((partition) => stateOf(topic, partition))
  })
}
