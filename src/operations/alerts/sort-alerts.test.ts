import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type AlertIndexEntry, toAlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import { severityRank } from '../../schema/severity.ts'
import { begin, sampleAlert, sampleTriage } from '../../store/samples.conformance.ts'
import { alertSort, createAlertPager } from './sort-alerts.ts'

// The same few times in the formats of different senders.
const moment = fc.integer({ min: 0, max: 5 }).chain((step) => {
  const plain = new Date(begin + step * 1_000).toISOString()
  return fc.constantFrom(plain, plain.replace('.000Z', 'Z'), plain.replace('.000Z', '.000000Z'))
})
const entries = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 60 }).chain((numbers) =>
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
        .map((values) => toAlertIndexEntry(sampleAlert(number, values))),
    ),
  ),
)

const keys: Record<string, (entry: AlertIndexEntry) => readonly number[]> = {
  created_at: (entry) => [Date.parse(entry.created_at)],
  updated_at: (entry) => [Date.parse(entry.updated_at)],
  first_seen: (entry) => [Date.parse(entry.first_seen)],
  last_seen: (entry) => [Date.parse(entry.last_seen)],
  event_count: (entry) => [entry.event_count],
  risk_score: (entry) => [entry.triage?.risk_score ?? 101, Date.parse(entry.last_seen)],
  severity: (entry) => [severityRank(entry.severity), Date.parse(entry.last_seen)],
  score: (entry) => [entry.score, Date.parse(entry.last_seen)],
}

const sorted = (all: readonly AlertIndexEntry[], sort: string): readonly string[] => {
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

it('pages are consistent in any order, however times are written', () => {
  fc.assert(
    fc.property(entries, fc.constantFrom(...alertSort.options), fc.integer({ min: 1, max: 9 }), (all, sort, limit) => {
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
