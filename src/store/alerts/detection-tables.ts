/** Detections, models and analyst decisions. */
export interface DetectionTables {
  detections: DetectionRow
  suppressions: SuppressionRow
  rule_settings: RuleSettingRow
  models: ModelTableRow
  scored_batches: ScoredBatchRow
  agent_anomalies: AgentAnomalyRow
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
  /** The anomaly score, 0–100. */
  score: number
  /** When it was saved last, by the store's clock. */
  saved_at: number
  search: string
  /** The whole detection, packed. */
  body: Uint8Array
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

export interface ModelTableRow {
  name: string
  partition: number
  position: number
  saved_at: number
  state: Uint8Array
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

/** An anomaly found by an agent. Times are UTC texts without a zone, the format of the view `mcp_anomalies`. */
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
