import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { createTable } from './create-table.ts'

/** What queries returned, what was learnt of it, and what was odd. */
export const queryResults = async (db: Kysely<unknown>, types: ColumnTypes): Promise<void> => {
  const table = createTable(db, types)
  await table('query_patterns', {
    query_hash: 'text key',
    query_id: 'text',
    operation_name: 'text?',
    query_text: 'text',
    variables_json: 'text',
    complexity_score: 'real',
    user_role: 'text?',
    is_anomalous: 'number',
    features: 'text',
    times: 'number',
    created_at: 'number',
    last_seen: 'number',
  }).index(['query_id'], ['last_seen'])
  await table('historical_data', {
    id: 'text key',
    query_id: 'text',
    dataset: 'text',
    received_at: 'number',
    record_count: 'number',
    odd: 'text',
    record_data: 'blob',
  }).index(['query_id', 'dataset', 'id'], ['received_at'])
  await table('trained_models', {
    query_id: 'text key',
    dataset: 'text key',
    model_data: 'blob',
    features_count: 'number',
    records_count: 'number',
    last_updated: 'number',
    created_at: 'number',
  }).index(['last_updated'])
  await table('anomaly_analyses', {
    id: 'number key',
    query_id: 'text',
    dataset: 'text',
    timestamp: 'number',
    operation_name: 'text?',
    user_id: 'text?',
    role: 'text?',
    processed_records: 'number',
    anomalous_records_count: 'number',
    historical_data_size: 'number',
    analysis_mode: 'text',
    anomalies_detected: 'number',
    status: 'text',
    body: 'text',
  }).index(['query_id'], ['timestamp'])
  await table('anomaly_records', {
    analysis_id: 'number key',
    record_index: 'number key',
    category: 'text',
    reason: 'text',
    risk_level: 'text',
  }).index()
  await table('statistical_flags', {
    analysis_id: 'number key',
    place: 'number key',
    flag_type: 'text',
    description: 'text',
    severity: 'real',
  }).index()
}
