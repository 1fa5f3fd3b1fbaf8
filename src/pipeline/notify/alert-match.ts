import { z } from 'zod'
import { type Accessor, FilterSyntaxError, parseFilter } from '../../lib/filter/filter.ts'
import { closest } from '../../lib/spelling/closest.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { alertFields } from '../../schema/alert/alert-fields.ts'

/** Returns the tags of the assets that an alert is about. */
export type TagsOf = (alert: Alert) => readonly string[]

const names: ReadonlySet<string> = new Set([...alertFields.names, 'tag'])

const refuseField = (name: string): string | undefined => {
  if (names.has(name)) return undefined
  const suggestion = closest(name, names)
  return suggestion === undefined
    ? 'Use a field such as host, service, source, type or tag.'
    : `Did you mean "${suggestion}"?`
}

/** A filter over the alerts of an incident, as text. */
export const alertMatch = z
  .string()
  .min(1)
  .max(4_000)
  .superRefine((text, context) => {
    try {
      parseFilter(text, { now: 0, refuseField })
    } catch (error) {
      if (!(error instanceof FilterSyntaxError)) throw error
      const hint = error.hint === undefined ? '' : ` ${error.hint}`
      context.addIssue({ code: 'custom', message: `${error.message}${hint} (at position ${error.position})` })
    }
  })

/** Compiles a filter over alerts, which also has the field `tag`. */
export const compileAlertMatch = (text: string, tagsOf: TagsOf, now: number): ((alert: Alert) => boolean) => {
  const accessor: Accessor<Alert> = {
    reader: (name) => (name === 'tag' ? tagsOf : alertFields.reader(name)),
    text: alertFields.text,
    kind: alertFields.kind,
  }
  return parseFilter(text, { now, refuseField }).bind(accessor)
}
