import { indicatorId, summarizeIndicator } from '../../intel/summarize-indicator.ts'
import { spellings } from '../../lib/observables/canonical.ts'
import type { ObservableType, Report } from '../../schema/intelligence/indicator.ts'
import type { AdoptionTarget } from './former-system.ts'
import type { SavedRows } from './table-part.ts'

/** An indicator of an older system, as one source reported it. */
export interface FormerIndicator {
  readonly value: string
  readonly type: ObservableType
  readonly source: string
  readonly report: Report
  /** How many engines knew it. */
  readonly total: number
}

const longestName = 62

/** Adds reports to indicators. A source that has reported a value already keeps its report. */
export const adoptIndicators = async (
  found: readonly FormerIndicator[],
  { store, now }: AdoptionTarget,
): Promise<SavedRows> => {
  const readable = found.flatMap((one) => {
    const value = spellings[one.type](one.value)
    return value === undefined ? [] : [{ ...one, observable: { type: one.type, value } }]
  })
  let added = 0
  const missing = async (ids: readonly string[]) =>
    new Map((await store.threatIntel.load(ids)).map((one) => [one.id, one]))
  const before = await missing(readable.map(({ observable }) => indicatorId(observable)))
  const fresh = readable.filter(
    ({ observable, source }) => before.get(indicatorId(observable))?.reports[nameOf(source)] === undefined,
  )
  if (fresh.length > 0) {
    await store.threatIntel.change(
      fresh.map(({ observable }) => indicatorId(observable)),
      (current) => {
        const known = new Map(current)
        for (const { observable, source, report, total } of fresh) {
          const id = indicatorId(observable)
          const reports = { ...known.get(id)?.reports, [nameOf(source)]: report }
          known.set(id, summarizeIndicator(observable, reports, { now: now(), trust: () => 0.5, asked: total }))
          added += 1
        }
        return [...known.values()]
      },
    )
  }
  const unreadable = found.length - readable.length
  return {
    added,
    present: readable.length - fresh.length,
    leftOut: unreadable === 0 ? [] : [{ what: 'indicators', count: unreadable, why: 'The value is not of its type.' }],
  }
}

const nameOf = (source: string): string => source.replace(/[^\w.-]+/g, '-').slice(0, longestName) || 'adopted'
