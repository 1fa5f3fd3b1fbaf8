import type { Alert } from '../../schema/alert.ts'
import { showsBreakIn } from '../../schema/telling-evidence.ts'
import type { Verdict } from '../../schema/triage-result.ts'
import type { RiskAssessment } from './risk.ts'

/** Tells whether an alert stands on little: one detector that is still learning, or one that is itself unsure of a single line. */
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

/** Tells whether an attack went through: somebody is shown to have got in. */
export const wentThrough = ({ type, evidence }: Alert): boolean =>
  (type === 'brute_force' || type === 'unauthorized_access' || type === 'phishing') && evidence.some(showsBreakIn)

/**
 * Predicts what an alert is. Lists that know it outrank everything; then thin evidence forces `inconclusive`; then a score of 70, or
 * an attack that went through, makes it likely malicious; 40, or an attack at all, suspicious; below 20 it is likely benign. Nothing
 * is called benign for certain: that is a person's word.
 */
export const verdictOn = (alert: Alert, risk: Pick<RiskAssessment, 'risk_score'>, detectedBy: number): Verdict => {
  if (detectedBy > 0) return risk.risk_score >= 90 ? 'malicious' : 'likely_malicious'
  if (isThin(alert)) return 'inconclusive'
  if (risk.risk_score >= 70 || wentThrough(alert)) return 'likely_malicious'
  if (risk.risk_score >= 40 || attacks.includes(alert.type)) return 'suspicious'
  return risk.risk_score < 20 ? 'likely_benign' : 'inconclusive'
}
