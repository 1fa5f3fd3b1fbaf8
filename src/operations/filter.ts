import { AppError } from '../errors.ts'
import type { Accessor } from '../lib/filter/filter.ts'
import { FilterSyntaxError, parseFilter } from '../lib/filter/filter.ts'
import type { Alert } from '../schema/alert.ts'
import { alertFields } from '../schema/alert-fields.ts'
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

/** Turns a filter over alerts into a predicate; throws FILTER_SYNTAX. */
export const alertFilter = (q: string, now: number, path = 'q'): Predicate<Alert> => bind(q, now, path, alertFields)

/** Turns a filter over incidents into a predicate; throws FILTER_SYNTAX. */
export const incidentFilter = (q: string, now: number, path = 'q'): Predicate<Incident> =>
  bind(q, now, path, incidentFields)

const bind = <Item>(
  q: string,
  now: number,
  path: string,
  accessor: Accessor<Item>,
  isIndexed = (field: string): boolean => accessor.kind?.(field) !== 'time',
): Predicate<Item> => {
  try {
    const filter = parseFilter(q, { now })
    // Values that have many spellings, as moments do, say nothing about what a match contains.
    const values = filter.values.filter(({ field }) => isIndexed(field)).map(({ piece }) => piece)
    return {
      matches: (item) => filter.matches(item, accessor),
      tokens: filter.tokens,
      values,
      pieces: [...filter.tokens, ...values],
      everything: filter.text === '*',
    }
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
