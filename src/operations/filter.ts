import { AppError } from '../errors.ts'
import type { Accessor, Filter } from '../lib/filter/filter.ts'
import { FilterSyntaxError, parseFilter } from '../lib/filter/filter.ts'
import { closest } from '../lib/spelling/closest.ts'
import type { Alert } from '../schema/alert/alert.ts'
import { alertFields, alertIndexFields } from '../schema/alert/alert-fields.ts'
import type { AlertIndexEntry } from '../schema/alert/alert-index-entry.ts'
import type { Detection } from '../schema/detection/detection.ts'
import { detectionFields } from '../schema/detection/detection-fields.ts'
import type { Event } from '../schema/event/event.ts'
import { eventFields } from '../schema/event/event-fields.ts'
import type { Incident } from '../schema/incident/incident.ts'
import { incidentFields } from '../schema/incident/incident-fields.ts'

/** A compiled filter. */
export interface Predicate<Item> {
  readonly matches: (item: Item) => boolean
  /** Lower-case text fragments that every match contains. */
  readonly tokens: readonly string[]
  /** Lower-case fragments that every match contains in some field value. */
  readonly values: readonly string[]
  /** `tokens` and `values` together. */
  readonly fragments: readonly string[]
  /** Whether the filter is empty or `*`. */
  readonly everything: boolean
  /** The fields that the filter uses. */
  readonly fields: readonly string[]
}

/** Compiles a filter over events; throws FILTER_SYNTAX. */
export const eventFilter = (q: string, now: number, path = 'q'): Predicate<Event> =>
  toPredicate(parse(q, now, path), eventFields, eventFields.isIndexed)

/** Compiles a filter over detections; throws FILTER_SYNTAX. */
export const detectionFilter = (q: string, now: number, path = 'q'): Predicate<Detection> =>
  toPredicate(parse(q, now, path, detectionFields.names), detectionFields)

export interface IndexPredicate {
  /** The lower-case words to search for in the texts. */
  readonly words: readonly string[]
  bind(contains: (entry: AlertIndexEntry, word: string) => boolean): (entry: AlertIndexEntry) => boolean
}

/** A filter over alerts. The alert index alone can often evaluate it. */
export interface AlertPredicate extends Predicate<Alert> {
  /**
   * Equivalent to `matches`, given which texts contain `words`. Undefined if the filter uses fields outside the index.
   */
  readonly byIndex: IndexPredicate | undefined
  /** The conjuncts of the filter. */
  parts(): readonly AlertPredicate[]
}

/** Compiles a filter over alerts; throws FILTER_SYNTAX. */
export const alertFilter = (q: string, now: number, path = 'q'): AlertPredicate =>
  toAlertPredicate(parse(q, now, path, alertFields.names))

/** Compiles a saved filter, in which a removed field matches nothing. */
export const savedAlertFilter = (q: string, now: number): AlertPredicate => toAlertPredicate(parse(q, now, 'q'))

const toAlertPredicate = (filter: Filter): AlertPredicate => {
  const { words, fields } = filter
  return {
    ...toPredicate(filter, alertFields, alertFields.isIndexed),
    byIndex: words && fields.every(alertIndexFields.has) ? toIndexPredicate(filter, words) : undefined,
    parts: () => filter.parts().map(toAlertPredicate),
  }
}

const toIndexPredicate = (filter: Filter, words: readonly string[]): IndexPredicate => ({
  words,
  bind(contains) {
    return filter.bind({ ...alertIndexFields, contains })
  },
})

/** Compiles a filter over incidents; throws FILTER_SYNTAX. */
export const incidentFilter = (q: string, now: number, path = 'q'): Predicate<Incident> =>
  toPredicate(parse(q, now, path, incidentFields.names), incidentFields, incidentFields.isIndexed)

const toPredicate = <Item>(
  filter: Filter,
  accessor: Accessor<Item>,
  isIndexed = (field: string): boolean => accessor.kind?.(field) !== 'time',
): Predicate<Item> => {
  // Skip values with several spellings, such as times: a match need not contain the given one.
  const values = filter.values.filter(({ field }) => isIndexed(field)).map(({ piece }) => piece)
  return {
    matches: filter.bind(accessor),
    tokens: filter.tokens,
    values,
    fragments: [...filter.tokens, ...values],
    everything: filter.text === '*',
    fields: filter.fields,
  }
}

/** Without `names`, accepts any field: sources define the fields of events. */
const parse = (q: string, now: number, path: string, names?: ReadonlySet<string>): Filter => {
  try {
    return parseFilter(q, { now, ...(names && { refuseField: fieldChecker(names) }) })
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error
    const { message, hint, position } = error
    throw new AppError('FILTER_SYNTAX', `${message} (position ${position})`, {
      hint,
      errors: [{ path, message, hint, position }],
      cause: error,
    })
  }
}

const fieldChecker =
  (names: ReadonlySet<string>) =>
  (name: string): string | undefined => {
    if (names.has(name)) return undefined
    const suggestion = closest(name, names)
    return suggestion === undefined
      ? `Quote it to search for it as text, or use one of: ${[...names].filter((one) => !one.startsWith('entity.')).join(', ')}.`
      : `Did you mean "${suggestion}"? Quote it to search for it as text.`
  }
