/** Events, and how many there were. */
export interface EventTables {
  event_blocks: EventBlockRow
  event_counts: EventCountRow
}

/** A batch of events, compressed. */
export interface EventBlockRow {
  /** `<partition>-<first>`. */
  id: string
  partition: number
  /** The numbers of its first and last event. */
  first: number
  last: number
  count: number
  min_time: number
  max_time: number
  /** JSON lists of the values in the block. */
  sources: string
  streams: string
  template_ids: string
  /** The token filter and the value filter (`block-filter.ts`). */
  filter: Uint8Array
  /** Size of the payload. */
  bytes: number
  /** Empty if an object contains it. */
  payload: Uint8Array
  /** The object with the payload. */
  object_name: string | null
}

/** How many events a source had in a slot of five minutes. */
export interface EventCountRow {
  slot: number
  source: string
  error: number
  warning: number
  other: number
}
