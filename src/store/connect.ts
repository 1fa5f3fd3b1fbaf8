import { type Expression, type SqlBool, sql } from 'kysely'
import { createChangeClock } from './change-clock.ts'
import { createCommitMarks } from './commit-marks.ts'
import type { Connections, OpenTransaction, Transaction } from './database.ts'
import type { OpenDatabase } from './dialects/dialect.ts'

/** The clock and SQL expressions that the store files share, in addition to the connections. */
export interface StoreConnections extends Connections {
  /** Returns a moment later than all earlier ones, for `changed_at`. */
  stamp(): number
  /**
   * Returns a moment: later reads see every change that was stamped before it. A transaction may be committed long after its stamps, for
   * example because it waited for a lock or for the disk, and what others have stamped since is visible before.
   */
  settled(): Promise<number>
  /** An SQL expression: whether a text contains a fragment. */
  contains(text: Expression<string>, piece: string): Expression<SqlBool>
}

/** Creates transactions that report when they have been committed. */
export const connect = async (
  database: OpenDatabase,
  now: () => number,
  clock = createChangeClock(),
): Promise<StoreConnections> => {
  const { read, write, abilities, positionOf, peers } = database
  const listeners: ((tx: Transaction) => void)[] = []
  const committed = (tx: Transaction) => {
    for (const listener of listeners) listener(tx)
  }

  // Only a database across a network can lose the answer to a commit.
  const marks = abilities.shared ? await createCommitMarks(database, now) : undefined

  const begin = async (): Promise<OpenTransaction> => {
    const tx = await write.startTransaction().execute()
    let committing: Promise<void> | undefined
    const release = async () => {
      if (!tx.isCommitted && !tx.isRolledBack) await tx.rollback().execute()
    }
    const commit = async () => {
      const send = () => tx.commit().execute()
      await (marks ? marks.commit(tx, send) : send())
      committed(tx)
      // A commit that succeeded without an answer still holds its connection.
      await release()
    }
    return {
      tx,
      commit() {
        committing = commit()
        return committing
      },
      async rollback() {
        // A pending commit may still succeed; wait for its answer before rolling back.
        await committing?.catch(() => {})
        await release()
      },
    }
  }

  clock.reached(await latestChange(read))
  return {
    read,
    write,
    abilities,
    peers,
    now,
    begin,
    async transaction(work) {
      const { tx, commit, rollback } = await begin()
      try {
        const result = await work(tx)
        await commit()
        return result
      } catch (error) {
        await rollback()
        throw error
      }
    },
    verify: database.verify,
    onCommit: (listener) => void listeners.push(listener),
    stamp: () => clock.next(now()),
    async settled() {
      if (!peers) return Number.POSITIVE_INFINITY
      const { oldest } = await read.selectNoFrom(peers.oldestWrite.as('oldest')).executeTakeFirstOrThrow()
      return oldest === null ? Number.POSITIVE_INFINITY : Number(oldest)
    },
    contains: (text, piece) => sql<SqlBool>`${sql.raw(positionOf)}(${text}, ${piece}) > 0`,
  }
}

const latestChange = async (read: OpenDatabase['read']): Promise<number> => {
  const latest = async (table: 'alerts' | 'incidents') => {
    const row = await read
      .selectFrom(table)
      .select('changed_at')
      .orderBy('changed_at', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row?.changed_at ?? 0
  }
  return Math.max(await latest('alerts'), await latest('incidents'))
}
