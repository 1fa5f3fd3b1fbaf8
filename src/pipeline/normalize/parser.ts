import type { Fields, FieldValue } from '../../schema/event/event.ts'
import type { RawRecord } from '../../schema/record/record.ts'

/** A parsed record. The stage adds the id, the stream and missing times. */
export interface Parsed {
  /** The parser and the variant of its format: `syslog/rfc3164`. */
  readonly format: string
  readonly kind: 'event' | 'alert'
  /** Time in ms since the epoch; undefined if the record has none. */
  readonly time: number | undefined
  readonly timeGuessed: boolean
  /** The time of day of a record without a date, in ms. */
  readonly clock?: number
  readonly message: string
  readonly fields: Fields
  /** The reason why a record of this format is rejected. It becomes a `pipeline_error` with the fields read so far. */
  readonly fault?: string
  /** The fields of a record whose names do not say its time, message or level. */
  readonly unnamed?: UnnamedFields
}

/** Fields whose values must say what they are. */
export interface UnnamedFields {
  readonly entries: readonly (readonly [name: string, value: FieldValue])[]
  /** Whether the record is as the names that were guessed for its source promise. */
  readonly asGuessed: boolean
}

/** Parses one family of formats. Pure, linear in the length of the text, never throws. */
export interface Parser {
  readonly name: string
  /** Returns undefined for a record of another format. */
  parse(record: RawRecord): Parsed | undefined
}
