import { z } from 'zod'
import { alertTypes } from '../../schema/detection.ts'
import { riskLevel, severities } from '../../schema/severity.ts'
import type { TriageResult } from '../../schema/triage-result.ts'

const points = (fallback: number) => z.number().min(0).max(100).default(fallback)
const factor = (fallback: number) => z.number().min(0).max(10).default(fallback)

/** Every number of the risk formula. The weights are percentages and make up 100 together. */
export const riskOptions = z.strictObject({
  weights: z
    .strictObject({
      severity: points(30),
      threat_intel: points(30),
      asset_criticality: points(20),
      exploitability: points(20),
    })
    .refine(
      (weights) => Object.values(weights).reduce((sum, weight) => sum + weight, 0) === 100,
      'the weights make up 100 together',
    )
    .prefault({})
    .describe('How much each part counts, in percent.'),
  severity: z
    .strictObject({ critical: points(100), high: points(80), medium: points(50), low: points(30), info: points(10) })
    .prefault({})
    .describe('Points for what the detectors say.'),
  asset: z
    .strictObject({ critical: points(100), high: points(80), medium: points(50), low: points(30), unknown: points(50) })
    .prefault({})
    .describe('Points for what is at stake.'),
  exploitability: z
    .strictObject({
      base: points(50),
      external: points(20),
      bad_reputation: points(15),
      privileged: points(25),
      malware: points(10),
      unauthorized_access: points(15),
      data_exfiltration: points(20),
    })
    .prefault({})
    .describe('Points for how easily it does harm; at most 100 together.'),
  types: z
    .strictObject({
      malware: factor(1.2),
      phishing: factor(1.1),
      brute_force: factor(0.9),
      ddos: factor(1),
      data_exfiltration: factor(1.3),
      unauthorized_access: factor(1.1),
      policy_violation: factor(1),
      anomaly: factor(0.8),
      other: factor(1),
    })
    .prefault({})
    .describe('What the score is multiplied by for each type.'),
  history: z
    .strictObject({ often: factor(1.2), several: factor(1.1), seldom: factor(1), never: factor(0.9) })
    .prefault({})
    .describe('What it is multiplied by for similar alerts before: more than 5, 3–5, 1–2, none.'),
})
export type RiskOptions = z.output<typeof riskOptions>

const defaults = riskOptions.parse({})

/** What is known of an alert and its surroundings. What is absent is not known, which is not the same as "none". */
export interface RiskInput {
  readonly type: string
  readonly severity: string
  readonly threatIntel?: { readonly aggregateScore: number; readonly sources: number; readonly detectedBy: number }
  readonly asset?: { readonly criticality: string }
  readonly network?: { readonly internal: boolean; readonly reputation?: number }
  readonly user?: { readonly title: string }
  /** How many similar alerts there were before. */
  readonly similar?: number
}

/** The part of a triage result that is arithmetic. */
export type RiskAssessment = Omit<TriageResult, 'verdict' | 'reasons' | 'recommended_actions'>

const privilegedTitle = /\b(admin(istrator)?s?|root|superuser|privileged|sysadmin|dba)\b/i
const knownTypes = z.enum(alertTypes)
const knownSeverities = z.enum(severities)
const reviewedTypes: readonly string[] = ['malware', 'data_exfiltration', 'unauthorized_access']

/**
 * Scores a risk, 0–100: weighted points for severity, threat intelligence, asset and exploitability, times a factor for the type and
 * one for history, cut to whole points. The same input gives the same answer, and more evidence never gives less.
 *
 * A type or severity that it does not know is answered with 50, medium, half sure and for a person to look at.
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
    confidence: confidence(sources, similar),
    requires_human_review:
      riskScore >= 70 ||
      (input.threatIntel?.detectedBy ?? 0) > 0 ||
      (reviewedTypes.includes(type.data) && riskScore >= 40),
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
  if (user && privilegedTitle.test(user.title)) score += exploitability.privileged
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

const confidence = (sources: number, similar: number): number => {
  const hundredths = 50 + (sources >= 3 ? 30 : sources >= 1 ? 15 : 0) + (similar >= 3 ? 20 : similar >= 1 ? 10 : 0)
  return Math.min(100, hundredths) / 100
}

/** Cuts to whole points, after taking off what floating-point arithmetic added or left out. */
const truncate = (score: number): number => Math.trunc(Math.round(score * 1e9) / 1e9)

const unknownRisk = ({ type, severity }: RiskInput, now: number, { weights }: RiskOptions): RiskAssessment => ({
  risk_score: 50,
  risk_level: 'medium',
  confidence: 0.5,
  requires_human_review: true,
  breakdown: {
    severity: { score: 0, weight: weights.severity / 100, value: severity },
    threat_intel: { score: 0, weight: weights.threat_intel / 100, sources_queried: 0 },
    asset_criticality: { score: 0, weight: weights.asset_criticality / 100, criticality: 'unknown' },
    exploitability: { score: 0, weight: weights.exploitability / 100 },
  },
  factors: { alert_type: type, type_multiplier: 1, historical_multiplier: 1 },
  calculated_at: new Date(now).toISOString(),
})
