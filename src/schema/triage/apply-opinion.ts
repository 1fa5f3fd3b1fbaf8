import { lowestScore, riskLevel, type Severity, severities, severityRank } from '../severity.ts'
import { accusesMore, type ModelOpinion, type TriageResult, type Verdict } from './triage-result.ts'

/** Only lists and people can declare something malicious with certainty. */
const highestOfModel: Verdict = 'likely_malicious'

const agreement = 0.1

/**
 * Applies a model's opinion to a card. An opinion can only escalate: the level by one step, the verdict up to likely malicious, and only
 * with a claim that cites a line or an indicator. It never lowers a score, removes a claim or cancels a review. Pure and idempotent.
 *
 * @param card the card of the rules, with or without an earlier opinion
 */
export const applyOpinion = (card: TriageResult, opinion: ModelOpinion): TriageResult => {
  const plain = withoutOpinion(card)
  const { verdict, risk_level: level, suspected_injection: suspected } = opinion
  const counts = (opinion.status === 'answered' || opinion.status === 'cached') && verdict !== null && level !== null
  const kinds = new Map(plain.references.map(({ id, kind }) => [id, kind]))
  const accused = opinion.claims.some(
    ({ sign, evidence_ids }) =>
      sign === 'for' && evidence_ids.some((id) => kinds.get(id) === 'event' || kinds.get(id) === 'indicator'),
  )
  const heard = counts && accused
  const before = { risk_score: plain.risk_score, risk_level: plain.risk_level, verdict: plain.verdict }
  const asked: Standing = heard
    ? {
        ...levelOf(
          severityRank(level) > severityRank(plain.risk_level) ? oneAbove(plain.risk_level) : plain.risk_level,
        ),
        verdict: verdict === 'malicious' ? highestOfModel : verdict,
      }
    : before
  const after = [card.model?.raised?.to, opinion.raised?.to, asked].reduce<Standing>(
    (highest, one) => (one ? moreSevere(highest, one) : highest),
    before,
  )
  const raised = after.risk_score > before.risk_score || after.verdict !== before.verdict

  const model =
    counts && accusesMore(verdict, 'inconclusive') && accusesMore(plain.verdict, 'inconclusive') && accused
      ? agreement
      : 0
  const { base, threat_intel, history } = plain.confidence_parts
  const reasons = [
    ...(after.risk_level !== before.risk_level
      ? [`a model escalated it: ${before.risk_level} to ${after.risk_level}`]
      : raised
        ? [`a model escalated it: ${spaced(before.verdict)} to ${spaced(after.verdict)}`]
        : []),
    ...(counts && accusesMore(plain.verdict, verdict) && accusesMore(plain.verdict, 'inconclusive')
      ? [`a model calls it ${spaced(verdict)}, the rules do not`]
      : []),
    ...(opinion.status === 'rejected' ? [`a model's answer failed the checks: ${opinion.reason ?? ''}`] : []),
    ...(suspected.length > 0 ? [`text written for a language model: ${suspected.join(', ')}`] : []),
  ]
  const known = new Set(plain.recommended_actions.map(({ action }) => action))
  return {
    ...plain,
    ...after,
    confidence: Math.min(1, rounded(base + threat_intel + history + model)),
    confidence_parts: { base, threat_intel, history, model },
    requires_human_review: plain.requires_human_review || reasons.length > 0,
    review_reasons: [...plain.review_reasons, ...reasons],
    recommended_actions: [
      ...plain.recommended_actions,
      ...(counts ? opinion.proposed.filter(({ action }) => !known.has(action)) : []),
    ],
    model: { ...opinion, raised: raised ? { from: before, to: after } : null },
  }
}

/**
 * Carries the opinion of an alert's earlier card over to its new one, as far as its citations still exist. Without this, a rebuilt card
 * would lose the level that a model raised.
 */
export const keepOpinion = (card: TriageResult, earlier: TriageResult | null): TriageResult =>
  earlier?.model && !card.model ? applyOpinion(card, renumber(earlier.model, earlier, card)) : card

/** Renumbers the citations of an opinion for another card of the same alert, without citations that no longer exist. */
export const renumber = (
  opinion: ModelOpinion,
  earlier: Pick<TriageResult, 'references'>,
  card: Pick<TriageResult, 'references'>,
): ModelOpinion => {
  const targets = new Map(earlier.references.map(({ id, kind, target }) => [id, `${kind} ${target}`]))
  const ids = new Map(card.references.map(({ id, kind, target }) => [`${kind} ${target}`, id]))
  const numberOf = (id: string): string | undefined =>
    ids.get(targets.get(id) ?? '') ?? (targets.has(id) ? undefined : id)
  const claims = opinion.claims.flatMap((claim) => {
    const kept = claim.evidence_ids.flatMap((id) => numberOf(id) ?? [])
    return kept.length > 0 ? [{ ...claim, evidence_ids: kept }] : []
  })
  const suspected = opinion.suspected_injection.flatMap((id) => numberOf(id) ?? [])
  return { ...opinion, claims, suspected_injection: suspected }
}

/** The card before any opinion. */
export const withoutOpinion = (card: TriageResult): TriageResult => {
  const { model } = card
  if (!model) return card
  const { base, threat_intel, history } = card.confidence_parts
  const proposed = new Set(model.proposed.map(({ action }) => action))
  const ours = card.review_reasons.filter((reason) => !byModel.test(reason))
  return {
    ...card,
    ...model.raised?.from,
    confidence: Math.min(1, rounded(base + threat_intel + history)),
    confidence_parts: { base, threat_intel, history, model: 0 },
    review_reasons: ours,
    requires_human_review: ours.length > 0,
    recommended_actions: card.recommended_actions.filter(({ action }) => !proposed.has(action)),
    model: null,
  }
}

type Standing = Pick<TriageResult, 'risk_score' | 'risk_level' | 'verdict'>

const levelOf = (level: Severity): Omit<Standing, 'verdict'> => ({ risk_score: lowestScore[level], risk_level: level })

/** The higher score and the more severe verdict of two. */
const moreSevere = (a: Standing, b: Standing): Standing => {
  const risk_score = Math.max(a.risk_score, b.risk_score)
  return {
    risk_score,
    risk_level: riskLevel(risk_score),
    verdict: accusesMore(b.verdict, a.verdict) ? b.verdict : a.verdict,
  }
}

// Stored cards may have the former wording, “made”.
const byModel = /^(?:a model(?:'s| escalated| made| calls) |text written for a language model)/
const oneAbove = (level: Severity): Severity => severities[severities.indexOf(level) + 1] ?? level
const rounded = (value: number): number => Math.round(value * 1000) / 1000
const spaced = (text: string): string => text.replaceAll('_', ' ')
