import { AppError } from '../errors.ts'
import type { Accessor, Filter } from '../lib/filter/filter.ts'
import { FilterSyntaxError, parseFilter } from '../lib/filter/filter.ts'
import { closest } from '../lib/spelling/closest.ts'
import type { Alert } from '../schema/alert.ts'
import { alertFields, alertHeadFields } from '../schema/alert-fields.ts'
import type { AlertHead } from '../schema/alert-head.ts'
import type { Detection } from '../schema/detection.ts'
import { detectionFields } from '../schema/detection-fields.ts'
import type { Event } from '../schema/event.ts'
import { eventFields } from '../schema/event-fields.ts'
import type { Incident } from '../schema/incident.ts'
import { incidentFields } from '../schema/incident-fields.ts'

/** What somebody asked for, as a question about one item. */
export interface Predicate<Item> {
  readonly matches: (item: Item) => boolean
  /** Lower-case pieces of text that every match contains. */
  readonly tokens: readonly string[]
  /** Lower-case pieces that every match has in the value of some field. */
  readonly values: readonly string[]
  /** Both: what every match has somewhere. */
  readonly pieces: readonly string[]
  /** Whether it was left empty, or asks for everything. */
  readonly everything: boolean
  /** The fields it looks at. */
  readonly fields: readonly string[]
}

/** Turns a filter over events into a predicate; throws FILTER_SYNTAX. */
export const eventFilter = (q: string, now: number, path = 'q'): Predicate<Event> =>
  toPredicate(parse(q, now, path), eventFields, eventFields.isIndexed)

/** Turns a filter over detections into a predicate; throws FILTER_SYNTAX. */
export const detectionFilter = (q: string, now: number, path = 'q'): Predicate<Detection> =>
  toPredicate(parse(q, now, path, detectionFields.names), detectionFields)

export interface HeadPredicate {
  /** The words that are looked for in the texts, lower-case. */
  readonly words: readonly string[]
  bind(contains: (head: AlertHead, word: string) => boolean): (head: AlertHead) => boolean
}

/** A filter over alerts, which can often be answered by their heads alone. */
export interface AlertPredicate extends Predicate<Alert> {
  /** Tells the same as `matches` of a head, when somebody tells which texts contain `words`; undefined when it takes more. */
  readonly byHead: HeadPredicate | undefined
  /** The parts that must all hold. */
  parts(): readonly AlertPredicate[]
}

/** Turns a filter over alerts into a predicate; throws FILTER_SYNTAX. */
export const alertFilter = (q: string, now: number, path = 'q'): AlertPredicate =>
  toAlertPredicate(parse(q, now, path, alertFields.names))

/** The same for a filter that was saved once: a field that no longer exists matches nothing. */
export const savedAlertFilter = (q: string, now: number): AlertPredicate => toAlertPredicate(parse(q, now, 'q'))

const toAlertPredicate = (filter: Filter): AlertPredicate => {
  const { words, fields } = filter
  return {
    ...toPredicate(filter, alertFields, alertFields.isIndexed),
    byHead: words && fields.every(alertHeadFields.has) ? toHeadPredicate(filter, words) : undefined,
    parts: () => filter.parts().map(toAlertPredicate),
  }
}

const toHeadPredicate = (filter: Filter, words: readonly string[]): HeadPredicate => ({
  words,
  bind(contains) {
    return filter.bind({ ...alertHeadFields, contains })
  },
})

/** Turns a filter over incidents into a predicate; throws FILTER_SYNTAX. */
export const incidentFilter = (q: string, now: number, path = 'q'): Predicate<Incident> =>
  toPredicate(parse(q, now, path, incidentFields.names), incidentFields, incidentFields.isIndexed)

const toPredicate = <Item>(
  filter: Filter,
  accessor: Accessor<Item>,
  isIndexed = (field: string): boolean => accessor.kind?.(field) !== 'time',
): Predicate<Item> => {
  // Values that have many spellings, as moments do, say nothing about what a match contains.
  const values = filter.values.filter(({ field }) => isIndexed(field)).map(({ piece }) => piece)
  return {
    matches: filter.bind(accessor),
    tokens: filter.tokens,
    values,
    pieces: [...filter.tokens, ...values],
    everything: filter.text === '*',
    fields: filter.fields,
  }
}

/** Without `names` any field may be asked for, as events have whatever fields their sources give them. */
const parse = (q: string, now: number, path: string, names?: ReadonlySet<string>): Filter => {
  try {
    return parseFilter(q, { now, ...(names && { refuseField: refuserOf(names) }) })
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

const refuserOf =
  (names: ReadonlySet<string>) =>
  (name: string): string | undefined => {
    if (names.has(name)) return undefined
    const meant = closest(name, names)
    return meant === undefined
      ? `Quote it to look for it in the text, or use one of: ${[...names].filter((one) => !one.startsWith('entity.')).join(', ')}.`
      : `Did you mean "${meant}"? Quote it to look for it in the text.`
  }
