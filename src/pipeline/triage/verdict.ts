import type { Alert } from '../../schema/alert/alert.ts'
import { showsBreakIn } from '../../schema/detection/telling-evidence.ts'
import type { Verdict } from '../../schema/triage/triage-result.ts'
import type { RiskAssessment } from './risk.ts'

/** Whether an alert has little evidence: one detector that is still learning, or one that is unsure about a single line. */
export const isThin = ({ detectors, learning, evidence, score }: Alert): boolean =>
  detectors.length < 2 && (learning || (evidence.length < 2 && score < 0.7))

const attacks: readonly Alert['type'][] = [
  'malware',
  'phishing',
  'brute_force',
  'ddos',
  'data_exfiltration',
  'unauthorized_access',
]

/** Whether an attack succeeded, according to the evidence. */
export const attackSucceeded = ({ type, evidence }: Alert): boolean =>
  (type === 'brute_force' || type === 'unauthorized_access' || type === 'phishing') && evidence.some(showsBreakIn)

/**
 * Predicts the verdict of an alert. Threat lists outrank everything else. Then little evidence means `inconclusive`. A score of 70 or a
 * successful attack means likely malicious, 40 or any attack suspicious, and below 20 likely benign. Only people call an alert benign.
 */
export const verdictOn = (alert: Alert, risk: Pick<RiskAssessment, 'risk_score'>, detectedBy: number): Verdict => {
  if (detectedBy > 0) return risk.risk_score >= 90 ? 'malicious' : 'likely_malicious'
  if (isThin(alert)) return 'inconclusive'
  if (risk.risk_score >= 70 || attackSucceeded(alert)) return 'likely_malicious'
  if (risk.risk_score >= 40 || attacks.includes(alert.type)) return 'suspicious'
  return risk.risk_score < 20 ? 'likely_benign' : 'inconclusive'
}
