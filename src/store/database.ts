import type { Generated, Kysely } from 'kysely'
import type { QueryTables } from './query-tables.ts'

/**
 * The tables. One file a noun holds the queries; nothing outside `store/` and `queue/` names a table.
 * Ids are texts made by the program, times whole ms since the epoch, truths 0 or 1, documents JSON texts: every database keeps
 * these alike.
 */
export interface Tables extends QueryTables {
  event_blocks: EventBlockRow
  event_counts: EventCountRow
  detections: DetectionRow
  alerts: AlertRow
  alert_heads: AlertHeadRow
  triage_results: TriageResultRow
  alert_results_due: AlertResultDueRow
  alert_context: AlertContextRow
  threat_intel: ThreatIntelRow
  intel_feeds: IntelFeedRow
  intel_answers: IntelAnswerRow
  intel_quotas: IntelQuotaRow
  llm_requests: LlmRequestRow
  llm_answers: LlmAnswerRow
  llm_spending: LlmSpendingRow
  llm_calls: LlmCallRow
  incidents: IncidentRow
  remediation_actions: RemediationActionRow
  assets: AssetRow
  users: UserRow
  suppressions: SuppressionRow
  rule_settings: RuleSettingRow
  tokens: TokenRow
  decisions: DecisionRow
  views: ViewRow
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
  scored_batches: ScoredBatchRow
  agent_anomalies: AgentAnomalyRow
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

/** How many events a source had in a slot of five minutes. */
export interface EventCountRow {
  slot: number
  source: string
  error: number
  warning: number
  other: number
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
  /** How odd, 0–100. */
  score: number
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
  source_port: number | null
  destination_port: number | null
  protocol: string | null
  user_name: string | null
  asset_id: string | null
  file_hash: string | null
  file_name: string | null
  url: string | null
  dns_query: string | null
  raw_data: string | null
  /** What its sender calls it. */
  external_id: string | null
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

/** What an alert is counted, sorted and filtered by: small enough that all of them fit into memory. */
export interface AlertHeadRow {
  alert_id: string
  /** See `alerts.changed_at`. */
  changed_at: number
  head: string
  /** The words of its texts, each once, lower-case. */
  words: string
}

export interface AlertResultDueRow {
  alert_id: string
  message_id: string
  priority: number
  body: string
  created_at: number
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
  human_reviewer: string | null
  human_review_notes: string | null
  reviewed_at: number | null
  created_at: number
  updated_at: number
  body: string
}

export interface AlertContextRow {
  /** Alert, kind and source: what makes it the same piece of context. */
  id: string
  alert_id: string
  context_type: string
  context_data: string
  source: string
  confidence_score: number
  created_at: number
  updated_at: number
}

export interface ThreatIntelRow {
  /** A hash of kind and value. */
  id: string
  ioc: string
  ioc_type: string
  threat_level: string
  confidence_score: number
  source: string
  description: string
  first_seen: number | null
  last_seen: number | null
  valid_until: number | null
  /** `positives/total`, as a share. */
  detection_rate: number
  positives: number
  total: number
  tags: string
  raw_data: string
  created_at: number
  updated_at: number
}

export interface IntelFeedRow {
  name: string
  type: string
  due_at: number
  hits: number
  last_hit_at: number | null
  state: string
  members: Uint8Array
  content: Uint8Array
  updated_at: number
}

export interface IntelAnswerRow {
  source: string
  /** As in `threat_intel`. */
  id: string
  answer: string
  expires_at: number
}

export interface IntelQuotaRow {
  source: string
  /** `2026-01-05`, UTC. */
  day: string
  used: number
}

export interface LlmRequestRow {
  alert_id: string
  due_at: number
}

export interface LlmAnswerRow {
  id: string
  answer: string
  expires_at: number
}

export interface LlmSpendingRow {
  period: string
  /** In millionths of a dollar. */
  cost: number
  tokens: number
  calls: number
  updated_at: number
}

export interface LlmCallRow {
  id: string
  time: number
  alert_id: string
  provider: string
  model: string
  prompt: string
  outcome: string
  input_tokens: number
  output_tokens: number
  cost: number
  duration_ms: number
}

export interface RemediationActionRow {
  id: string
  incident_id: string
  alert_id: string | null
  action_type: string
  description: string
  priority: number
  status: string
  assigned_to: string | null
  due_date: number | null
  completed_at: number | null
  notes: string
  version: number
  created_at: number
  updated_at: number
  body: string
}

export interface AssetRow {
  asset_id: string
  asset_name: string
  asset_type: string
  ip_address: string | null
  mac_address: string | null
  os_name: string | null
  os_version: string | null
  owner: string | null
  location: string | null
  criticality: string
  business_unit: string | null
  environment: string | null
  is_active: number
  created_at: number
  updated_at: number
  body: string
}

/** People: who they are to alerts, and, with a role and a password, who may sign in. */
export interface UserRow {
  id: string
  username: string
  email: string | null
  full_name: string | null
  department: string | null
  password_hash: string | null
  role: string | null
  is_active: number
  created_at: number
  updated_at: number
  last_login_at: number | null
  body: string
  phone: string | null
  mfa_enabled: Generated<number>
  mfa_secret: string | null
  is_verified: Generated<number>
  /** Who they are to the provider that signs them in: its address and its id of them. */
  subject: string | null
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
  containment_date: number | null
  eradication_date: number | null
  resolution_date: number | null
  root_cause: string | null
  impact_assessment: string | null
  lessons_learned: string | null
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

export interface DecisionRow {
  id: string
  actor: string
  created_at: number
  body: string
}

export interface ViewRow {
  id: string
  owner: string
  created_at: number
  body: string
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
  /** Whose it is; null when it is nobody's. */
  user_id: string | null
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
  ip_address: string | null
  user_agent: string | null
  success: number
  error_message: string | null
  created_at: number
  /** Over the hash of the row before and everything in this one. */
  hash: string
  /** What it was part of. */
  decision_id: string | null
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

/** A batch of logs that scored above the threshold. */
export interface ScoredBatchRow {
  /** Order of detection. */
  id: number
  detected_at: number
  service: string | null
  severity: number
  summary: string
  features: string
}

/** What an agent found; times are texts, UTC without a zone, as those who read the view `mcp_anomalies` know them. */
export interface AgentAnomalyRow {
  id: number
  detection_id: string
  stream: string
  agent_name: string
  device_id: number | null
  timestamp: string
  anomaly_type: string
  confidence: number
  description: string | null
  features: string | null
  created_at: string
  changed_at: number
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
