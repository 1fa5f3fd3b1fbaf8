import { type SqlBool, sql } from 'kysely'
import { AppError } from '../errors.ts'
import type { Connections, Peers, Transaction } from '../store/database.ts'
import { isUpgraded } from '../store/migrate.ts'

/** The exclusive right to some work among all processes that share the database. */
export interface Lease {
  /**
   * Acquires the lease if it is free, and renews it when due. Returns whether this process has just `acquired` it, has `taken over` from an
   * owner that ended without releasing it, or `held` it without a gap since the last call; undefined if another process has it.
   */
  hold(): Promise<Holding | undefined>
  /** Notes, once, that work begins, so that the next owner notices if this one ends without releasing the lease. */
  use(): Promise<void>
  /**
   * Returns the fence for work that begins now. Within a transaction, the fence keeps the lease until the end, so that nobody can take it
   * over. It throws a retryable CONFLICT if somebody has done so since the work began: a process that was paused in between changes
   * nothing.
   */
  fence(): Fence
  release(): Promise<void>
  readonly name: string
  /** Whether this process has the lease and should renew it now. */
  isDue(): boolean
  /** Notes that the lease was renewed, if it still has this epoch. */
  renewed(epoch: number | undefined, at: number): void
}

export type Holding = 'acquired' | 'taken over' | 'held'

export type Fence = (tx: Transaction) => Promise<void>

/** How long a lease lasts after its last renewal, and how often it is renewed, in ms. */
const term = 20_000
const renewal = 2_000
/** How often a process asks for a lease that another process has, in ms. */
const attempts = 1_000
/** How long an owner without a connection must be silent before others take over, in ms: one whose connections broke has new ones by then. */
const silence = 3_000

/**
 * Holds a lease in the database. If nobody else can work on the database, the lease is always ours. Once a newer version has migrated the
 * database, the lease is for processes of that version: this one could not read the states that they save.
 */
export const createLease = ({ read, write, peers }: Connections, name: string): Lease => {
  let epoch: number | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<Holding | undefined> | undefined
  let isUsed = false

  const ask = async (): Promise<Holding | undefined> => {
    if (!peers) {
      if (epoch !== undefined) return 'held'
      const before = await read.selectFrom('leases').select('owner').where('name', '=', name).executeTakeFirst()
      epoch = 0
      return before && before.owner !== '' ? 'taken over' : 'acquired'
    }
    const { session, moment } = peers
    const until = sql<number>`${moment} + ${term}`
    const began = performance.now()
    const row = await write
      .insertInto('leases')
      .values({ name, owner: session, epoch: 1, until })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet((old) => ({
            owner: session,
            until,
            epoch: sql<number>`case when ${old.ref('leases.owner')} = ${session} then 0 else 1 end + ${old.ref('leases.epoch')}`,
          }))
          .where((old) => old.and([old.or([old('leases.owner', '=', session), isFree(peers)]), old.not(isUpgraded())])),
      )
      .returning((returning) => [
        'epoch',
        // Sees the row as it was before the statement.
        returning.selectFrom('leases as former').select('owner').where('former.name', '=', name).as('former'),
      ])
      .executeTakeFirst()
    askedAt = began
    const before = epoch
    epoch = row?.epoch
    if (epoch === undefined) {
      if (before !== undefined) await giveUp(before)
      return undefined
    }
    if (epoch === before) return 'held'
    return row?.former && row.former !== session ? 'taken over' : 'acquired'
  }

  /** Releases the lease at once, if it is still ours. */
  const giveUp = async (held: number): Promise<void> => {
    if (!peers) {
      if (isUsed) await write.updateTable('leases').set({ owner: '' }).where('name', '=', name).execute()
      isUsed = false
      return
    }
    await write
      .updateTable('leases')
      .set({ owner: '', until: 0, epoch: held + 1 })
      .where('name', '=', name)
      .where('owner', '=', peers.session)
      .where('epoch', '=', held)
      .execute()
  }

  return {
    async hold() {
      const since = performance.now() - askedAt
      if (epoch === undefined ? since < attempts : since < renewal) return epoch === undefined ? undefined : 'held'
      // A renewal waits for the fenced transaction; a second one would only wait too.
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return asking
    },
    async use() {
      // Otherwise, the owner is noted since the lease was acquired.
      if (peers || isUsed) return
      await write
        .insertInto('leases')
        .values({ name, owner: 'this process', epoch: 0, until: 0 })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ owner: 'this process' }))
        .execute()
      isUsed = true
    },
    fence() {
      const begun = epoch
      return async (tx) => {
        if (!peers) return
        const mine = tx
          .selectFrom('leases')
          .select('epoch')
          .where('name', '=', name)
          .where('owner', '=', peers.session)
          .where('epoch', '=', begun ?? -1)
        if (await mine.forShare().executeTakeFirst()) return
        epoch = undefined
        askedAt = Number.NEGATIVE_INFINITY
        throw new AppError('CONFLICT', `Another process has taken over the ${name}.`, { retryable: true })
      }
    },
    name,
    isDue: () => epoch !== undefined && performance.now() - askedAt >= renewal,
    renewed(found, at) {
      if (found !== undefined && found === epoch) askedAt = at
    },
    async release() {
      const held = epoch
      epoch = undefined
      askedAt = Number.NEGATIVE_INFINITY
      if (held !== undefined) await giveUp(held)
    },
  }
}

/** Renews the due leases of this process with one statement. At their next `hold`, the others learn who has them. */
export const renewLeases = async (
  { write, peers }: Pick<Connections, 'write' | 'peers'>,
  leases: readonly Lease[],
): Promise<void> => {
  const due = leases.filter((lease) => lease.isDue())
  if (!peers || due.length < 2) return
  const at = performance.now()
  const rows = await write
    .updateTable('leases')
    .set({ until: sql<number>`${peers.moment} + ${term}` })
    .where('owner', '=', peers.session)
    .where(({ not }) => not(isUpgraded()))
    .where(
      'name',
      'in',
      due.map(({ name }) => name),
    )
    .returning(['name', 'epoch'])
    .execute()
  const epochs = new Map(rows.map(({ name, epoch }) => [name, epoch]))
  for (const lease of due) lease.renewed(epochs.get(lease.name), at)
}

/** An SQL expression: whether the owner of a lease was silent for too long, or has ended. */
export const isFree = ({ moment, isGone }: Peers) =>
  sql<SqlBool>`leases.until < ${moment} or (leases.until < ${moment} + ${term - silence} and ${isGone(sql.ref('leases.owner'))})`

/** Names the lease of a partition. */
export const partitionLease = (topic: string, partition: number): string => `${topic}/${partition}`
