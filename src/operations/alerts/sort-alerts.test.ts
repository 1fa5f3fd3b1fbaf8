import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type AlertHead, headOf } from '../../schema/alert-head.ts'
import { severityRank } from '../../schema/severity.ts'
import { begin, sampleAlert, sampleTriage } from '../../store/samples.conformance.ts'
import { alertSort, createAlertPager } from './sort-alerts.ts'

// The same few moments, as different senders write them.
const moment = fc.integer({ min: 0, max: 5 }).chain((step) => {
  const plain = new Date(begin + step * 1_000).toISOString()
  return fc.constantFrom(plain, plain.replace('.000Z', 'Z'), plain.replace('.000Z', '.000000Z'))
})
const heads = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 60 }).chain((numbers) =>
  fc.tuple(
    ...numbers.map((number) =>
      fc
        .record({
          created_at: moment,
          last_seen: moment,
          severity: fc.constantFrom('low' as const, 'high' as const),
          score: fc.constantFrom(0.2, 0.9),
          event_count: fc.integer({ min: 1, max: 3 }),
          triage: fc.constantFrom(null, { ...sampleTriage, risk_score: 10 }, { ...sampleTriage, risk_score: 90 }),
        })
        .map((values) => headOf(sampleAlert(number, values))),
    ),
  ),
)

const keys: Record<string, (head: AlertHead) => readonly number[]> = {
  created_at: (head) => [Date.parse(head.created_at)],
  updated_at: (head) => [Date.parse(head.updated_at)],
  first_seen: (head) => [Date.parse(head.first_seen)],
  last_seen: (head) => [Date.parse(head.last_seen)],
  event_count: (head) => [head.event_count],
  risk_score: (head) => [head.triage?.risk_score ?? 101, Date.parse(head.last_seen)],
  severity: (head) => [severityRank(head.severity), Date.parse(head.last_seen)],
  score: (head) => [head.score, Date.parse(head.last_seen)],
}

const sorted = (all: readonly AlertHead[], sort: string): readonly string[] => {
  const key = keys[sort.replace('-', '')] ?? (() => [])
  const sign = sort.startsWith('-') ? -1 : 1
  return all
    .toSorted((a, b) => {
      const [left, right] = [key(a), key(b)]
      const at = left.findIndex((value, index) => value !== right[index])
      return at < 0 ? (a.id < b.id ? 1 : -1) : sign * ((left[at] ?? 0) - (right[at] ?? 0))
    })
    .map(({ id }) => id)
}

it('pages follow one another in any order, however times are spelled', () => {
  fc.assert(
    fc.property(heads, fc.constantFrom(...alertSort.options), fc.integer({ min: 1, max: 9 }), (all, sort, limit) => {
      const seen: string[] = []
      let after: string | undefined
      do {
        const pager = createAlertPager(sort, { limit, after })
        for (const part of [all.slice(0, 7), all.slice(7)]) pager.add(part)
        const page = pager.page()
        seen.push(...page.items.map(({ id }) => id))
        after = page.next
      } while (after !== undefined)
      expect(seen).toEqual(sorted(all, sort))
    }),
  )
})
