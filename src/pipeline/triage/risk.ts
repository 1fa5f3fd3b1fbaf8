import { z } from 'zod'
import { alertTypes } from '../../schema/detection/detection.ts'
import { riskLevel, severities } from '../../schema/severity.ts'
import type { RiskInputs, TriageResult } from '../../schema/triage/triage-result.ts'

const points = (fallback: number, what: string) => z.number().min(0).max(100).default(fallback).describe(what)
const factor = (fallback: number, what: string) => z.number().min(0).max(10).default(fallback).describe(what)

/** Ensures that a more severe case never counts less: more evidence must not lower a score. */
const rising = (names: readonly string[]) =>
  [
    (points: Readonly<Record<string, number>>) =>
      names.every((name, i) => i === 0 || (points[name] ?? 0) >= (points[names[i - 1] ?? ''] ?? 0)),
    `must not decrease in this order: ${names.join(', ')}`,
  ] as const

/** All numbers of the risk formula. The weights are percentages with a sum of 100. */
export const riskOptions = z.strictObject({
  weights: z
    .strictObject({
      severity: points(30, 'The weight of the severity, in percent. The weights must add up to 100.'),
      threat_intel: points(30, 'The weight of threat intelligence, in percent.'),
      asset_criticality: points(20, 'The weight of the criticality of the asset, in percent.'),
      exploitability: points(20, 'The weight of the exploitability, in percent.'),
    })
    .refine(
      (weights) => Object.values(weights).reduce((sum, weight) => sum + weight, 0) === 100,
      'the weights must add up to 100',
    )
    .prefault({}),
  severity: z
    .strictObject({
      critical: points(100, 'Points for an alert of critical severity.'),
      high: points(80, 'Points for an alert of high severity.'),
      medium: points(50, 'Points for an alert of medium severity.'),
      low: points(30, 'Points for an alert of low severity.'),
      info: points(10, 'Points for an informational alert.'),
    })
    .refine(...rising(severities))
    .prefault({}),
  asset: z
    .strictObject({
      critical: points(100, 'Points for an asset of critical importance.'),
      high: points(80, 'Points for an asset of high importance.'),
      medium: points(50, 'Points for an asset of medium importance.'),
      low: points(30, 'Points for an asset of low importance.'),
      unknown: points(50, 'Points for an unknown asset.'),
    })
    .refine(...rising(['low', 'medium', 'high', 'critical']))
    .prefault({}),
  exploitability: z
    .strictObject({
      base: points(50, 'Base points for exploitability. The sum with all additional points is at most 100.'),
      external: points(20, 'Additional points for an external address.'),
      bad_reputation: points(15, 'Additional points for a network with a bad reputation.'),
      privileged: points(25, 'Additional points for a privileged account.'),
      malware: points(10, 'Additional points for malware.'),
      unauthorized_access: points(15, 'Additional points for unauthorised access.'),
      data_exfiltration: points(20, 'Additional points for data exfiltration.'),
    })
    .prefault({}),
  types: z
    .strictObject({
      malware: factor(1.2, 'The factor for malware.'),
      phishing: factor(1.1, 'The factor for phishing.'),
      brute_force: factor(0.9, 'The factor for brute force.'),
      ddos: factor(1, 'The factor for denial of service.'),
      data_exfiltration: factor(1.3, 'The factor for data exfiltration.'),
      unauthorized_access: factor(1.1, 'The factor for unauthorised access.'),
      policy_violation: factor(1, 'The factor for a policy violation.'),
      anomaly: factor(0.8, 'The factor for an anomaly.'),
      other: factor(1, 'The factor for all other types.'),
    })
    .prefault({}),
  history: z
    .strictObject({
      often: factor(1.2, 'The factor after more than 5 similar alerts.'),
      several: factor(1.1, 'The factor after 3 to 5 similar alerts.'),
      seldom: factor(1, 'The factor after 1 or 2 similar alerts.'),
      never: factor(0.9, 'The factor without similar alerts.'),
    })
    .refine(...rising(['never', 'seldom', 'several', 'often']))
    .prefault({}),
})
export type RiskOptions = z.output<typeof riskOptions>

