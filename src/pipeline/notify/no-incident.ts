import type { Incident } from '../../schema/incident/incident.ts'

/** Returns an incident without content, for messages that are about none. */
export const noIncident = (now: number): Incident => {
  const time = new Date(now).toISOString()
  return {
    id: '',
    display_id: '',
    status: 'open',
    severity: 'info',
    risk_score: 0,
    title: '',
    reason: '',
    entities: [],
    techniques: [],
    evidence: [],
    members: [],
    timeline: [],
    alert_count: 0,
    event_count: 0,
    first_seen: time,
    last_seen: time,
    created_at: time,
    updated_at: time,
    assignee: null,
    resolution: null,
    merged_into: null,
    version: 1,
  }
}
