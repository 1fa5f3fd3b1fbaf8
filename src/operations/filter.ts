import { AppError } from '../errors.ts'
import type { Accessor, Filter } from '../lib/filter/filter.ts'
import { FilterSyntaxError, parseFilter } from '../lib/filter/filter.ts'
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
}

/** Turns a filter over events into a predicate; throws FILTER_SYNTAX. */
export const eventFilter = (q: string, now: number, path = 'q'): Predicate<Event> =>
  bind(q, now, path, eventFields, eventFields.isIndexed)

/** Turns a filter over detections into a predicate; throws FILTER_SYNTAX. */
export const detectionFilter = (q: string, now: number, path = 'q'): Predicate<Detection> =>
  bind(q, now, path, detectionFields)

export interface HeadPredicate {
  /** The words that are looked for in the texts, lower-case. */
  readonly words: readonly string[]
  bind(contains: (head: AlertHead, word: string) => boolean): (head: AlertHead) => boolean
}

/** A filter over alerts, which can often be answered by their heads alone. */
export interface AlertPredicate extends Predicate<Alert> {
  /** Tells the same as `matches` of a head, when somebody tells which texts contain `words`; undefined when it takes more. */
  readonly byHead: HeadPredicate | undefined
  /** The fields it looks at, and the parts that must all hold. */
  readonly fields: readonly string[]
  parts(): readonly AlertPredicate[]
}

/** Turns a filter over alerts into a predicate; throws FILTER_SYNTAX. */
export const alertFilter = (q: string, now: number, path = 'q'): AlertPredicate => toAlertPredicate(parse(q, now, path))

const toAlertPredicate = (filter: Filter): AlertPredicate => {
  const { words, fields } = filter
  return {
    ...toPredicate(filter, alertFields, alertFields.isIndexed),
    byHead: words && fields.every(alertHeadFields.has) ? toHeadPredicate(filter, words) : undefined,
    fields,
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
  bind(q, now, path, incidentFields, incidentFields.isIndexed)

const bind = <Item>(
  q: string,
  now: number,
  path: string,
  accessor: Accessor<Item>,
  isIndexed?: (field: string) => boolean,
): Predicate<Item> => toPredicate(parse(q, now, path), accessor, isIndexed)

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
  }
}

const parse = (q: string, now: number, path: string): Filter => {
  try {
    return parseFilter(q, { now })
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error
    const message = `${error.message} (position ${error.position})`
    throw new AppError('FILTER_SYNTAX', message, {
      hint: error.hint,
      errors: [{ path, message, hint: error.hint }],
      cause: error,
    })
  }
}
