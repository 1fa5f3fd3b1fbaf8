import { createHash } from 'node:crypto'
import type { FormerTables } from '../../../operations/adoption/former-tables.fake.ts'

export const orderQuery = 'query Orders($limit: Int!) { orders(limit: $limit, where: {a: {_eq: 1}}) { id amount } }'
export const orderQueryId = createHash('md5').update(orderQuery).digest('hex')
const time = '2026-02-01T08:00:00.000Z'

/** The database of the query-result plug-in. */
export const queryGuardTables: FormerTables = {
  query_patterns: {
    columns: {
      ...{ id: 'serial', query_hash: 'text', operation_name: 'text', query_text: 'text', variables_json: 'json' },
      ...{ complexity_score: 'real', user_role: 'text', is_anomalous: 'bool', created_at: 'time' },
    },
    rows: [
      {
        ...{
          id: 1,
          query_hash: 'ab12',
          operation_name: 'Orders',
          query_text: orderQuery,
          variables_json: { limit: 5 },
        },
        ...{ complexity_score: 12.5, user_role: 'user', is_anomalous: false, created_at: time },
      },
    ],
  },
  query_features: {
    columns: { id: 'serial', pattern_id: 'int', feature_name: 'text', feature_value: 'text', feature_type: 'text' },
    rows: [{ id: 1, pattern_id: 1, feature_name: 'depth', feature_value: '2', feature_type: 'int' }],
  },
  historical_data: {
    columns: { id: 'serial', query_id: 'text', record_count: 'int', timestamp: 'time', created_at: 'time' },
    rows: [1, 2].map((id) => ({
      ...{ id, query_id: orderQueryId, record_count: 120 },
      ...{ timestamp: `2026-02-0${id}T08:00:00.000Z`, created_at: time },
    })),
  },
  historical_records: {
    columns: { id: 'serial', historical_data_id: 'int', record_data: 'json' },
    rows: Array.from({ length: 240 }, (_, i) => ({
      id: i + 1,
      historical_data_id: i < 120 ? 1 : 2,
      record_data: { id: i, amount: 10 + (i % 7), country: i % 2 === 0 ? 'DE' : 'FR', note: "it's" },
    })),
  },
  trained_models: {
    columns: { id: 'serial', query_id: 'text', model_data: 'text', features_count: 'int', records_count: 'int' },
    rows: [{ id: 1, query_id: orderQueryId, model_data: 'a pickle', features_count: 3, records_count: 240 }],
  },
  anomaly_analyses: {
    columns: {
      ...{ id: 'serial', query_id: 'text', timestamp: 'time', operation_name: 'text', user_id: 'text', role: 'text' },
      ...{ processed_records: 'int', anomalous_records_count: 'int', historical_data_size: 'int' },
      ...{ analysis_mode: 'text', anomalies_detected: 'bool', status: 'text' },
    },
    rows: [
      {
        ...{ id: 3, query_id: orderQueryId, timestamp: time, operation_name: 'Orders', user_id: 'ann', role: 'user' },
        ...{ processed_records: 10, anomalous_records_count: 1, historical_data_size: 120 },
        ...{ analysis_mode: 'comparative', anomalies_detected: true, status: 'completed' },
      },
    ],
  },
  anomaly_records: {
    columns: {
      id: 'serial',
      analysis_id: 'int',
      category: 'text',
      reason: 'text',
      record_index: 'int',
      risk_level: 'text',
    },
    rows: [
      {
        id: 1,
        analysis_id: 3,
        category: 'size_anomaly',
        reason: 'The amount is large.',
        record_index: 4,
        risk_level: 'high',
      },
    ],
  },
  statistical_flags: {
    columns: { id: 'serial', analysis_id: 'int', flag_type: 'text', description: 'text', severity: 'real' },
    rows: [{ id: 1, analysis_id: 3, flag_type: 'numeric_mean', description: 'The mean moved.', severity: 0.9 }],
  },
  query_concerns: {
    columns: { id: 'serial', analysis_id: 'int', description: 'text' },
    rows: [{ id: 1, analysis_id: 3, description: 'It reads e-mail addresses.' }],
  },
  recommendations: {
    columns: { id: 'serial', analysis_id: 'int', description: 'text' },
    rows: [{ id: 1, analysis_id: 3, description: 'Add a limit.' }],
  },
}
