import { z } from 'zod'
import type { OpinionDraft } from '../../../schema/triage/triage-result.ts'
import type { Case } from './case.ts'
import { unfitFor, withNames } from './check-claim.ts'

const said = z.object({ text: z.string(), sign: z.enum(['for', 'against']).nullable().catch(null).default(null) })
const list = z.array(said.nullable().catch(null)).catch([])
const unfinished = z.object({ summary: list.default([]), claims: list.default([]) }).catch({ summary: [], claims: [] })

const longest = 400
/** A placeholder that may be incomplete: `US`, or `IP_1` of `IP_12`. */
const begunStandIn = /\b[A-Z]{1,8}(?:_\d{0,6})?$/

/**
 * Returns the part of an incomplete answer that may be shown already, with real names. Nothing is checked yet, so some of it may still be
 * dropped; texts that must not be shown are left out.
 */
export const draftOf = (
  answer: unknown,
  { masker }: Pick<Case, 'masker'>,
): Pick<OpinionDraft, 'summary' | 'claims'> => {
  const { summary, claims } = unfinished.parse(answer)
  const all = [...summary, ...claims].flatMap((one) => one ?? [])
  const last = all.at(-1)
  const show = (one: (typeof all)[number] | null) => {
    if (!one) return []
    const text = one === last ? one.text.replace(begunStandIn, '') : one.text
    if (text.trim() === '' || text.length > longest || unfitFor(text) !== undefined) return []
    const { text: shown, unknown } = withNames(text, masker)
    return unknown.length > 0 || unfitFor(shown) !== undefined ? [] : [{ text: shown, sign: one.sign }]
  }
  return { summary: summary.flatMap(show).map(({ text }) => text), claims: claims.flatMap(show) }
}
