/** Alerts, and the facts about each. */
export interface AlertTables {
  alerts: AlertRow
  alert_heads: AlertIndexRow
  triage_results: TriageResultRow
  alert_results_due: AlertResultDueRow
  alert_context: AlertContextRow
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
  /** The name that its sender gave it. */
  external_id: string | null
  status: string
  assigned_to: string | null
  incident_id: string | null
  version: number
  created_at: number
  updated_at: number
  /** The last change of the row, by the store's own clock, which never goes back. Live updates follow it. */
  changed_at: number
  /** The words of the alert, to skip alerts that cannot match. */
  search: string
  /** The whole alert, packed. */
  body: Uint8Array
}

/** The index of alerts: the fields for counting, sorting and filtering. The most recently changed ones are in memory as well. */
export interface AlertIndexRow {
  alert_id: string
  /** See `alerts.changed_at`. */
  changed_at: number
  /** `removed`: the alert was removed, and processes must drop it from memory. */
  state: 'open' | 'settled' | 'removed'
  first_seen: number
  last_seen: number
  snoozed_until: number | null
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
}

export interface AlertContextRow {
  /** Alert, kind and source: the identity of one context row. */
  id: string
  alert_id: string
  context_type: string
  context_data: string
  source: string
  confidence_score: number
  created_at: number
  updated_at: number
}
