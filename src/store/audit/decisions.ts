import type { Decision } from '../../schema/audit/decision.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { type Page, type PageRequest, readCursor, writeCursor } from '../page.ts'
import { upsert } from '../write-rows.ts'

export interface DecisionStore {
  save(decision: Decision, tx: Transaction): Promise<void>
  get(id: string): Promise<Decision | undefined>
  /** Those of one person, newest first. */
  list(query: PageRequest & { readonly actor: string }): Promise<Page<Decision>>
}

/** Stores bulk changes. */
export const createDecisionStore = ({ read }: StoreConnections): DecisionStore => ({
  async save(decision, tx) {
    const { id, actor, created_at } = decision
    const row = { id, actor, created_at: Date.parse(created_at), body: toJson(decision) }
    await upsert(tx, 'decisions', [row], { key: ['id'], keep: ['actor', 'created_at'] })
  },

  async get(id) {
    const row = await read.selectFrom('decisions').select('body').where('id', '=', id).executeTakeFirst()
    return row && fromJson<Decision>(row.body)
  },

  async list({ actor, limit, after }) {
    let query = read
      .selectFrom('decisions')
      .select(['created_at as time', 'id', 'body'])
      .where('actor', '=', actor)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (after !== undefined) {
      const place = readCursor(after)
      query = query.where((where) => where(where.refTuple('created_at', 'id'), '<', where.tuple(place.time, place.id)))
    }
    const rows = await query.execute()
    const last = rows[limit - 1]
    return {
      items: rows.slice(0, limit).map(({ body }) => fromJson<Decision>(body)),
      next: rows.length > limit && last ? writeCursor(last) : undefined,
    }
  },
})
