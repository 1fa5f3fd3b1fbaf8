import { wholePercent } from '../../lib/units/number.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { riskArithmetic } from '../../schema/triage/risk-arithmetic.ts'
import type { TriageResult } from '../../schema/triage/triage-result.ts'
import { counted } from '../terminal/terminal.ts'

/** Renders the triage of an alert as lines: verdict, claims, missing facts, recommended actions and risk calculation. */
export const cardLines = (triage: NonNullable<Alert['triage']>): readonly string[] => [
  headline(triage),
  ...(triage.summary === '' ? [] : [triage.summary]),
  ...triage.claims.map(
    ({ sign, text, evidence_ids }) =>
      `${sign === 'for' ? '+' : '−'} ${text}${evidence_ids.map((id) => ` [${id}]`).join('')}`,
  ),
  ...labelled('missing', triage.missing),
  ...labelled('would change it', triage.would_change),
  ...triage.recommended_actions.map(
    ({ action, priority, reversible }) => `→ ${priority}: ${action}${reversible ? '' : ' (cannot be undone)'}`,
  ),
  ...triage.similar.map(
    ({ alert_id, title, similarity, resolution }) =>
      `~ ${wholePercent(similarity)} like ${alert_id}: ${title}${resolution ? ` (${resolution.replaceAll('_', ' ')})` : ''}`,
  ),
  `= ${riskArithmetic(triage)}`,
  ...modelLines(triage.model),
]

/** Renders the opinion of a language model: its claims, the claims that were dropped, and its cost. */
export const modelLines = (model: TriageResult['model']): readonly string[] => {
  if (!model) return []
  const { status, reason, raised, verdict, summary, claims, dropped, claims_dropped } = model
  return [
    [
      `model ${model.provider === '' ? '' : `${model.provider} (${model.model}) `}${status}${reason ? `: ${reason}` : ''}`,
      ...(verdict ? [`calls it ${verdict.replaceAll('_', ' ')}`] : []),
      ...(raised ? [`raised from ${raised.from.risk_score} to ${raised.to.risk_score}`] : []),
      `${(model.duration_ms / 1000).toFixed(1)} s`,
      `${model.input_tokens + model.output_tokens} tokens`,
      `$${model.cost_usd.toFixed(4)}`,
      `${counted(model.redactions, 'name')} masked`,
      ...(model.secrets > 0 ? [`${counted(model.secrets, 'secret')} removed`] : []),
      ...(claims_dropped > 0 ? [`${counted(claims_dropped, 'claim')} dropped`] : []),
    ].join(' · '),
    ...(summary === '' ? [] : [`  ${summary}`]),
    ...claims.map(
      ({ sign, text, evidence_ids }) =>
        `  ${sign === 'for' ? '+' : '−'} ${text}${evidence_ids.map((id) => ` [${id}]`).join('')}`,
    ),
    ...dropped.map(({ text, reason }) => `  dropped: ${text} (${reason})`),
  ]
}

const headline = ({ verdict, confidence, review_reasons, review, model }: TriageResult): string =>
  [
    verdict.replaceAll('_', ' '),
    `${wholePercent(confidence)} sure`,
    ...(review
      ? [
          `${review.reviewer} says ${review.verdict.replaceAll('_', ' ')}${review.notes === '' ? '' : `: ${review.notes}`}`,
        ]
      : review_reasons.length > 0
        ? [`needs a person: ${review_reasons.join('; ')}`]
        : []),
    ...(model ? [`text by ${model.model} (${model.status})`] : []),
  ].join(' · ')

const labelled = (label: string, texts: readonly string[]): readonly string[] =>
  texts.length === 0 ? [] : [`${label}: ${texts.join('; ')}`]
