/** What a source took in, before anybody has understood it: the text as it came, and where from. */
export interface RawRecord {
  /** The line, or several lines that belong together (a stack trace), without the final line break. */
  readonly text: string
  /** The configured name of the source. */
  readonly source: string
  /** When we heard of it, in ms since the epoch. */
  readonly receivedAt: number
  /** The file it stands in, when it was read from one. */
  readonly file?: string | undefined
  /** Its line number in that file, counted from 1. */
  readonly line?: number | undefined
  /** The zone of times that name none, in minutes east of UTC; a source's option. */
  readonly zoneMinutes?: number | undefined
}

/**
 * Records of one source that were accepted together and numbered for good: record `i` becomes the event
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
  readonly zoneMinutes?: number | undefined
}

/** Names an event: its partition and its number there. */
export const eventId = (partition: number, number: number): string => `${partition}-${number}`

/** Reads an event's id; undefined when the text is none. */
export const parseEventId = (id: string): { partition: number; number: number } | undefined => {
  const match = /^(\d{1,4})-(\d{1,15})$/.exec(id)
  return match ? { partition: Number(match[1]), number: Number(match[2]) } : undefined
}
