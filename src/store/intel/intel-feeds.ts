import type { FeedState } from '../../schema/intelligence/intel-feed.ts'
import type { StoreConnections } from '../connect.ts'
import { fromJson, toJson } from '../json.ts'
import { insertNew, upsert } from '../write-rows.ts'

/** The state of a feed. */
export interface FeedRecord {
  readonly state: FeedState
  /** The time of the next pull. */
  readonly dueAt: number
  readonly hits: number
  readonly lastHitAt: number | undefined
  readonly updatedAt: number
}

export interface IntelFeedStore {
  list(): Promise<readonly FeedRecord[]>
  /** Claims a due feed, so that no other process pulls it until `dueAt`; false if it is not due. A new feed is due at once. */
  claim(state: FeedState, dueAt: number, at: number): Promise<boolean>
  /** Replaces the state, and the lists that are given. */
  save(
    state: FeedState,
    dueAt: number,
    lists?: { readonly members?: Uint8Array; readonly content?: Uint8Array },
  ): Promise<void>
  lists(name: string): Promise<{ readonly members: Uint8Array; readonly content: Uint8Array }>
  hit(name: string, count: number, at: number): Promise<void>
  remove(name: string): Promise<boolean>
}

const noBytes = new Uint8Array()

/** Stores the state and the contents of feeds. */
export const createIntelFeedStore = ({ read, write, now }: StoreConnections): IntelFeedStore => ({
  async list() {
    const rows = await read
      .selectFrom('intel_feeds')
      .select(['state', 'due_at', 'hits', 'last_hit_at', 'updated_at'])
      .orderBy('name')
      .execute()
    return rows.map((row) => ({
      state: fromJson<FeedState>(row.state),
      dueAt: Number(row.due_at),
      hits: Number(row.hits),
      lastHitAt: row.last_hit_at === null ? undefined : Number(row.last_hit_at),
      updatedAt: Number(row.updated_at),
    }))
  },

  async claim(state, dueAt, at) {
    const { name, type } = state
    const row = { name, type, due_at: 0, hits: 0, last_hit_at: null, state: toJson(state), updated_at: at }
    await insertNew(write, 'intel_feeds', [{ ...row, members: noBytes, content: noBytes }])
    const { numUpdatedRows } = await write
      .updateTable('intel_feeds')
      .set({ due_at: dueAt })
      .where('name', '=', name)
      .where('due_at', '<=', at)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  },

  async save(state, dueAt, lists) {
    const row = {
      name: state.name,
      type: state.type,
      due_at: dueAt,
      hits: 0,
      last_hit_at: null,
      state: toJson(state),
      members: lists?.members ?? noBytes,
      content: lists?.content ?? noBytes,
      updated_at: now(),
    }
    await upsert(write, 'intel_feeds', [row], {
      key: ['name'],
      keep: [
        'hits',
        'last_hit_at',
        ...(lists?.members ? [] : (['members'] as const)),
        ...(lists?.content ? [] : (['content'] as const)),
      ],
    })
  },

  async lists(name) {
    const row = await read
      .selectFrom('intel_feeds')
      .select(['members', 'content'])
      .where('name', '=', name)
      .executeTakeFirst()
    return row ?? { members: noBytes, content: noBytes }
  },

  async hit(name, count, at) {
    await write
      .updateTable('intel_feeds')
      .set((row) => ({ hits: row('hits', '+', count), last_hit_at: at }))
      .where('name', '=', name)
      .execute()
  },

  async remove(name) {
    const { numDeletedRows } = await write.deleteFrom('intel_feeds').where('name', '=', name).executeTakeFirst()
    return numDeletedRows > 0n
  },
})
