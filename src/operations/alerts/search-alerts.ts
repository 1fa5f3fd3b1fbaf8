import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { Alert } from '../../schema/alert/alert.ts'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import type { AlertScope } from '../../store/alerts/alert-index.ts'
import type { Store } from '../../store/store.ts'
import { type AlertPredicate, alertFilter } from '../filter.ts'
import { isAfter, isBefore, parseTime, parseTimeRange } from '../time.ts'
import { statesOf } from './alert-states.ts'

/** The time of a query, which excludes later alerts. */
export const asOf = z
  .string()
  .max(64)
  .optional()
  .describe('Only alerts that existed at this time: ISO 8601, seconds or milliseconds, or now-1m.')

/** An alert search as received. */
export interface AlertSearch {
  readonly q?: string | undefined
  readonly status?: AlertIndexEntry['status'] | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Excludes alerts created after this time. `now` in the filter also refers to it. */
  readonly as_of?: string | undefined
}

/** A parsed alert search. */
export interface ParsedAlertSearch {
  readonly filter: AlertPredicate
  /** The conditions besides the filter. */
  readonly within: (entry: AlertIndexEntry) => boolean
  /** The time range and status, as far as the store can select by them. */
  readonly scope: AlertScope
  /** The time of the result, for consistent follow-up queries. */
  readonly as_of: string
}

/** Parses a search; throws FILTER_SYNTAX or INVALID_REQUEST. `path` is the location of the filter in the request. */
export const parseAlertSearch = (
  { q = '', status, from, to, as_of }: AlertSearch,
  now: number,
  path = 'q',
): ParsedAlertSearch => {
  const moment = as_of === undefined ? now : parseTime(as_of, now, 'end', 'as_of')
  const range = parseTimeRange({ from, to }, moment)
  const isTooLate = isAfter(moment)
  const isOld = range.from === undefined ? undefined : isBefore(range.from)
  const isYoung = range.to === undefined ? undefined : isAfter(range.to)
  return {
    filter: alertFilter(q, moment, path),
    scope: { ...range, states: statesOf([], status) },
    as_of: new Date(moment).toISOString(),
    within: (entry) =>
      (status === undefined || entry.status === status) &&
      !isOld?.(entry.last_seen) &&
      !isYoung?.(entry.first_seen) &&
      (as_of === undefined || !isTooLate(entry.created_at)),
  }
}

/** Yields all matching alerts in batches, unsorted. */
export async function* searchAlerts(
  question: ParsedAlertSearch,
  { alerts }: Pick<Store, 'alerts'>,
): AsyncGenerator<readonly AlertIndexEntry[]> {
  const fits = await entryTest(question, alerts)
  for await (const some of alerts.scan(narrowScope(question, question.filter.parts()))) {
    const chosen = some.filter(fits)
    if (chosen.length > 0) yield chosen
  }
}

/** Narrows the scope to the alerts that can satisfy these parts of the filter. */
export const narrowScope = ({ scope }: ParsedAlertSearch, parts: readonly AlertPredicate[]): AlertScope => ({
  ...scope,
  states: statesOf(parts).filter((state) => scope.states?.includes(state) ?? true),
})

/** Compiles a search into a test of index entries. */
export const entryTest = async (
  { filter, within }: ParsedAlertSearch,
  alerts: Store['alerts'],
): Promise<(entry: AlertIndexEntry) => boolean> => {
  const matches = await indexPredicate(filter, alerts)
  // Test times last: they must be parsed for each entry.
  return (entry) => matches(entry) && within(entry)
}

/** Converts a filter into one over index entries. Looks up what the entries lack first. */
export const indexPredicate = async (
  filter: AlertPredicate,
  alerts: Store['alerts'],
): Promise<(entry: AlertIndexEntry) => boolean> => {
  if (filter.everything) return () => true
  const { byIndex } = filter
  if (!byIndex) {
    const known = await idsOfBodies(filter, alerts)
    return ({ id }) => known.has(id)
  }
  const homes = new Map<string, ReadonlySet<string>>()
  for (const word of byIndex.words) homes.set(word, await alerts.containing([word]))
  return byIndex.bind(({ id }, word) => homes.get(word)?.has(id) ?? false)
}

/** Finds matches for terms that the index lacks, by reading the candidate alerts. */
const idsOfBodies = async (
  { matches, tokens, fragments }: AlertPredicate,
  alerts: Store['alerts'],
): Promise<ReadonlySet<string>> => {
  const found = new Set<string>()
  const keep = (items: readonly Alert[]) => {
    for (const item of items) if (matches(item)) found.add(item.id)
  }
  if (tokens.length > 0) {
    const candidates = [...(await alerts.containing(tokens))]
    for (let start = 0; start < candidates.length; start += 500) {
      keep(await alerts.load(candidates.slice(start, start + 500)))
      await setImmediate()
    }
    return found
  }
  let after: string | undefined
  do {
    const page = await alerts.list({ matches, fragments, limit: 5_000, after })
    keep(page.items)
    after = page.next
  } while (after !== undefined)
  return found
}
