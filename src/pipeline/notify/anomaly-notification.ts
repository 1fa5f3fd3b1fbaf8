import { isIP } from 'node:net'
import type { AlertType } from '../../schema/detection/detection.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { noIncident } from './no-incident.ts'
import type { Notification } from './sink.ts'

/** A log event that a model found anomalous, in the format of the log detection service. */
export interface ScoredEvent {
  readonly timestamp: string
  readonly user: string
  readonly source_ip: string
  readonly dest_ip: string
  readonly event_type: string
  readonly action: string
  readonly message: string
  readonly severity: Incident['severity']
  /** 0–1. */
  readonly anomaly_score: number
  readonly threat_type: string
}

const typeOf: Readonly<Record<string, AlertType>> = {
  brute_force: 'brute_force',
  data_exfiltration: 'data_exfiltration',
  privilege_escalation: 'unauthorized_access',
  lateral_movement: 'unauthorized_access',
}

/** Puts anomalous events into one notification, each as an incident of its own that nobody stores. `id` is unique. Needs one event or more. */
export const toAnomalyNotification = (events: readonly ScoredEvent[], id: string, now: number): Notification => {
  const [incident = noIncident(now), ...others] = events.map((event, i) => toIncident(event, `${id}-${i}`, now))
  return { incident, others, reason: 'opened', idempotencyKey: `anomaly/${id}` }
}

const toIncident = (event: ScoredEvent, id: string, now: number): Incident => {
  const { user, source_ip, dest_ip, threat_type, event_type, action } = event
  const parsed = Date.parse(event.timestamp)
  const address = (ip: string) => (isIP(ip) === 0 ? [] : [{ ip, events: 1, internal: false }])
  return {
    ...noIncident(Number.isNaN(parsed) ? now : parsed),
    id,
    severity: event.severity,
    risk_score: Math.round(event.anomaly_score * 100),
    title: `Anomaly detected: ${threat_type} (${event_type}, ${action})`,
    reason: event.message,
    types: [typeOf[threat_type] ?? 'anomaly'],
    entities: user === '' || user === 'unknown' ? [] : [{ type: 'user', value: user }],
    address_roles: { source: address(source_ip), destination: address(dest_ip) },
    event_count: 1,
  }
}
