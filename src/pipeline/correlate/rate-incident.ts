import type { Alert } from '../../schema/alert/alert.ts'
import { attackStage } from '../../schema/alert/attack-stage.ts'
import { showsDeed } from '../../schema/detection/telling-evidence.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { lowestScore, moreSevere, type Severity, severities, severityRank } from '../../schema/severity.ts'
import { accusesMore, type Verdict } from '../../schema/triage/triage-result.ts'
import { gotIn, momentOf } from './title.ts'

export type IncidentRating = Pick<Incident, 'severity' | 'risk_score' | 'verdict' | 'confidence' | 'verdict_reasons'>

/** How far an attack got, according to all alerts together. */
interface Chain {
  /** The stages of the attack. */
  readonly stages: readonly string[]
  readonly detectors: number
  readonly hasBreakIn: boolean
  /** Whether something was done after the break-in. */
  readonly isCompromise: boolean
}

/** So many stages of one attack are no coincidence. */
const manyStages = 3
/** The confidence without any reasons, and the highest that evidence in logs can give. */
const baseConfidence = 0.5
const highestConfidence = 0.95

/**
 * Rates an incident by its chain of alerts: the stages, whether the attack succeeded, how many detectors agree. The severity of the worst
 * alert rises if they confirm each other, and is critical after a compromise. The risk lies in the range of the severity, so both sort alike;
 * the highest risk of an alert decides where in it.
 */
export const rateIncident = (alerts: readonly Alert[]): IncidentRating => {
  const chain = chainOf(alerts)
  const severity = severityOf(alerts, chain)
  const highest = Math.max(0, ...alerts.map(riskOf))
  return {
    severity,
    risk_score: riskWithin(severity, highest),
    verdict: verdictOf(alerts, chain),
    confidence: confidenceOf(alerts, chain),
    verdict_reasons: reasonsOf(alerts, chain),
  }
}

const chainOf = (alerts: readonly Alert[]): Chain => {
  const stages = [...new Set(alerts.flatMap((alert) => attackStage(alert) ?? []))]
  const entries = alerts.filter(gotIn).map(momentOf)
  const isFurther = (alert: Alert) => {
    const stage = attackStage(alert)
    return stage !== undefined && !beforeEntry.has(stage) && entries.some((entry) => momentOf(alert) >= entry)
  }
  return {
    stages,
    detectors: new Set(alerts.flatMap(({ detectors }) => detectors)).size,
    hasBreakIn: entries.length > 0,
    isCompromise: entries.length > 0 && alerts.some((alert) => alert.evidence.some(showsDeed) || isFurther(alert)),
  }
}

/** The stages that end with the entry. */
const beforeEntry = new Set([
  'reconnaissance',
  'resource development',
  'password guessing',
  'initial access',
  'discovery',
])

const severityOf = (alerts: readonly Alert[], { hasBreakIn, isCompromise }: Chain): Severity => {
  const highest = alerts.reduce<Severity>((worst, { severity }) => moreSevere(worst, severity), 'info')
  if (isCompromise) return 'critical'
  const isConfirmed = hasBreakIn && alerts.some(({ type }) => type === 'brute_force')
  return isConfirmed ? (severities[severityRank(highest) + 1] ?? highest) : highest
}

/**
 * The risk of an alert. Its score counts threat intelligence that nobody asked as 0 points, which is no evidence of harmlessness: then the
 * other weights are scaled to 100 %.
 */
const riskOf = ({ triage }: Alert): number => {
  if (!triage) return 0
  const { breakdown, factors, risk_score } = triage
  const { threat_intel, ...others } = breakdown
  if (threat_intel.sources_queried > 0 || threat_intel.weight >= 1) return risk_score
  const points = Object.values(others).reduce((sum, { score, weight }) => sum + score * weight, 0)
  const scaled = (points / (1 - threat_intel.weight)) * factors.type_multiplier * factors.historical_multiplier
  return Math.max(risk_score, Math.min(100, scaled))
}

/** Puts a risk from 0 to 100 into the range of a severity. */
const riskWithin = (severity: Severity, risk: number): number => {
  const lowest = lowestScore[severity]
  const next = severities[severityRank(severity) + 1]
  const highest = next === undefined ? 100 : lowestScore[next] - 1
  return lowest + Math.round(((highest - lowest) * risk) / 100)
}

/** The most accusing verdict on an alert, at least `likely_malicious` if the chain shows it. Only lists and people are certain. */
const verdictOf = (alerts: readonly Alert[], { stages, detectors, hasBreakIn }: Chain): Verdict => {
  const isChain = hasBreakIn || (stages.length >= manyStages && detectors > 1)
  const given = alerts.flatMap(({ triage }) => (triage ? [triage.verdict] : []))
  const all: readonly Verdict[] = isChain ? [...given, 'likely_malicious'] : given
  return all.reduce((worst, one) => (accusesMore(one, worst) ? one : worst), all[0] ?? 'inconclusive')
}

const confidenceOf = (alerts: readonly Alert[], chain: Chain): number => {
  const best = Math.max(baseConfidence, ...alerts.map(({ triage }) => triage?.confidence ?? 0))
  const more =
    (chain.hasBreakIn ? 0.15 : 0) +
    (chain.isCompromise ? 0.1 : 0) +
    0.05 * Math.min(4, Math.max(0, chain.stages.length - 1)) +
    0.05 * Math.min(2, Math.max(0, chain.detectors - 1))
  return Math.round(100 * Math.min(Math.max(highestConfidence, best), best + more)) / 100
}

const reasonsOf = (alerts: readonly Alert[], { stages, detectors, hasBreakIn, isCompromise }: Chain): string[] => {
  const intel = alerts.flatMap(({ triage }) => triage?.breakdown.threat_intel ?? [])
  const asked = intel.some(({ sources_queried }) => sources_queried > 0)
  const listed = alerts.some(({ triage }) => (triage?.inputs.threat_intel?.detected_by ?? 0) > 0)
  return [
    ...(isCompromise
      ? ['the attacker logged in and continued']
      : hasBreakIn
        ? ['a login of the attacker succeeded']
        : []),
    ...(stages.length > 1 ? [`${stages.length} stages of an attack: ${stages.join(', ')}`] : []),
    ...(detectors > 1 ? [`${detectors} detectors agree`] : []),
    listed ? 'it is on a threat list' : asked ? 'no threat list has it' : notAsked(intel[0]?.weight),
  ]
}

const notAsked = (weight: number | undefined): string =>
  weight === undefined
    ? 'threat intelligence was not asked'
    : `threat intelligence was not asked, so the other weights replace its ${Math.round(100 * weight)} %`
