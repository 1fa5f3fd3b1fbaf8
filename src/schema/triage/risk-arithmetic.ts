import type { TriageResult } from './triage-result.ts'

/** Renders the calculation of a score: `80×30% severity + … = 52 × 1.2 malware × 1 history = 62.4 → 62`. */
export const riskArithmetic = ({
  breakdown: { severity, threat_intel, asset_criticality, exploitability },
  factors: { alert_type, type_multiplier, historical_multiplier },
  inputs: { similar },
  risk_score,
  model,
}: Pick<TriageResult, 'breakdown' | 'factors' | 'inputs' | 'risk_score'> &
  Partial<Pick<TriageResult, 'model'>>): string => {
  const parts = [
    [severity, `severity ${severity.value}`],
    [threat_intel, `threat intelligence (${threat_intel.sources_queried} asked)`],
    [asset_criticality, `asset ${asset_criticality.criticality}`],
    [exploitability, 'exploitability'],
  ] as const
  const base = parts.reduce((sum, [{ score, weight }]) => sum + score * weight, 0)
  const sum = parts.map(([{ score, weight }, what]) => `${brief(score)}×${brief(weight * 100)}% ${what}`).join(' + ')
  const history = similar === null ? 'history not known' : `${similar} similar before`
  const product = base * type_multiplier * historical_multiplier
  const raised = model?.raised
  const result = raised ? `${raised.from.risk_score}, raised by a model to ${risk_score}` : risk_score
  return `${sum} = ${brief(base)} × ${brief(type_multiplier)} ${alert_type} × ${brief(historical_multiplier)} ${history} = ${brief(product)} → ${result}`
}

const brief = (value: number): string => String(Math.round(value * 100) / 100)
