/** Queries and their results, under the names that users of the query-result plug-in know. */
export interface QueryTables {
  query_patterns: QueryPatternRow
  query_roles: QueryRoleRow
  historical_data: HistoricalDataRow
  trained_models: TrainedModelRow
  anomaly_analyses: AnomalyAnalysisRow
  anomaly_records: AnomalyRecordRow
  statistical_flags: StatisticalFlagRow
}

/** A query with its variables. */
interface QueryRoleRow {
  query_id: string
  role: string
  times: number
  last_seen: number
}

export interface QueryPatternRow {
  query_hash: string
  query_id: string
  operation_name: string | null
  query_text: string
  variables_json: string
  complexity_score: number
  user_role: string | null
  is_anomalous: number
  features: string
  times: number
  created_at: number
  last_seen: number
}

/** The records of one result of a query, zstd over JSON. */
export interface HistoricalDataRow {
  id: string
  query_id: string
  dataset: string
  received_at: number
  record_count: number
  /** The positions of the anomalous records, JSON. */
  odd: string
  record_data: Uint8Array
}

export interface TrainedModelRow {
  query_id: string
  dataset: string
  model_data: Uint8Array
  features_count: number
  records_count: number
  last_updated: number
  created_at: number
}

/** An anomalous result. */
export interface AnomalyAnalysisRow {
  id: number
  query_id: string
  dataset: string
  timestamp: number
  operation_name: string | null
  user_id: string | null
  role: string | null
  processed_records: number
  anomalous_records_count: number
  historical_data_size: number
  analysis_mode: string
  anomalies_detected: number
  status: string
  body: string
}

export interface AnomalyRecordRow {
  analysis_id: number
  record_index: number
  category: string
  reason: string
  risk_level: string
}

export interface StatisticalFlagRow {
  analysis_id: number
  place: number
  flag_type: string
  description: string
  severity: number
}
