import type { ResultAnalysis } from '../../schema/query-result.ts'
import type { StoreConnections } from '../connect.ts'
import { nextNumbers } from '../counters.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { insertRows } from '../write-rows.ts'

/** The user who sent the query. */
export interface AnalysisOrigin {
  readonly user: string | null
  readonly role: string | null
}

/** The anomalies of query results. */
export interface ResultAnalysisStore {
  /** Stores an analysis and returns its number. */
  addAnalysis(analysis: ResultAnalysis, origin: AnalysisOrigin, tx: Transaction): Promise<number>
  /** The newest first; of one query, or of all. */
  analyses(query: string | undefined, limit: number): Promise<readonly ResultAnalysis[]>
}

/** Stores analyses. */
export const createResultAnalysisStore = ({ read }: StoreConnections): ResultAnalysisStore => ({
  async addAnalysis(analysis, { user, role }, tx) {
    const id = await nextNumbers(tx, 'anomaly analyses')
    await tx
      .insertInto('anomaly_analyses')
      .values({
        id,
        query_id: analysis.query_id,
        dataset: analysis.dataset,
        timestamp: Date.parse(analysis.analyzed_at),
        operation_name: analysis.operation_name,
        user_id: user,
        role,
        processed_records: analysis.records,
        anomalous_records_count: analysis.odd_records.length,
        historical_data_size: analysis.history_records,
        analysis_mode: analysis.mode,
        anomalies_detected: analysis.is_odd ? 1 : 0,
        status: 'completed',
        body: toJson({ ...analysis, analysis_id: id }),
      })
      .execute()
    const records = analysis.odd_records.map(({ index, category, reason, risk_level }) => ({
      analysis_id: id,
      record_index: index,
      category,
      reason,
      risk_level,
    }))
    await insertRows(tx, 'anomaly_records', records)
    const flags = analysis.drift.map(({ type, sentence, severity }, place) => ({
      analysis_id: id,
      place,
      flag_type: type,
      description: sentence,
      severity: gravity[severity],
    }))
    await insertRows(tx, 'statistical_flags', flags)
    return id
  },

  async analyses(query, limit) {
    let found = read.selectFrom('anomaly_analyses').select('body').orderBy('id', 'desc').limit(limit)
    if (query !== undefined) found = found.where('query_id', '=', query)
    return (await found.execute()).map(({ body }) => fromJson<ResultAnalysis>(body))
  },
})

/** The severity of a flag, as a number. */
const gravity = { low: 0.3, medium: 0.6, high: 0.9 } as const
