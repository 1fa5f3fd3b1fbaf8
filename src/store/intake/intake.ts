import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { batches, insertNew, upsert } from '../write-rows.ts'

/** The door where records come in: numbers, idempotency keys and source positions. */
export interface IntakeStore {
  /** Reserves `count` numbers of a partition; returns the first. */
  reserve(partition: number, count: number, tx: Transaction): Promise<number>
  /** Remembers a key; returns what was remembered before under the same key, if anything. */
  remember(
    key: string,
    bodyHash: string,
    answer: string,
    at: number,
    tx: Transaction,
  ): Promise<{ readonly bodyHash: string; readonly answer: string } | undefined>
  /** Remembers keys; returns those that were not known before. */
  rememberEach(keys: readonly string[], at: number, tx: Transaction): Promise<ReadonlySet<string>>
  recall(key: string): Promise<{ readonly bodyHash: string; readonly answer: string } | undefined>
  /** Forgets keys older than `before`. */
  forget(before: number): Promise<number>
  saveCursor(source: string, key: string, position: string, tx: Transaction): Promise<void>
  readCursor(source: string, key: string): Promise<string | undefined>
}

/** Keeps what the door for records needs: the next numbers, idempotency keys, how far sources have read. */
export const createIntakeStore = ({ read, write }: StoreConnections): IntakeStore => ({
  async reserve(partition, count, tx) {
    const { next_number } = await tx
      .insertInto('partitions')
      .values({ partition, next_number: count })
      .onConflict((conflict) =>
        conflict.column('partition').doUpdateSet((row) => ({ next_number: row('partitions.next_number', '+', count) })),
      )
      .returning('next_number')
      .executeTakeFirstOrThrow()
    return next_number - count
  },

  async remember(key, bodyHash, answer, at, tx) {
    const row = { key, body_hash: bodyHash, answer, created_at: at }
    if ((await insertNew(tx, 'idempotency_keys', [row])) > 0) return undefined
    return tx
      .selectFrom('idempotency_keys')
      .select(['body_hash as bodyHash', 'answer'])
      .where('key', '=', key)
      .executeTakeFirst()
  },

  async rememberEach(keys, at, tx) {
    const fresh = new Set<string>()
    for (const part of batches([...new Set(keys)])) {
      const added = await tx
        .insertInto('idempotency_keys')
        .values(part.map((key) => ({ key, body_hash: '', answer: '', created_at: at })))
        .onConflict((conflict) => conflict.column('key').doNothing())
        .returning('key')
        .execute()
      for (const { key } of added) fresh.add(key)
    }
    return fresh
  },

  recall: (key) =>
    read
      .selectFrom('idempotency_keys')
      .select(['body_hash as bodyHash', 'answer'])
      .where('key', '=', key)
      .executeTakeFirst(),

  async forget(before) {
    const { numDeletedRows } = await write
      .deleteFrom('idempotency_keys')
      .where('created_at', '<', before)
      .executeTakeFirst()
    return Number(numDeletedRows)
  },

  async saveCursor(source, key, position, tx) {
    await upsert(tx, 'source_cursors', [{ source, key, position }], { key: ['source', 'key'] })
  },

  async readCursor(source, key) {
    const row = await read
      .selectFrom('source_cursors')
      .select('position')
      .where('source', '=', source)
      .where('key', '=', key)
      .executeTakeFirst()
    return row?.position
  },
})
