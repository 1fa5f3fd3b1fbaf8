import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { batches, upsert } from '../write-rows.ts'
import type { AlertResultDueRow } from './alert-tables.ts'

/** Stores unsent triage results, only the newest of each alert. */
export interface AlertResultStore {
  save(results: readonly AlertResultDueRow[], tx: Transaction): Promise<void>
  /** The oldest first. */
  due(limit: number): Promise<readonly AlertResultDueRow[]>
  /** Removes sent results; a newer result of the same alert remains. */
  removeSent(results: readonly Pick<AlertResultDueRow, 'alert_id' | 'message_id'>[]): Promise<void>
}

export const createAlertResultStore = ({ read, write }: StoreConnections): AlertResultStore => ({
  async save(results, tx) {
    const newest = new Map(results.map((result) => [result.alert_id, result]))
    await upsert(tx, 'alert_results_due', [...newest.values()], { key: ['alert_id'], keep: ['created_at'] })
  },

  due: (limit) =>
    read.selectFrom('alert_results_due').selectAll().orderBy('created_at').orderBy('alert_id').limit(limit).execute(),

  async removeSent(results) {
    for (const part of batches(results)) {
      await write
        .deleteFrom('alert_results_due')
        .where((where) =>
          where.or(
            part.map(({ alert_id, message_id }) =>
              where.and([where('alert_id', '=', alert_id), where('message_id', '=', message_id)]),
            ),
          ),
        )
        .execute()
    }
  },
})
