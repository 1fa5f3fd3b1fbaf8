import type { Connections } from '../store/database.ts'

/** The right to work on something alone among all processes that share the database. */
export interface Lease {
  /** Acquires the lease if it is free and renews it when due; returns whether this process holds it. */
  hold(): Promise<boolean>
  release(): Promise<void>
}

/** How long a lease lasts when its owner falls silent, and how often it is prolonged, in ms. */
const term = 20_000
const renewal = 5_000

/** Holds a lease in the database; where nobody else can work on the database, it is always ours. */
export const createLease = ({ write, abilities, now }: Connections, name: string, owner: string): Lease => {
  if (!abilities.shared) return { hold: async () => true, release: async () => {} }
  let renewedAt: number | undefined
  return {
    async hold() {
      const time = now()
      if (renewedAt !== undefined && Math.abs(time - renewedAt) < renewal) return true
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
      return renewedAt !== undefined
    },
    async release() {
      renewedAt = undefined
      await write.deleteFrom('leases').where('name', '=', name).where('owner', '=', owner).execute()
    },
  }
}