const defaults = riskOptions.parse({})

/** The known facts about an alert. A missing value is unknown, which is not "none". */
export interface RiskInput {
  readonly type: string
  readonly severity: string
  readonly threatIntel?: { readonly aggregateScore: number; readonly sources: number; readonly detectedBy: number }
  readonly asset?: { readonly criticality: string }
  readonly network?: { readonly internal: boolean; readonly reputation?: number }
  readonly user?: { readonly title: string }
  /** The number of similar earlier alerts. */
  readonly similar?: number
}

/** The calculated part of a triage result. */
export type RiskAssessment = Pick<
  TriageResult,
  | 'risk_score'
  | 'risk_level'
  | 'confidence'
  | 'confidence_parts'
  | 'requires_human_review'
  | 'inputs'
  | 'breakdown'
  | 'factors'
  | 'calculated_at'
>

const privilegedWords = /\b(admin(istrator)?s?|root|superuser|privileged|sysadmin|dba)\b/i

/** Whether an account with this title is privileged. */
export const isPrivileged = (title: string): boolean => privilegedWords.test(title)

const knownTypes = z.enum(alertTypes)
const knownSeverities = z.enum(severities)
const reviewedTypes: readonly string[] = ['malware', 'data_exfiltration', 'unauthorized_access']

/**
 * Scores a risk from 0 to 100: weighted points for severity, threat intelligence, asset and exploitability, times a factor for the type and
 * one for history, truncated to an integer. Deterministic, and monotonic in the evidence.
 *
 * An unknown type or severity gets 50, medium, half confidence and a review.
 */
export const assessRisk = (input: RiskInput, now: number, options: RiskOptions = defaults): RiskAssessment => {
  const type = knownTypes.safeParse(input.type)
  const severity = knownSeverities.safeParse(input.severity)
  if (!type.success || !severity.success) return unknownRisk(input, now, options)

  const { weights } = options
  const scores = {
    severity: options.severity[severity.data],
    threatIntel: Math.min(100, Math.max(0, input.threatIntel?.aggregateScore ?? 0)),
    asset: assetPoints(input.asset?.criticality, options),
    exploitability: exploitabilityPoints(input, options),
  }
  const base =
    (scores.severity * weights.severity +
      scores.threatIntel * weights.threat_intel +
      scores.asset * weights.asset_criticality +
      scores.exploitability * weights.exploitability) /
    100
  const typeMultiplier = options.types[type.data]
  const historicalMultiplier = historyFactor(input.similar, options)
  const riskScore = Math.min(100, Math.max(0, truncate(base * typeMultiplier * historicalMultiplier)))
  const sources = input.threatIntel?.sources ?? 0
  const similar = input.similar ?? 0

  return {
    risk_score: riskScore,
    risk_level: riskLevel(riskScore),
    ...confidenceIn(sources, similar),
    requires_human_review:
      riskScore >= 70 ||
      (input.threatIntel?.detectedBy ?? 0) > 0 ||
      (reviewedTypes.includes(type.data) && riskScore >= 40),
    inputs: toInputs(input),
    breakdown: {
      severity: { score: scores.severity, weight: weights.severity / 100, value: severity.data },
      threat_intel: { score: scores.threatIntel, weight: weights.threat_intel / 100, sources_queried: sources },
      asset_criticality: {
        score: scores.asset,
        weight: weights.asset_criticality / 100,
        criticality: input.asset?.criticality ?? 'unknown',
      },
      exploitability: { score: scores.exploitability, weight: weights.exploitability / 100 },
    },
    factors: {
      alert_type: type.data,
      type_multiplier: typeMultiplier,
      historical_multiplier: historicalMultiplier,
    },
    calculated_at: new Date(now).toISOString(),
  }
}

