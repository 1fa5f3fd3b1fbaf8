import { batches } from './batches.ts'
import type { StoreConnections } from './connect.ts'
import type { IntakeStore } from './store.ts'

/** Keeps what the door for records needs: the next numbers, idempotency keys, how far sources have read. */
export const createIntakeStore = ({ read, write, abilities }: StoreConnections): IntakeStore => ({
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
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('idempotency_keys')
      .values({ key, body_hash: bodyHash, answer, created_at: at })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .executeTakeFirst()
    if (numInsertedOrUpdatedRows) return undefined
    return tx
      .selectFrom('idempotency_keys')
      .select(['body_hash as bodyHash', 'answer'])
      .where('key', '=', key)
      .executeTakeFirst()
  },

  async rememberEach(keys, at, tx) {
    const fresh = new Set<string>()
    for (const part of batches([...new Set(keys)], abilities.maxVariables, 4)) {
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
    await tx
      .insertInto('source_cursors')
      .values({ source, key, position })
      .onConflict((conflict) => conflict.columns(['source', 'key']).doUpdateSet({ position }))
      .execute()
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
