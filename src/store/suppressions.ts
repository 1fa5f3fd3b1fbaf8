import type { Suppression } from '../schema/suppression.ts'
import type { SuppressionRow } from './alerts/detection-tables.ts'
import type { StoreConnections } from './connect.ts'
import type { Transaction } from './database.ts'
import { fromJson, toJson } from './json.ts'
import { upsert } from './write-rows.ts'

export interface SuppressionStore {
  save(suppression: Suppression, tx?: Transaction): Promise<void>
  get(id: string): Promise<Suppression | undefined>
  list(): Promise<readonly Suppression[]>
  remove(id: string): Promise<boolean>
  hit(id: string, count: number, at: number, tx: Transaction): Promise<void>
}

/** Stores suppressions. Their hits are columns, so that counting a hit never overwrites a concurrent edit. */
export const createSuppressionStore = ({ read, write }: StoreConnections): SuppressionStore => ({
  async save(suppression, tx) {
    await upsert(tx ?? write, 'suppressions', [toRow(suppression)], {
      key: ['id'],
      keep: ['created_at', 'hits', 'last_hit_at'],
    })
  },

  async get(id) {
    const row = await read.selectFrom('suppressions').selectAll().where('id', '=', id).executeTakeFirst()
    return row && fromRow(row)
  },

  async list() {
    const rows = await read
      .selectFrom('suppressions')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
    return rows.map(fromRow)
  },

  async remove(id) {
    const { numDeletedRows } = await write.deleteFrom('suppressions').where('id', '=', id).executeTakeFirst()
    return numDeletedRows > 0n
  },

  async hit(id, count, at, tx) {
    await tx
      .updateTable('suppressions')
      .set((row) => ({ hits: row('hits', '+', count), last_hit_at: at }))
      .where('id', '=', id)
      .execute()
  },
})

const toRow = (suppression: Suppression): SuppressionRow => ({
  id: suppression.id,
  owner: suppression.owner,
  created_at: Date.parse(suppression.created_at),
  expires_at: suppression.expires_at === null ? null : Date.parse(suppression.expires_at),
  hits: suppression.hits,
  last_hit_at: suppression.last_hit_at === null ? null : Date.parse(suppression.last_hit_at),
  body: toJson(suppression),
})

const fromRow = ({ body, hits, last_hit_at }: SuppressionRow): Suppression => ({
  ...fromJson<Suppression>(body),
  hits,
  last_hit_at: last_hit_at === null ? null : new Date(last_hit_at).toISOString(),
})
