import type { Alert } from '../../schema/alert.ts'
import type { RiskAssessment, RiskInput } from './risk.ts'
import { wentThrough } from './verdict.ts'

/** Returns why a person must review an alert: exactly if the formula demands it, or after a break-in with any score. */
export const reviewReasons = (alert: Alert, input: RiskInput, risk: RiskAssessment): string[] => {
  const detectedBy = input.threatIntel?.detectedBy ?? 0
  const reasons = [
    ...(risk.risk_score >= 70 ? [`the risk is ${risk.risk_score}`] : []),
    ...(detectedBy > 0 ? [detectedBy === 1 ? 'a threat list knows it' : `${detectedBy} threat lists know it`] : []),
    ...(wentThrough(alert) ? ['somebody got in'] : []),
  ]
  if (reasons.length > 0 || !risk.requires_human_review) return reasons
  return [`${alert.type.replaceAll('_', ' ')} with a risk of ${risk.risk_score} is always looked at`]
}
