/** The state of ingestion. */
export interface IntakeTables {
  parse_health: ParseHealthTableRow
  idempotency_keys: IdempotencyKeyRow
  source_cursors: SourceCursorRow
  partitions: PartitionRow
}

export interface ParseHealthTableRow {
  source: string
  format: string
  parsed: number
  count: number
  sample: string
  last_seen_at: number
}

export interface IdempotencyKeyRow {
  key: string
  body_hash: string
  answer: string
  created_at: number
}

export interface SourceCursorRow {
  source: string
  key: string
  position: string
}

export interface PartitionRow {
  partition: number
  next_number: number
}
