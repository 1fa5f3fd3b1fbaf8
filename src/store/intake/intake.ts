import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { batches, insertNew, upsert } from '../write-rows.ts'

/** The keys of records that arrived together. They contain no spaces. */
export interface RememberedKeys {
  readonly id: string
  readonly keys: readonly string[]
}

/** The state of the intake: numbers, idempotency keys and source positions. */
export interface IntakeStore {
  /** Records the number of partitions, which never changes; returns the recorded one. */
  fixPartitions(wanted: number): Promise<number>
  /** Reserves so many numbers of each partition; returns the first of each. */
  reserve(counts: ReadonlyMap<number, number>, tx: Transaction): Promise<ReadonlyMap<number, number>>
  /** Stores a value under a key; returns the earlier value, if any. */
  remember(
    key: string,
    bodyHash: string,
    answer: string,
    at: number,
    tx: Transaction,
  ): Promise<{ readonly bodyHash: string; readonly answer: string } | undefined>
  /** Remembers keys; returns those that were not known before. */
  rememberEach(keys: readonly string[], at: number, tx: Transaction): Promise<ReadonlySet<string>>
  /** Remembers the keys of records as one group, and forgets other groups. */
  rememberRecent(group: RememberedKeys, forgotten: readonly string[], at: number, tx: Transaction): Promise<void>
  /** Returns the groups of keys that are remembered, oldest first. */
  listRecent(): Promise<readonly RememberedKeys[]>
  recall(key: string): Promise<{ readonly bodyHash: string; readonly answer: string } | undefined>
  /** Forgets keys older than `before`. */
  forget(before: number): Promise<number>
  saveCursor(source: string, key: string, position: string, tx: Transaction): Promise<void>
  readCursor(source: string, key: string): Promise<string | undefined>
  /** Returns the positions of all inputs of a source. */
  listCursors(source: string): Promise<readonly string[]>
}

/** The prefix of the keys of rows for groups. */
const recentPrefix = 'recent '

const partitionCounter = 'partitions'

/** Stores the state of the intake: the next numbers, idempotency keys and the positions of sources. */
export const createIntakeStore = ({ read, write }: StoreConnections): IntakeStore => ({
  async fixPartitions(wanted) {
    // Before there was a number, there was one partition.
    const used = await read.selectFrom('partitions').select('partition').limit(1).executeTakeFirst()
    await write
      .insertInto('counters')
      .values({ name: partitionCounter, value: used ? 1 : wanted })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
    const { value } = await write
      .selectFrom('counters')
      .select('value')
      .where('name', '=', partitionCounter)
      .executeTakeFirstOrThrow()
    return value
  },

  async reserve(counts, tx) {
    const rows = await tx
      .insertInto('partitions')
      .values([...counts].map(([partition, count]) => ({ partition, next_number: count })))
      .onConflict((conflict) =>
        conflict
          .column('partition')
          .doUpdateSet((row) => ({ next_number: row('partitions.next_number', '+', row.ref('excluded.next_number')) })),
      )
      .returning(['partition', 'next_number'])
      .execute()
    return new Map(rows.map(({ partition, next_number }) => [partition, next_number - (counts.get(partition) ?? 0)]))
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

  async rememberRecent({ id, keys }, forgotten, at, tx) {
    const row = { key: `${recentPrefix}${id}`, body_hash: '', answer: keys.join(' '), created_at: at }
    await insertNew(tx, 'idempotency_keys', [row])
    for (const part of batches(forgotten.map((old) => `${recentPrefix}${old}`))) {
      await tx.deleteFrom('idempotency_keys').where('key', 'in', part).execute()
    }
  },

  async listRecent() {
    const rows = await read
      .selectFrom('idempotency_keys')
      .select(['key', 'answer'])
      .where('key', '>=', recentPrefix)
      .where('key', '<', 'recent!')
      .orderBy('created_at')
      .execute()
    return rows.map(({ key, answer }) => ({ id: key.slice(recentPrefix.length), keys: answer.split(' ') }))
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

  async listCursors(source) {
    const rows = await read.selectFrom('source_cursors').select('position').where('source', '=', source).execute()
    return rows.map(({ position }) => position)
  },
})
