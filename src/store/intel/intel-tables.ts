/** Threat intelligence tables. */
export interface IntelTables {
  threat_intel: ThreatIntelRow
  intel_feeds: IntelFeedRow
  intel_answers: IntelAnswerRow
  intel_quotas: IntelQuotaRow
}

export interface ThreatIntelRow {
  /** A hash of type and value. */
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
