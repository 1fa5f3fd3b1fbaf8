import type { ResultAnalysis, ResultConcern } from '../../schema/query-result.ts'

/** The lowest severity of a result that creates an alert. */
export type AlertFrom = 'off' | 'medium' | 'high'

/** The source of its alerts, for rules and suppressions. */
export const alertSource = 'query-guard'

const rank = { low: 0, medium: 1, high: 2 } as const
const least = { medium: 1, high: 2, off: 3 } as const
const mostSentences = 5

/**
 * Creates an alert for an anomalous result, in the format of external senders. Its ID comes from the query, so that
 * repeated anomalies extend one alert.
 */
export const alertOf = (analysis: ResultAnalysis, user: string | undefined, from: AlertFrom): object | undefined => {
  const { query_id, dataset, operation_name, concerns, drift, odd_records, analysis_id } = analysis
  const told = [
    ...concerns.map(({ severity, description }) => ({ severity, sentence: description })),
    ...odd_records.map(({ risk_level, index, reason }) => ({
      severity: risk_level,
      sentence: `Record ${index}: ${reason}`,
    })),
    ...drift,
  ].filter(({ severity }) => rank[severity] >= least[from])
  if (told.length === 0) return undefined
  const name = operation_name ?? `query ${query_id.slice(0, 12)}`
  const isGrave = concerns.some(({ severity }) => severity === 'high')
  return {
    alert_id: `${query_id.slice(0, 60)}:${dataset.slice(0, 38)}`,
    timestamp: analysis.analyzed_at,
    source: alertSource,
    alert_type: typeOf(concerns),
    severity: isGrave ? 'high' : 'medium',
    title: `Unusual results of ${name} (${dataset})`.slice(0, 500),
    description: told
      .slice(0, mostSentences)
      .map(({ sentence }) => sentence)
      .join(' ')
      .slice(0, 2_000),
    ...(user !== undefined && { user_id: user.slice(0, 200) }),
    source_ref: `/api/v1/query-results?query_id=${encodeURIComponent(query_id)}`,
    raw_data: {
      query_id,
      dataset,
      operation_name,
      analysis_id,
      score: analysis.score,
      records: analysis.records,
      odd_records: odd_records.length,
    },
  }
}

const typeOf = (concerns: readonly ResultConcern[]): string => {
  const types = new Set(concerns.filter(({ severity }) => severity !== 'low').map(({ type }) => type))
  if (types.has('size_anomaly')) return 'data_exfiltration'
  return types.size > 0 ? 'policy_violation' : 'anomaly'
}
