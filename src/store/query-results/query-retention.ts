import type { Transaction } from '../database.ts'

/** Moments in ms; older rows are removed. Undefined keeps all rows. */
export interface ResultLimits {
  readonly historyBefore?: number | undefined
  readonly analysesBefore?: number | undefined
  readonly modelsBefore?: number | undefined
}

/** Deletes expired rows; returns how many. */
export const retainQueryResults = async (
  { historyBefore, analysesBefore, modelsBefore }: ResultLimits,
  tx: Transaction,
): Promise<number> => {
  let gone = 0n
  if (historyBefore !== undefined) {
    gone += (await tx.deleteFrom('historical_data').where('received_at', '<', historyBefore).executeTakeFirst())
      .numDeletedRows
  }
  if (modelsBefore !== undefined) {
    gone += (await tx.deleteFrom('trained_models').where('last_updated', '<', modelsBefore).executeTakeFirst())
      .numDeletedRows
  }
  if (analysesBefore !== undefined) {
    const old = tx.selectFrom('anomaly_analyses').select('id').where('timestamp', '<', analysesBefore)
    await tx.deleteFrom('anomaly_records').where('analysis_id', 'in', old).execute()
    await tx.deleteFrom('statistical_flags').where('analysis_id', 'in', old).execute()
    gone += (await tx.deleteFrom('anomaly_analyses').where('timestamp', '<', analysesBefore).executeTakeFirst())
      .numDeletedRows
    await tx.deleteFrom('query_roles').where('last_seen', '<', analysesBefore).execute()
    gone += (await tx.deleteFrom('query_patterns').where('last_seen', '<', analysesBefore).executeTakeFirst())
      .numDeletedRows
  }
  return Number(gone)
}
