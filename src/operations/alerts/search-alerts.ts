import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { Alert } from '../../schema/alert.ts'
import type { AlertIndexEntry } from '../../schema/alert-index-entry.ts'
import type { AlertScope } from '../../store/alerts/alert-index.ts'
import type { Store } from '../../store/store.ts'
import { type AlertPredicate, alertFilter } from '../filter.ts'
import { isAfter, isBefore, parseMoment, parseRange } from '../time.ts'
import { statesOf } from './alert-states.ts'

/** The moment of a look, where what came later is left out. */
export const asOf = z
  .string()
  .max(64)
  .optional()
  .describe('Only what was there at this moment: ISO 8601, seconds or milliseconds, or now-1m.')

/** What somebody looks for among the alerts, as it comes in. */
export interface AlertSearch {
  readonly q?: string | undefined
  readonly status?: AlertIndexEntry['status'] | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Leaves out what was made after this moment; `now` in the filter means it too. */
  readonly as_of?: string | undefined
}

/** The same, understood. */
export interface AlertQuestion {
  readonly filter: AlertPredicate
  /** What is asked beside the filter. */
  readonly within: (entry: AlertIndexEntry) => boolean
  /** The span and the status that are asked for, as far as the store can tell them apart. */
  readonly scope: AlertScope
  /** The moment that was looked at, for asking again about the same. */
  readonly as_of: string
}

/** Understands a search; throws FILTER_SYNTAX or INVALID_REQUEST. `path` is where the filter stood in the request. */
export const askAlerts = ({ q = '', status, from, to, as_of }: AlertSearch, now: number, path = 'q'): AlertQuestion => {
  const moment = as_of === undefined ? now : parseMoment(as_of, now, 'end', 'as_of')
  const range = parseRange({ from, to }, moment)
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

/** Finds all alerts that fit, some at a time and in no order. */
export async function* searchAlerts(
  question: AlertQuestion,
  { alerts }: Pick<Store, 'alerts'>,
): AsyncGenerator<readonly AlertIndexEntry[]> {
  const fits = await fitOf(question, alerts)
  for await (const some of alerts.scan(scopeOf(question, question.filter.parts()))) {
    const chosen = some.filter(fits)
    if (chosen.length > 0) yield chosen
  }
}

/** What has to be looked at for a question of which only these parts of the filter are asked. */
export const scopeOf = ({ scope }: AlertQuestion, parts: readonly AlertPredicate[]): AlertScope => ({
  ...scope,
  states: statesOf(parts).filter((state) => scope.states?.includes(state) ?? true),
})

/** Turns a question into a test of heads. */
export const fitOf = async (
  { filter, within }: AlertQuestion,
  alerts: Store['alerts'],
): Promise<(entry: AlertIndexEntry) => boolean> => {
  const matches = await indexPredicate(filter, alerts)
  // Moments are read anew for each head, so that they are asked about last.
  return (entry) => matches(entry) && within(entry)
}

/** Turns a filter into one over heads: what they do not tell is looked up first. */
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

/** Reads the alerts themselves for what their heads do not tell: those that contain what every match contains. */
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
