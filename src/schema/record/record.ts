import type { FieldMap, LikelyFields } from './field-map.ts'

/** A record as a source received it: the unparsed text and its origin. */
export interface RawRecord {
  /** The line, or several lines that belong together (a stack trace), without the final line break. */
  readonly text: string
  /** The configured name of the source. */
  readonly source: string
  /** The time of arrival, in ms since the epoch. */
  readonly receivedAt: number
  /** The path of the file, if it was read from one. */
  readonly file?: string | undefined
  /** Its line number in that file, counted from 1. */
  readonly line?: number | undefined
  /** The host that logs into the folder of its file, for a record that names none. */
  readonly host?: string | undefined
  /** The address of its sender, if it came over a network listener. */
  readonly peer?: string | undefined
  /** The zone of times without a zone, in minutes east of UTC; an option of the source. */
  readonly zoneMinutes?: number | undefined
  /** The zone of times without a zone, derived from the last write of the file. */
  readonly fileZone?: number | undefined
  /** The midnight before its clock, in the zone of the file, if its lines have no date: derived from the last write of the file. */
  readonly midnight?: number | undefined
  /** Whether other lines of the source write the day before the month in dates with slashes; undefined if unknown. */
  readonly dayFirst?: boolean | undefined
  /** The alert format that its sender declares: `splunk`. Without it, the parser guesses from the text. */
  readonly format?: string | undefined
  /** The names of its fields, if its sender or the configuration declares them. */
  readonly map?: FieldMap | undefined
  /** The names of its fields, as guessed from the first records of its source. */
  readonly likely?: LikelyFields | undefined
}

/**
 * Records of one source that were accepted together. Their numbers never change: record `i` becomes the event
 * `<partition>-<first + i>`. This is what waits in the topic `records`, so it is columns, not objects.
 */
export interface RecordBatch {
  readonly partition: number
  readonly first: number
  readonly source: string
  readonly receivedAt: number
  readonly texts: readonly string[]
  readonly file?: string | undefined
  /** Line numbers, as many as texts. */
  readonly lines?: readonly number[] | undefined
  /** The host of records that name none. */
  readonly host?: string | undefined
  /** The addresses of the senders, as many as texts. */
  readonly peers?: readonly string[] | undefined
  readonly zoneMinutes?: number | undefined
  readonly fileZone?: number | undefined
  readonly midnight?: number | undefined
  readonly format?: string | undefined
  readonly map?: FieldMap | undefined
}

/** The records of a job, as they wait. A part of them becomes batches when its turn comes. */
export interface WaitingRecords {
  readonly count: number
  /** Reads the records from one position up to another one, in order. */
  take(start: number, end: number): readonly RecordBatch[]
}

/** A batch without numbers. */
export type UnnumberedBatch = Omit<RecordBatch, 'first'>

/** The ID of an event: its partition and its number there. */
export const eventId = (partition: number, number: number): string => `${partition}-${number}`

/** Parses the ID of an event; undefined for other texts. */
export const parseEventId = (id: string): { partition: number; number: number } | undefined => {
  const dash = id.indexOf('-')
  const partition = readDigits(id, 0, dash, 4)
  const number = readDigits(id, dash + 1, id.length, 15)
  return partition < 0 || number < 0 ? undefined : { partition, number }
}

/** Parses digits between two positions, without a leading zero; -1 for other texts. */
const readDigits = (text: string, start: number, end: number, most: number): number => {
  const count = end - start
  if (count < 1 || count > most || (count > 1 && text.charCodeAt(start) === 48)) return -1
  let value = 0
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}
