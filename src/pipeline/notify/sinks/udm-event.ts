import type { AlertType } from '../../../schema/detection/detection.ts'
import { toFlatAlert } from '../flat-alert.ts'
import type { Notification } from '../sink.ts'

/** The severities of the Unified Data Model. */
const severities = {
  info: 'INFORMATIONAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  critical: 'CRITICAL',
} as const

/** Maps alert types to event types, with the parts that the data model requires. */
const eventTypes: Readonly<Partial<Record<AlertType, { readonly type: string; readonly needs: readonly Part[] }>>> = {
  brute_force: { type: 'USER_LOGIN', needs: ['user'] },
  unauthorized_access: { type: 'USER_UNCATEGORIZED', needs: ['user'] },
  data_exfiltration: { type: 'NETWORK_CONNECTION', needs: ['source', 'target'] },
  ddos: { type: 'NETWORK_CONNECTION', needs: ['source', 'target'] },
}
type Part = 'user' | 'source' | 'target'

/** Converts an incident to an event of the Unified Data Model. Leaves out unknown values. */
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
  const udmSeverity = severities[severity]
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
        severity: udmSeverity,
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
