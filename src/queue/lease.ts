import type { Connections } from '../store/database.ts'

/** The right to work on something alone among all processes that share the database. */
export interface Lease {
  /**
   * Acquires the lease if it is free and renews it when due. Returns whether this process has just `acquired` it, or `held` it without a
   * gap since the last call; undefined if another process has it.
   */
  hold(): Promise<'acquired' | 'held' | undefined>
  release(): Promise<void>
}

/** How long a lease lasts when its owner falls silent, and how often it is renewed, in ms. */
const term = 20_000
const renewal = 5_000

/** Holds a lease in the database. Where nobody else can work on the database, it is always ours. */
export const createLease = ({ write, abilities, now }: Connections, name: string, owner: string): Lease => {
  let renewedAt: number | undefined
  return {
    async hold() {
      const time = now()
      const since = renewedAt === undefined ? Number.POSITIVE_INFINITY : Math.abs(time - renewedAt)
      if (since < renewal) return 'held'
      if (!abilities.shared) {
        const isFirst = renewedAt === undefined
        renewedAt = time
        return isFirst ? 'acquired' : 'held'
      }
      const { numInsertedOrUpdatedRows } = await write
        .insertInto('leases')
        .values({ name, owner, until: time + term })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ owner, until: time + term })
            .where((where) => where.or([where('leases.owner', '=', owner), where('leases.until', '<', time)])),
        )
        .executeTakeFirst()
      renewedAt = numInsertedOrUpdatedRows ? time : undefined
      if (renewedAt === undefined) return undefined
      // After its term, another process may have held the lease in the meantime.
      return since < term ? 'held' : 'acquired'
    },
    async release() {
      renewedAt = undefined
      if (abilities.shared)
        await write.deleteFrom('leases').where('name', '=', name).where('owner', '=', owner).execute()
    },
  }
}
