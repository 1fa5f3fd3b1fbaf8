import type { Incident } from '../../schema/incident/incident.ts'
import { toIncidentView } from './incident-view.ts'
import { toPlainLine } from './plain.ts'
import type { Notification } from './sink.ts'

const maxEvidence = 5

/** Builds the body to post: a CloudEvents envelope around the incident. Removes control characters from log texts. */
export const toMessage = (notification: Notification) => {
  const { incident, reason, idempotencyKey, others = [], verdict, isTest } = notification
  const { reasons, changes, next, link } = toIncidentView(notification)
  const envelope = { specversion: '1.0', id: idempotencyKey, source: 'vedette', time: incident.updated_at }
  if (notification.digest) return { ...envelope, type: 'vedette.digest', data: notification.digest }
  return {
    ...envelope,
    type: `vedette.incident.${reason}`,
    subject: incident.display_id,
    data: {
      reason,
      ...overview(incident),
      cause: toPlainLine(incident.reason),
      techniques: incident.techniques,
      address_roles: incident.address_roles ?? {},
      entities: incident.entities.map(({ type, value }) => ({ type, value: toPlainLine(value) })),
      evidence: incident.evidence.slice(0, maxEvidence).map(({ event_id, time, line, summary }) => ({
        event_id,
        time,
        line: toPlainLine(line),
        ...(summary !== undefined && { summary: toPlainLine(summary) }),
      })),
      ...(isTest && { test: true }),
      ...(verdict !== undefined && { verdict }),
      ...(reasons.length > 0 && { verdict_reasons: reasons }),
      ...(changes.length > 0 && { changes }),
      ...(next.length > 0 && { next_steps: next }),
      ...(link !== undefined && { link }),
      ...(others.length > 0 && { others: others.map(overview) }),
    },
  }
}

const overview = (incident: Incident) => ({
  id: incident.id,
  display_id: incident.display_id,
  title: toPlainLine(incident.title),
  status: incident.status,
  severity: incident.severity,
  risk_score: incident.risk_score,
  alert_count: incident.alert_count,
  event_count: incident.event_count,
  first_seen: incident.first_seen,
  last_seen: incident.last_seen,
  assignee: incident.assignee === null ? null : toPlainLine(incident.assignee),
  resolution: incident.resolution,
  merged_into: incident.merged_into,
})
