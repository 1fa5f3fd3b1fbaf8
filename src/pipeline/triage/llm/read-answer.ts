import type { Alert } from '../../../schema/alert/alert.ts'
import type { ModelOpinion } from '../../../schema/triage/triage-result.ts'
import type { CheckKind, Cited, ModelAnswer } from './answer.ts'
import { alertItself, type Case } from './case.ts'
import { type CheckedClaim, checkClaim } from './check-claim.ts'

/** The part of an opinion that comes from a model's answer. */
export type ReadAnswer = Pick<
  ModelOpinion,
  'verdict' | 'risk_level' | 'summary' | 'claims' | 'proposed' | 'details' | 'claims_dropped' | 'dropped'
> & {
  /** The reason why the whole answer is rejected, if it is. */
  readonly rejected: string | undefined
}

const most = { summary: 4, claims: 8, checks: 4, details: 6, dropped: 20 }
/** A model that invents more than this share of its citations is not believed at all. */
const mostFabricated = 0.2

const words: Readonly<Record<CheckKind, (about: string) => string>> = {
  read_lines_around: (about) => `Read the lines around ${about}.`,
  look_for_other_hosts: (about) => `Look for activity like ${about} on other hosts.`,
  look_for_other_accounts: (about) => `Look for activity like ${about} on other accounts.`,
  review_logins: (about) => `Review the logins before and after ${about}.`,
  review_processes: (about) => `Review the processes that ran around ${about}.`,
  review_connections: (about) => `Review the connections around ${about}.`,
  review_persistence: (about) => `Review keys, accounts and scheduled jobs created since ${about}.`,
  ask_owner: (about) => `Ask the owner of the entities in ${about} to confirm the activity.`,
  look_up_indicator: (about) => `Look up the values of ${about} in threat intelligence.`,
  compare_with_usual: (about) => `Compare ${about} with the usual activity at that hour.`,
}

/** Reads a model's answer. Checks its claims one by one, and drops and lists those that fail. Rejects all if the model invents evidence. */
export const readAnswer = (answer: ModelAnswer, asked: Case, marker: string): ReadAnswer => {
  const dropped: { text: string; reason: string }[] = []
  let checked = 0
  let fabricated = 0
  const keep = (claim: Cited): Extract<CheckedClaim, { ok: true }> | undefined => {
    checked++
    const result = checkClaim(claim, asked, marker)
    if (result.ok) return result
    if (result.fabricated) fabricated++
    dropped.push({ text: asked.masker.restore(result.text).text, reason: result.reason })
    return undefined
  }
  const texts = (claims: readonly Cited[], limit: number): string[] =>
    claims.slice(0, limit).flatMap((claim) => {
      const kept = keep(claim)
      return kept ? [`${kept.text} ${kept.evidence_ids.map((id) => `[${id}]`).join('')}`] : []
    })

  const summary = texts(answer.summary, most.summary)
  const claims = answer.claims.slice(0, most.claims).flatMap(({ sign, ...claim }) => {
    const kept = keep(claim)
    return kept ? [{ sign, text: kept.text, evidence_ids: kept.evidence_ids }] : []
  })
  const impact = texts(answer.estimated_impact, most.details)
  const details = Object.entries(answer.details).map(([name, said]): [string, unknown] => [
    name,
    Array.isArray(said) ? texts(said, most.details) : said,
  ])
  const proposed = answer.checks.slice(0, most.checks).flatMap(({ kind, about }) => {
    if (asked.citable.has(about)) return [{ kind, about }]
    dropped.push({ text: `${kind} ${about.slice(0, 40)}`, reason: 'it is about a missing item' })
    return []
  })
  const share = checked === 0 ? 0 : fabricated / checked
  const rejected =
    share > mostFabricated
      ? `${fabricated} of ${checked} claims cite missing items`
      : summary.length + claims.length === 0
        ? 'none of its claims passed the checks'
        : undefined
  const counted = { claims_dropped: dropped.length, dropped: dropped.slice(0, most.dropped) }
  if (rejected !== undefined) {
    return { rejected, ...counted, ...nothingSaid, verdict: answer.verdict, risk_level: answer.risk_level }
  }
  return {
    rejected,
    ...counted,
    verdict: answer.verdict,
    risk_level: answer.risk_level,
    summary: summary.join(' '),
    claims,
    proposed: proposed.map(({ kind, about }) => ({
      action: words[kind](about === alertItself ? 'this alert' : about),
      priority: 'medium',
      type: 'investigation',
      reversible: true,
    })),
    details: { ...Object.fromEntries(details), estimated_impact: impact },
  }
}

/** The content of an opinion without a valid answer. */
export const nothingSaid = {
  verdict: null,
  risk_level: null,
  summary: '',
  claims: [],
  proposed: [],
  details: {},
} satisfies Partial<ModelOpinion>

/** Returns the lines of a triage result that seem to address a model. */
export const suspectedLines = (
  { evidence }: Pick<Alert, 'evidence'>,
  references: readonly { readonly id: string; readonly target: string; readonly text: string }[],
  addressesModel: (text: string) => boolean,
): string[] =>
  references
    .filter(({ target, text }) => addressesModel(evidence.find(({ event_id }) => event_id === target)?.line ?? text))
    .map(({ id }) => id)
