import type { Log } from '../../component.ts'
import { readPartitionStates } from '../../queue/partition-states.ts'
import type { PartitionState } from '../../queue/queue.ts'
import { dialectOf } from '../../store/dialects/registry.ts'
import { executedMigrations, missingMigrations } from '../../store/migrate.ts'

/** Reads who works which partition on a database server; undefined before its first start. Changes nothing. */
export const checkCluster = async (
  url: string,
  partitions: number,
  { now, log }: { readonly now: () => number; readonly log: Log },
): Promise<readonly PartitionState[] | undefined> => {
  const database = await dialectOf(url).open(url, { log })
  try {
    if (missingMigrations(await executedMigrations(database.read)).length > 0) return undefined
    const all = Array.from({ length: partitions }, (_, partition) => partition)
    return await readPartitionStates({ read: database.read, peers: database.peers, now }, all)
  } finally {
    await database.close()
  }
}
