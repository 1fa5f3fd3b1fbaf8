import type { Alert } from '../../schema/alert/alert.ts'
import type { TriageResult } from '../../schema/triage/triage-result.ts'
import { recommendedActions } from './actions.ts'
import { citationsOf } from './citations.ts'
import { missingOn, wouldChange } from './missing.ts'
import { addressesOf } from './named.ts'
import { claimsOn } from './reasons.ts'
import { assessRisk, type RiskAssessment, type RiskInput, type RiskOptions } from './risk.ts'
import { summaryOf } from './summary.ts'
import type { Surroundings } from './surroundings.ts'
import { attackSucceeded, verdictOn } from './verdict.ts'

/**
 * Builds the input of the risk formula from an alert and its surroundings. If networks are not configured, one external address makes the
 * alert external; without addresses, the network is unknown.
 */
export const fromAlert = (alert: Alert, { context, intelligence, history }: Surroundings = {}): RiskInput => {
  const { outside, inside } = addressesOf(alert)
  return {
    type: alert.type,
    severity: alert.severity,
    ...(outside.length + inside.length > 0 && { network: { internal: outside.length === 0 } }),
    ...context?.surroundings,
    ...(intelligence?.threatIntel && { threatIntel: intelligence.threatIntel }),
    ...(history && { similar: history.count }),
  }
}

/** Assesses an alert: score, verdict, reasons for and against, and actions. Pure and deterministic. */
export const assessAlert = (
  alert: Alert,
  now: number,
  surroundings: Surroundings = {},
  options?: RiskOptions,
): TriageResult => {
  const input = fromAlert(alert, surroundings)
  const risk = assessRisk(input, now, options)
  const cite = citationsOf(alert, surroundings)
  const verdict = verdictOn(alert, risk, input.threatIntel?.detectedBy ?? 0)
  const reasons = reviewReasons(alert, input, risk)
  return {
    ...risk,
    verdict,
    requires_human_review: reasons.length > 0,
    review_reasons: reasons,
    summary: summaryOf(alert, input, surroundings),
    claims: claimsOn({ alert, input, surroundings, cite }),
    references: [...cite.references],
    missing: missingOn(alert, input, surroundings),
    would_change: wouldChange(alert, suspects.includes(verdict)),
    recommended_actions: recommendedActions(alert),
    similar: [...(surroundings.history?.nearest ?? [])],
    model: null,
    review: null,
  }
}

const suspects: readonly TriageResult['verdict'][] = ['malicious', 'likely_malicious', 'suspicious']

/** Returns why a person must review an alert: exactly if the formula demands it, or after a break-in with any score. */
const reviewReasons = (alert: Alert, input: RiskInput, risk: RiskAssessment): string[] => {
  const detectedBy = input.threatIntel?.detectedBy ?? 0
  const reasons = [
    ...(risk.risk_score >= 70 ? [`the risk score is ${risk.risk_score}`] : []),
    ...(detectedBy > 0 ? [detectedBy === 1 ? 'it is on a threat list' : `it is on ${detectedBy} threat lists`] : []),
    ...(attackSucceeded(alert) ? ['the login succeeded'] : []),
  ]
  if (reasons.length > 0 || !risk.requires_human_review) return reasons
  return [`${alert.type.replaceAll('_', ' ')} with a risk score of ${risk.risk_score} always needs review`]
}
