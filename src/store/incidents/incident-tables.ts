/** Incidents, their actions and their notifications. */
export interface IncidentTables {
  incidents: IncidentRow
  remediation_actions: RemediationActionRow
  notifications: NotificationTableRow
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
  receipt: string | null
}
