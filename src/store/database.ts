import type { Kysely } from 'kysely'

/**
 * The tables. One file a noun holds the queries; nothing outside `store/` and `queue/` names a table.
 * Ids are texts made by the program, times whole ms since the epoch, truths 0 or 1, documents JSON texts: every database keeps
 * these alike.
 */
export interface Tables {
  event_blocks: EventBlockRow
  detections: DetectionRow
  alerts: AlertRow
  triage_results: TriageResultRow
  incidents: IncidentRow
  suppressions: SuppressionRow
  rule_settings: RuleSettingRow
  tokens: TokenRow
  audit_logs: AuditLogRow
  notifications: NotificationTableRow
  models: ModelTableRow
  parse_health: ParseHealthTableRow
  jobs: JobRow
  leases: LeaseRow
  idempotency_keys: IdempotencyKeyRow
  source_cursors: SourceCursorRow
  partitions: PartitionRow
  counters: CounterRow
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
  /** JSON lists of what occurs in it. */
  sources: string
  streams: string
  template_ids: string
  /** The token filter. */
  filter: Uint8Array
  /** Size of the payload. */
  bytes: number
  payload: Uint8Array
}

export interface DetectionRow {
  id: string
  detector: string
  kind: string
  severity: string
  stream: string
  dedup_key: string
  first_seen: number
  last_seen: number
  search: string
  body: string
}

export interface AlertRow {
  alert_id: string
  dedup_key: string
  received_at: number
  first_seen: number
  last_seen: number
  alert_type: string
  severity: string
  title: string
  description: string
  source_ip: string | null
  destination_ip: string | null
  user_name: string | null
  status: string
  assigned_to: string | null
  incident_id: string | null
  version: number
  created_at: number
  updated_at: number
  /** When the row last changed, by the store's own clock, which never goes back: what live updates follow. */
  changed_at: number
  /** Its words, for skipping what cannot match. */
  search: string
  body: string
}

export interface TriageResultRow {
  alert_id: string
  risk_score: number
  risk_level: string
  verdict: string
  confidence_score: number
  analysis_result: string
  recommended_actions: string
  requires_human_review: number
  created_at: number
  updated_at: number
  body: string
}

export interface IncidentRow {
  incident_id: string
  display_id: string
  title: string
  description: string
  severity: string
  risk_score: number
  status: string
  assigned_to: string | null
  detection_date: number
  first_seen: number
  last_seen: number
  version: number
  created_at: number
  updated_at: number
  /** See `alerts.changed_at`. */
  changed_at: number
  search: string
  body: string
}

export interface SuppressionRow {
  id: string
  owner: string
  created_at: number
  expires_at: number | null
  hits: number
  last_hit_at: number | null
  body: string
}

export interface RuleSettingRow {
  rule_id: string
  enabled: number | null
  level: string | null
  note: string | null
  updated_by: string
  updated_at: number
}

export interface TokenRow {
  id: string
  name: string
  role: string
  hash: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
}

export interface AuditLogRow {
  /** Order of writing, from 1 without gaps. */
  id: number
  event_type: string
  actor: string
  action: string
  target_type: string
  target_id: string
  old_values: string
  new_values: string
  created_at: number
}

export interface NotificationTableRow {
  id: string
  incident_id: string
  sink: string
  reason: string
  severity: string
  status: string
  attempts: number
  next_attempt_at: number | null
  last_error: string | null
  created_at: number
  sent_at: number | null
}

export interface ModelTableRow {
  name: string
  partition: number
  position: number
  saved_at: number
  state: Uint8Array
}

export interface ParseHealthTableRow {
  source: string
  format: string
  parsed: number
  count: number
  sample: string
  last_seen_at: number
}

/** A batch that waits in a topic. */
export interface JobRow {
  /** Order of publishing. */
  seq: number
  topic: string
  /** `ready`, `waiting` (for its next attempt) or `dead`. */
  state: string
  partition: number
  /** How many records or ids it holds. */
  count: number
  attempts: number
  run_at: number
  created_at: number
  failed_at: number | null
  reason: string | null
  /** Size of the payload as stored, and before compression. */
  bytes: number
  size: number
  payload: Uint8Array
}

/** Who works on what, when several processes share a database. */
export interface LeaseRow {
  name: string
  owner: string
  until: number
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

export interface CounterRow {
  name: string
  value: number
}

/** A connection within a transaction. Opaque to everyone but the store. */
export type Transaction = Kysely<Tables>

export interface OpenTransaction {
  readonly tx: Transaction
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** What a database can do, asked instead of its name. */
export interface Abilities {
  /** How many values one statement may carry. */
  readonly maxVariables: number
  /** Whether rows can be locked for the rest of a transaction; where not, transactions that write run one after another. */
  readonly lockRows: boolean
  /** Whether other processes may work on the same database. */
  readonly shared: boolean
}

/** The open database, as the files of the store and the embedded queue use it. */
export interface Connections {
  /** For reading outside a transaction: sees what is committed and waits for nobody. */
  readonly read: Kysely<Tables>
  /** For single writes outside a transaction. Waits for the transaction that runs: never use it within one. */
  readonly write: Kysely<Tables>
  readonly abilities: Abilities
  readonly now: () => number
  /** Runs `work` in one transaction: all of it or nothing. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  begin(): Promise<OpenTransaction>
  /** Calls `listener` after each commit, with the transaction that is now visible. */
  onCommit(listener: (tx: Transaction) => void): void
}
