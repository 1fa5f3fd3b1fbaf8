import { week } from '../../lib/units/time.ts'
import type { StoreConnections } from '../connect.ts'
import { fromJson, toJson } from '../json.ts'
import { insertNew, upsert } from '../write-rows.ts'

/** Cached answers of lookup services, and their remaining quotas. */
export interface IntelAnswerStore {
  get(source: string, id: string, at: number): Promise<{ readonly answer: unknown } | undefined>
  save(source: string, id: string, answer: unknown, expiresAt: number): Promise<void>
  /** Removes expired answers. Returns how many. */
  forget(at: number): Promise<number>
  /** Counts a query against the daily quota. Returns false if the quota is used up. */
  take(source: string, at: number, limit: number): Promise<boolean>
  /** Returns the number of queries on a day, by source. */
  used(at: number): Promise<ReadonlyMap<string, number>>
}

/** Caches the answers of lookup services until they expire, and counts the queries of each day. */
export const createIntelAnswerStore = ({ read, write }: StoreConnections): IntelAnswerStore => ({
  async get(source, id, at) {
    const row = await read
      .selectFrom('intel_answers')
      .select('answer')
      .where('source', '=', source)
      .where('id', '=', id)
      .where('expires_at', '>', at)
      .executeTakeFirst()
    return row && { answer: fromJson(row.answer) }
  },

  async save(source, id, answer, expiresAt) {
    const row = { source, id, answer: toJson(answer), expires_at: expiresAt }
    await upsert(write, 'intel_answers', [row], { key: ['source', 'id'] })
  },

  async forget(at) {
    await write
      .deleteFrom('intel_quotas')
      .where('day', '<', dayOf(at - week))
      .execute()
    const { numDeletedRows } = await write.deleteFrom('intel_answers').where('expires_at', '<=', at).executeTakeFirst()
    return Number(numDeletedRows)
  },

  async take(source, at, limit) {
    const day = dayOf(at)
    await insertNew(write, 'intel_quotas', [{ source, day, used: 0 }])
    const { numUpdatedRows } = await write
      .updateTable('intel_quotas')
      .set((row) => ({ used: row('used', '+', 1) }))
      .where('source', '=', source)
      .where('day', '=', day)
      .where('used', '<', limit)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  },

  async used(at) {
    const rows = await read.selectFrom('intel_quotas').select(['source', 'used']).where('day', '=', dayOf(at)).execute()
    return new Map(rows.map(({ source, used }) => [source, Number(used)]))
  },
})

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
