import type { DriftFinding } from '../../lib/data-drift/finding.ts'
import { isSensitive, queryConcerns } from '../../lib/query-shape/query-concerns.ts'
import type { QueryShape } from '../../lib/query-shape/query-shape.ts'
import type { ResultJudgement } from '../../lib/result-guard/result-guard.ts'
import type { OddRecord, QueryReading, ResultAnalysis, ResultConcern, ResultRecord } from '../../schema/query-result.ts'

/** A result with the data of its query. */
export interface ScoredResult {
  readonly query_id: string
  readonly dataset: string
  readonly operation_name: string | null
  readonly query: string | undefined
  readonly shape: QueryShape | undefined
  /** The expression of `blocked_queries` that found something in the query. */
  readonly blocked_by: string | undefined
  /** The role that ran the query now, and how often each role ran it before. */
  readonly role: string | null
  readonly former_roles: ReadonlyMap<string, number>
  readonly records: readonly ResultRecord[]
  readonly history_records: number
  /** How many records each former result had. */
  readonly former_sizes: readonly number[]
  readonly judgement: ResultJudgement
  readonly reading: QueryReading
  readonly time: number
}

const severityScores = { low: 0, medium: 0.6, high: 0.9 } as const

/** Summarizes the anomalies of a result. */
export const analysisOf = (result: ScoredResult): Omit<ResultAnalysis, 'analysis_id'> => {
  const { judgement, reading, query_id, dataset, operation_name } = result
  const odd_records = judgement.odd.map((odd) => toOddRecord(odd, result.records))
  const concerns = [...concernsOf(result), ...readConcerns(reading)]
  const drift = judgement.drift.map((finding) => ({ ...finding, fields: [...finding.fields] }))
  const highestSeverity = [...drift, ...concerns].reduce(
    (most, { severity }) => Math.max(most, severityScores[severity]),
    0,
  )
  return {
    query_id,
    dataset,
    operation_name,
    analyzed_at: new Date(result.time).toISOString(),
    mode: judgement.mode,
    is_odd: odd_records.length > 0 || highestSeverity > 0,
    score: round(Math.max(judgement.highest ?? 0, highestSeverity)),
    records: result.records.length,
    history_records: result.history_records,
    model_features: judgement.features,
    odd_records,
    drift,
    concerns,
    recommendations: [
      ...new Set([...concerns.flatMap((concern) => advice(concern, result)), ...reading.recommendations]),
    ],
    reading,
  }
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4

const toOddRecord = (
  { index, score, vector, reasons }: ResultJudgement['odd'][number],
  records: readonly ResultRecord[],
): OddRecord => {
  const outside = reasons.filter((reason) => reason.outside)
  const names = (outside.length > 0 ? outside : reasons).map(({ field }) => field).join(', ')
  return {
    index,
    record: records[index] ?? {},
    score: round(score),
    features: [...vector],
    category: outside.length > 0 ? 'range_violation' : 'unusual_combination',
    risk_level: score >= 0.8 ? 'high' : score >= 0.65 ? 'medium' : 'low',
    reason:
      names === ''
        ? 'The record is unlike all earlier records.'
        : outside.length > 0
          ? `${names}: far outside all earlier values.`
          : `${names}: a rare combination.`,
  }
}

const concernsOf = (result: ScoredResult): readonly ResultConcern[] => [
  ...(result.blocked_by === undefined
    ? []
    : [
        {
          type: 'blocked_query',
          severity: 'high' as const,
          description: `The query matches ${result.blocked_by}, which is blocked.`,
        },
      ]),
  ...(result.query === undefined ? [] : queryConcerns(result.query, result.operation_name)).map(
    ({ type, severity, sentence }) => ({ type, severity, description: sentence }),
  ),
  ...newRole(result),
  ...sensitiveFields(result),
  ...sizeConcern(result),
]

/** With fewer known runs, another role is no surprise. */
const fewestRuns = 20

const newRole = ({ role, former_roles }: ScoredResult): readonly ResultConcern[] => {
  const runs = [...former_roles.values()].reduce((sum, times) => sum + times, 0)
  if (role === null || former_roles.has(role) || runs < fewestRuns) return []
  const known = [...former_roles.keys()].sort().slice(0, 5).join(', ')
  return [
    {
      type: 'new_role',
      severity: 'medium',
      description: `The role ${role} runs this query for the first time; all ${runs} earlier runs were by ${known}.`,
    },
  ]
}

/** A sensitive field is noted the first time, and raises an alarm if the query never returned it before. */
const sensitiveFields = ({ judgement, records }: ScoredResult): readonly ResultConcern[] => {
  if (judgement.mode === 'baseline') {
    const fields = new Set(records.flatMap((record) => Object.keys(record)))
    return [...fields].filter(isSensitive).map((field) => ({
      type: 'sensitive_field',
      severity: 'low',
      description: `The results contain ${field}.`,
    }))
  }
  const appeared = ({ type, fields: [field] }: DriftFinding): readonly string[] =>
    type === 'new_field' && field !== undefined && isSensitive(field) ? [field] : []
  return judgement.drift.flatMap(appeared).map((field) => ({
    type: 'sensitive_field',
    severity: 'high',
    description: `The results contain ${field} for the first time.`,
  }))
}

const fewestSizes = 10
const fewestRecords = 50

/** Far more records than ever is how data is taken away. */
const sizeConcern = ({ records, former_sizes }: ScoredResult): readonly ResultConcern[] => {
  if (former_sizes.length < fewestSizes || records.length < fewestRecords) return []
  const most = former_sizes.reduce((a, b) => Math.max(a, b), 1)
  const ratio = records.length / most
  return ratio > 3
    ? [
        {
          type: 'size_anomaly',
          severity: ratio > 10 ? 'high' : 'medium',
          description: `The result has ${records.length} records; the previous maximum is ${most}.`,
        },
      ]
    : []
}

const readConcerns = ({ concerns, records }: QueryReading): readonly ResultConcern[] => [
  ...concerns.map((description) => ({ type: 'language_model', severity: 'low' as const, description })),
  ...records.map(({ reason, risk_level, category }) => ({
    type: category,
    severity: risk_level,
    description: reason,
  })),
]

const advice = ({ type, description }: ResultConcern, { shape }: ScoredResult): readonly string[] => {
  if (type === 'blocked_query') return ['Block this query in the database or API before it runs.']
  if (type === 'sensitive_field') return [`Remove the field unless the caller needs it: ${description}`]
  if (type === 'size_anomaly' && shape && !shape.has_pagination) return ['Add a limit to the query.']
  if (type === 'disguised_introspection') return ['Allow introspection only for the roles that need it.']
  if (type === 'disguised_mutation' || type === 'unknown_operation') return ['Identify the sender of this query.']
  return []
}
