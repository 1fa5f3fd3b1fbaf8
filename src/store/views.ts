import type { View } from '../schema/view.ts'
import type { StoreConnections } from './connect.ts'
import { fromJson, toJson } from './json.ts'
import { upsert } from './write-rows.ts'

export interface ViewStore {
  save(view: View): Promise<void>
  get(id: string): Promise<View | undefined>
  list(): Promise<readonly View[]>
  remove(id: string): Promise<boolean>
}

/** Stores the saved views of the queue. */
export const createViewStore = ({ read, write }: StoreConnections): ViewStore => ({
  async save(view) {
    const row = { id: view.id, owner: view.owner, created_at: Date.parse(view.created_at), body: toJson(view) }
    await upsert(write, 'views', [row], { key: ['id'], keep: ['owner', 'created_at'] })
  },

  async get(id) {
    const row = await read.selectFrom('views').select('body').where('id', '=', id).executeTakeFirst()
    return row && fromJson<View>(row.body)
  },

  async list() {
    const rows = await read.selectFrom('views').select('body').orderBy('created_at').orderBy('id').execute()
    return rows.map(({ body }) => fromJson<View>(body))
  },

  async remove(id) {
    const { numDeletedRows } = await write.deleteFrom('views').where('id', '=', id).executeTakeFirst()
    return numDeletedRows > 0n
  },
})
