import type { Alert } from '../../schema/alert.ts'
import type { TriageResult } from '../../schema/triage-result.ts'
import { recommendedActions } from './actions.ts'
import { isInternal } from './network.ts'
import { reasonsFor } from './reasons.ts'
import { assessRisk, type RiskInput, type RiskOptions } from './risk.ts'
import { verdictOn } from './verdict.ts'

/** What is known of an alert's surroundings from elsewhere. */
export type Surroundings = Pick<RiskInput, 'threatIntel' | 'asset' | 'user' | 'similar'>

/** Reads what the risk formula asks for from an alert. One external address makes it external; without any, nothing is known. */
export const fromAlert = (alert: Alert, surroundings: Surroundings = {}): RiskInput => {
  const sides = alert.entities.flatMap(({ type, value }) => (type === 'ip' ? (isInternal(value) ?? []) : []))
  return {
    type: alert.type,
    severity: alert.severity,
    ...surroundings,
    ...(sides.length > 0 && { network: { internal: !sides.includes(false) } }),
  }
}

/** Judges an alert by itself: score, verdict, reasons for and against, and what to do. Pure; the same alert, the same answer. */
export const assessAlert = (
  alert: Alert,
  now: number,
  surroundings: Surroundings = {},
  options?: RiskOptions,
): TriageResult => {
  const input = fromAlert(alert, surroundings)
  const risk = assessRisk(input, now, options)
  return {
    ...risk,
    verdict: verdictOn(alert, risk, input.threatIntel?.detectedBy ?? 0),
    reasons: reasonsFor(alert, input),
    recommended_actions: recommendedActions(alert),
  }
}
