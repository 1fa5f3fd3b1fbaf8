import type { Logsource } from './document.ts'

export type Scalar = string | number | boolean | null

/** The input of a rule: one event with flat, dotted field names. Of a list, any element may match. */
export interface FlatEvent {
  readonly id: string
  /** ms since the epoch. Correlations need it. */
  readonly time: number
  readonly fields: Readonly<Record<string, Scalar | readonly Scalar[]>>
  /** More fields, for those that `fields` does not have: so that an event need not be copied to add some. */
  readonly more?: FlatEvent['fields']
  /** The text to search for keywords, in addition to the values of the fields. */
  readonly text?: string
  /** Its log source, if known. Otherwise, the taxonomy derives it from the fields. */
  readonly logsource?: Logsource
}
