import type { ResultAnalysis } from '../../schema/query-result.ts'

/**
 * An analysis in the words of the plug-in: what its program answers and what its document shows, both. Scores there are negative, low =
 * odd (scikit-learn's `score_samples`): exactly ours with the sign turned.
 */
export const presentAnalysis = (found: ResultAnalysis) => {
  const { query_id, operation_name, analyzed_at, mode, odd_records, drift, concerns, recommendations } = found
  const flags = drift.filter(({ severity }) => severity !== 'low')
  const security_concerns = concerns.filter(({ type }) => type !== 'language_model')
  return {
    is_anomaly: found.is_odd,
    score: turned(found.score),
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
      language_model: words[found.reading.status],
    },
    query_hash: query_id,
    operation_name,
    /** Odd records, and changes of the whole. */
    statistical_flags: odd_records.length + flags.length,
    statistical_details: odd_records.map(({ record, score, index, features, reason, category }) => ({
      record,
      score: turned(score),
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

const turned = (score: number): number => (score === 0 ? 0 : -score)

const words: Readonly<Record<ResultAnalysis['reading']['status'], string>> = {
  answered: 'answered',
  failed: 'failed',
  not_configured: 'not configured',
  nothing_to_compare: 'not asked: nothing to compare with yet',
}
