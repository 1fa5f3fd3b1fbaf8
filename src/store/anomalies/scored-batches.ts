import type { StoreConnections } from '../connect.ts'
import { nextNumbers } from '../counters.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { insertRows } from '../write-rows.ts'

/** A batch of logs that scored above the threshold, as the clients of the log analyser list them. */
export interface ScoredBatch {
  readonly id: number
  readonly detected_at: number
  /** The one service its logs are from; null when they are from several. */
  readonly service: string | null
  readonly severity: number
  readonly summary: string
  readonly features: unknown
}

export interface ScoredBatchStore {
  /** Stores a batch and returns its number. */
  add(batch: Omit<ScoredBatch, 'id'>, tx: Transaction): Promise<number>
  /** Takes the batches of another program, in the order of their numbers; in an empty store they keep them. */
  adopt(batches: readonly ScoredBatch[], tx: Transaction): Promise<void>
  /** Returns the newest with a number below `before`, newest first. */
  list(limit: number, before?: number): Promise<readonly ScoredBatch[]>
}

/** Stores the batches of logs that scored above the threshold. */
export const createScoredBatchStore = ({ read }: StoreConnections): ScoredBatchStore => ({
  async add({ features, ...batch }, tx) {
    const id = await nextNumbers(tx, 'scored batches')
    await tx
      .insertInto('scored_batches')
      .values({ id, ...batch, features: toJson(features) })
      .execute()
    return id
  },

  async adopt(found, tx) {
    const highest = found.at(-1)?.id ?? 0
    if (highest === 0) return
    const before = (await nextNumbers(tx, 'scored batches', highest)) - 1
    const rows = found.map(({ id, features, ...rest }) => ({ ...rest, id: before + id, features: toJson(features) }))
    await insertRows(tx, 'scored_batches', rows)
  },

  async list(limit, before) {
    let rows = read.selectFrom('scored_batches').selectAll().orderBy('id', 'desc').limit(limit)
    if (before !== undefined) rows = rows.where('id', '<', before)
    return (await rows.execute()).map((row) => ({ ...row, features: fromJson(row.features) }))
  },
})
