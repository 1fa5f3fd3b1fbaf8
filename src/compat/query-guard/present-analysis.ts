import type { ResultAnalysis } from '../../schema/query-result.ts'

/**
 * Shows an analysis as the plug-in did, with the fields of its code and of its documentation. Its scores are ours negated: low means
 * anomalous, as in scikit-learn's `score_samples`.
 */
export const presentAnalysis = (found: ResultAnalysis) => {
  const { query_id, operation_name, analyzed_at, mode, odd_records, drift, concerns, recommendations } = found
  const flags = drift.filter(({ severity }) => severity !== 'low')
  const security_concerns = concerns.filter(({ type }) => type !== 'language_model')
  return {
    is_anomaly: found.is_odd,
    score: negated(found.score),
    model_details: {
      model_type: 'isolation_forest',
      status: found.model_features > 0 ? 'active' : 'no_model',
      features_used: found.model_features,
    },
    query_analysis: {
      anomalies_detected: found.is_odd,
      records: [
        ...odd_records.map(({ index, reason, risk_level, category }) => ({
          record_index: index,
          reason,
          risk_level,
          category,
        })),
        ...found.reading.records,
      ],
      query_pattern_analysis: {
        typical: concerns.every(({ severity }) => severity === 'low'),
        concerns: concerns.map(({ description }) => description),
        recommendations,
      },
      analysis_mode: mode,
      language_model: readingLabels[found.reading.status],
    },
    query_hash: query_id,
    operation_name,
    /** Anomalous records, and changes of the whole result. */
    statistical_flags: odd_records.length + flags.length,
    statistical_details: odd_records.map(({ record, score, index, features, reason, category }) => ({
      record,
      score: negated(score),
      index,
      features,
      timestamp: analyzed_at,
      reason,
      category,
    })),
    drift: flags.map(({ type, sentence, severity, ...rest }) => ({
      flag_type: type,
      description: sentence,
      severity,
      ...rest,
    })),
    processed_records: found.records,
    anomalous_records: odd_records.length,
    recommendations,
    security_concerns,
    metadata: {
      timestamp: analyzed_at,
      query_hash: query_id,
      operation_name,
      historical_data_size: found.history_records,
      errors: found.reading.problem === undefined ? null : [found.reading.problem],
    },
    ...(found.analysis_id !== null && { db_record_id: found.analysis_id }),
  }
}

const negated = (score: number): number => (score === 0 ? 0 : -score)

const readingLabels: Readonly<Record<ResultAnalysis['reading']['status'], string>> = {
  answered: 'answered',
  failed: 'failed',
  not_configured: 'not configured',
  nothing_to_compare: 'not asked: nothing to compare with yet',
}
