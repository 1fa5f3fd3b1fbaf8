import type { StoreConnections } from './connect.ts'
import { nextNumbers } from './counters.ts'
import { fromJson, toJson } from './json.ts'
import type { ScoredBatchStore } from './store.ts'

/** Keeps the batches of logs that scored above the threshold. */
export const createScoredBatchStore = ({ read }: StoreConnections): ScoredBatchStore => ({
  async add({ features, ...batch }, tx) {
    const id = await nextNumbers(tx, 'scored batches')
    await tx
      .insertInto('scored_batches')
      .values({ id, ...batch, features: toJson(features) })
      .execute()
    return id
  },

  async list(limit) {
    const rows = await read.selectFrom('scored_batches').selectAll().orderBy('id', 'desc').limit(limit).execute()
    return rows.map((row) => ({ ...row, features: fromJson(row.features) }))
  },
})
