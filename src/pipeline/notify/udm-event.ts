import type { AlertType } from '../../schema/detection.ts'
import { toFlatAlert } from './flat-alert.ts'
import type { Notification } from './sink.ts'

/** How grave something is, in the words of the Unified Data Model. */
const severities = {
  info: 'INFORMATIONAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  critical: 'CRITICAL',
} as const

/** What sort of event it is; the model wants to know who signed in, and both ends of a connection. */
const eventTypes: Readonly<Partial<Record<AlertType, { readonly type: string; readonly needs: readonly Part[] }>>> = {
  brute_force: { type: 'USER_LOGIN', needs: ['user'] },
  unauthorized_access: { type: 'USER_UNCATEGORIZED', needs: ['user'] },
  data_exfiltration: { type: 'NETWORK_CONNECTION', needs: ['source', 'target'] },
  ddos: { type: 'NETWORK_CONNECTION', needs: ['source', 'target'] },
}
type Part = 'user' | 'source' | 'target'

/** Lays an incident out as an event of the Unified Data Model. What it does not know it leaves out. */
export const toUdmEvent = (notification: Notification, logType: string) => {
  const { incident } = notification
  const {
    type,
    severity,
    user,
    source_ip,
    destination_ip: target,
    message,
    anomaly_score,
    timestamp,
    event,
    action,
    techniques,
  } = toFlatAlert(notification)
  const known: Readonly<Record<Part, boolean>> = {
    user: user !== null,
    source: source_ip !== null,
    target: target !== null,
  }
  const [first] = incident.types ?? []
  const kind = first && eventTypes[first]
  const grave = severities[severity]
  return {
    metadata: {
      event_timestamp: timestamp,
      event_type: kind?.needs.every((part) => known[part]) ? kind.type : 'GENERIC_EVENT',
      vendor_name: 'Log Anomaly Detection',
      product_name: 'Vedette',
      product_event_type: type,
      product_log_id: notification.idempotencyKey,
      log_type: logType,
      description: message,
    },
    principal: {
      ...(user !== null && { user: { userid: user } }),
      ...(source_ip !== null && { ip: [source_ip] }),
    },
    ...(target !== null && { target: { ip: [target] } }),
    security_result: [
      {
        severity: grave,
        category_details: [type],
        summary: event,
        description: message,
        confidence: anomaly_score > 0.8 ? 'HIGH_CONFIDENCE' : 'MEDIUM_CONFIDENCE',
        detection_fields: [
          { key: 'anomaly_score', value: String(anomaly_score) },
          { key: 'event_type', value: type },
          { key: 'action', value: action },
          { key: 'incident', value: incident.display_id },
          ...techniques.map((value) => ({ key: 'technique', value })),
        ],
      },
    ],
    additional: { anomaly_score: String(anomaly_score), threat_type: type, incident_id: incident.id },
  }
}
