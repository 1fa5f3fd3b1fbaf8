import type { Fields } from '../../schema/event.ts'
import type { RawRecord } from '../../schema/record.ts'

/** What a parser made of a record; the stage adds the id, the stream and the times that are missing. */
export interface Parsed {
  /** Which parser, and for which shape: `syslog/rfc3164`. */
  readonly format: string
  readonly kind: 'event' | 'alert'
  /** ms since the epoch; undefined when the record names no time. */
  readonly time: number | undefined
  readonly timeGuessed: boolean
  readonly message: string
  readonly fields: Fields
  /** Why a record of this format is refused. It becomes a `pipeline_error` that keeps what could be read. */
  readonly fault?: string
}

/** Understands one family of formats. Pure, linear in the text's length, never throws. */
export interface Parser {
  readonly name: string
  /** Returns undefined when the record is not of its format. */
  parse(record: RawRecord): Parsed | undefined
}