const assetPoints = (criticality: string | undefined, { asset }: RiskOptions): number => {
  const known = z.enum(['critical', 'high', 'medium', 'low']).safeParse(criticality)
  return known.success ? asset[known.data] : asset.unknown
}

const exploitabilityPoints = ({ type, network, user }: RiskInput, { exploitability }: RiskOptions): number => {
  let score = exploitability.base
  if (network && !network.internal) score += exploitability.external
  if ((network?.reputation ?? 0) > 70) score += exploitability.bad_reputation
  if (user && isPrivileged(user.title)) score += exploitability.privileged
  if (type === 'malware') score += exploitability.malware
  if (type === 'unauthorized_access') score += exploitability.unauthorized_access
  if (type === 'data_exfiltration') score += exploitability.data_exfiltration
  return Math.min(100, score)
}

const historyFactor = (similar: number | undefined, { history }: RiskOptions): number => {
  if (similar === undefined) return 1
  if (similar > 5) return history.often
  if (similar >= 3) return history.several
  return similar >= 1 ? history.seldom : history.never
}

/** Returns the confidence with its parts: half, plus more for each source and for similar alerts. */
const confidenceIn = (sources: number, similar: number): Pick<RiskAssessment, 'confidence' | 'confidence_parts'> => {
  const intel = sources >= 3 ? 30 : sources >= 1 ? 15 : 0
  const history = similar >= 3 ? 20 : similar >= 1 ? 10 : 0
  return {
    confidence: Math.min(100, 50 + intel + history) / 100,
    confidence_parts: { base: 0.5, threat_intel: intel / 100, history: history / 100, model: 0 },
  }
}

const toInputs = ({ type, severity, threatIntel, asset, network, user, similar }: RiskInput): RiskInputs => ({
  type,
  severity,
  threat_intel: threatIntel
    ? {
        aggregate_score: threatIntel.aggregateScore,
        sources: threatIntel.sources,
        detected_by: threatIntel.detectedBy,
      }
    : null,
  asset_criticality: asset?.criticality ?? null,
  internal: network?.internal ?? null,
  malice: network?.reputation ?? null,
  user_title: user?.title ?? null,
  similar: similar ?? null,
})

/** Reads the inputs in a stored result, to calculate it again. */
export const fromInputs = (inputs: RiskInputs): RiskInput => ({
  type: inputs.type,
  severity: inputs.severity,
  ...(inputs.threat_intel && {
    threatIntel: {
      aggregateScore: inputs.threat_intel.aggregate_score,
      sources: inputs.threat_intel.sources,
      detectedBy: inputs.threat_intel.detected_by,
    },
  }),
  ...(inputs.asset_criticality !== null && { asset: { criticality: inputs.asset_criticality } }),
  ...(inputs.internal !== null && {
    network: { internal: inputs.internal, ...(inputs.malice !== null && { reputation: inputs.malice }) },
  }),
  ...(inputs.user_title !== null && { user: { title: inputs.user_title } }),
  ...(inputs.similar !== null && { similar: inputs.similar }),
})

/** Truncates to an integer, after removing floating-point errors. */
const truncate = (score: number): number => Math.trunc(Math.round(score * 1e9) / 1e9)

const unknownRisk = (input: RiskInput, now: number, { weights }: RiskOptions): RiskAssessment => ({
  risk_score: 50,
  risk_level: 'medium',
  ...confidenceIn(0, 0),
  requires_human_review: true,
  inputs: toInputs(input),
  breakdown: {
    severity: { score: 0, weight: weights.severity / 100, value: input.severity },
    threat_intel: { score: 0, weight: weights.threat_intel / 100, sources_queried: 0 },
    asset_criticality: { score: 0, weight: weights.asset_criticality / 100, criticality: 'unknown' },
    exploitability: { score: 0, weight: weights.exploitability / 100 },
  },
  factors: { alert_type: input.type, type_multiplier: 1, historical_multiplier: 1 },
  calculated_at: new Date(now).toISOString(),
})
