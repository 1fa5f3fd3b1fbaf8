import type { StoreConnections } from '../connect.ts'
import { nextNumbers } from '../counters.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'

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
  /** Keeps one and returns its number. */
  add(batch: Omit<ScoredBatch, 'id'>, tx: Transaction): Promise<number>
  /** The newest first. */
  list(limit: number): Promise<readonly ScoredBatch[]>
}

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
