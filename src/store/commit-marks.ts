import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import { within } from '../lib/deadline/deadline.ts'
import { day } from '../lib/units/time.ts'
import type { Transaction } from './database.ts'
import type { OpenDatabase } from './dialects/dialect.ts'
import { upsert } from './write-rows.ts'

/** How long to query the outcome of a commit, in ms: a sender waits for the answer. */
const patience = 5_000
const prefix = 'mark '

/** Runs commits so that their outcome is known even if the answer is lost. */
export interface CommitMarks {
  /** Runs `commit`, which ends `tx`. Also resolves if the commit succeeded but its answer was lost with the connection. */
  commit(tx: Transaction, commit: () => Promise<unknown>): Promise<void>
}

/**
 * A connection that breaks while it commits leaves the caller unsure, and a retry could store everything twice. So each transaction
 * writes a mark of its own. After a lost connection, the mark shows whether the transaction was committed. Marks are reused one
 * commit at a time: there are as many rows as there were commits at once.
 */
export const createCommitMarks = async ({ write }: OpenDatabase, now: () => number): Promise<CommitMarks> => {
  const free: string[] = []
  let last = 0
  await write
    .deleteFrom('counters')
    .where('name', 'like', `${prefix}%`)
    .where('value', '<', now() - day)
    .execute()

  /** Reads a mark. Waits for a transaction that still locks it, which a plain select would not. */
  const readMark = async (name: string): Promise<number> => {
    const row = await write
      .insertInto('counters')
      .values({ name, value: 0 })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(({ ref }) => ({ value: ref('counters.value') })))
      .returning('value')
      .executeTakeFirst()
    return Number(row?.value ?? 0)
  }

  return {
    async commit(tx, commit) {
      const name = free.pop() ?? `${prefix}${randomUUID()}`
      last = Math.max(now(), last + 1)
      const value = last
      await upsert(tx, 'counters', [{ name, value }], { key: ['name'] })
      try {
        await commit()
      } catch (error) {
        if (!isLost(error)) throw error
        const found = await retry(patience, () => readMark(name))
        // An unknown outcome counts as a failure. Its mark may still be locked and is not used again.
        if (found === undefined) throw error
        free.push(name)
        if (found !== value) throw error
        return
      }
      free.push(name)
    },
  }
}

const isLost = (error: unknown): boolean => error instanceof AppError && error.code === 'UNAVAILABLE' && error.retryable

/** Tries until it works or time is up; undefined then. */
const retry = async <Result>(ms: number, work: () => Promise<Result>): Promise<Result | undefined> => {
  const end = performance.now() + ms
  const attempt = async (): Promise<Result | undefined> => {
    for (let wait = 50; performance.now() < end; wait = Math.min(wait * 2, 1_000)) {
      try {
        return await work()
      } catch {
        await sleep(wait)
      }
    }
    return undefined
  }
  return within(ms, attempt(), () => undefined)
}
