import type { Alert } from './alert.ts'
import { entityField, techniqueField } from './entity-fields.ts'
import type { FieldValue } from './event.ts'
import { severities } from './severity.ts'

const own: ReadonlyMap<string, (alert: Alert) => FieldValue | null | undefined> = new Map<
  string,
  (alert: Alert) => FieldValue | null | undefined
>([
  ['id', (alert) => alert.id],
  ['status', (alert) => alert.status],
  ['severity', (alert) => alert.severity],
  ['score', (alert) => alert.score],
  ['risk_score', (alert) => alert.triage?.risk_score],
  ['risk_level', (alert) => alert.triage?.risk_level],
  ['verdict', (alert) => alert.triage?.verdict],
  ['confidence', (alert) => alert.triage?.confidence],
  ['requires_human_review', (alert) => alert.triage?.requires_human_review],
  ['type', (alert) => alert.type],
  ['detector', (alert) => alert.detectors],
  ['title', (alert) => alert.title],
  ['sentence', (alert) => alert.sentence],
  ['assignee', (alert) => alert.assignee],
  ['resolution', (alert) => alert.resolution],
  ['technique', (alert) => techniqueField(alert.techniques)],
  ['source', (alert) => alert.source],
  ['stream', (alert) => alert.stream],
  ['dedup_key', (alert) => alert.dedup_key],
  ['learning', (alert) => alert.learning],
  ['incident_id', (alert) => alert.incident_id],
  ['suppression_id', (alert) => alert.suppression_id],
  ['detection_id', (alert) => alert.detection_ids],
  ['event_id', (alert) => alert.evidence.map((item) => item.event_id)],
  ['count', (alert) => alert.count],
  ['event_count', (alert) => alert.event_count],
  ['first_seen', (alert) => alert.first_seen],
  ['last_seen', (alert) => alert.last_seen],
  ['time', (alert) => alert.last_seen],
  ['created_at', (alert) => alert.created_at],
  ['updated_at', (alert) => alert.updated_at],
])

const kinds = new Map<string, 'time' | 'text' | readonly string[]>([
  ['severity', severities],
  ['risk_level', severities],
  ['title', 'text'],
  ['sentence', 'text'],
  ['first_seen', 'time'],
  ['last_seen', 'time'],
  ['time', 'time'],
  ['created_at', 'time'],
  ['updated_at', 'time'],
])

/** Lets filters look at alerts. `score` is 0–1, `risk_score` 0–100; severities compare by their rank. */
export const alertFields = {
  field: (alert: Alert, name: string): FieldValue | undefined =>
    own.get(name)?.(alert) ?? entityField(alert.entities, name),
  kind: (name: string): 'time' | 'text' | readonly string[] | undefined => kinds.get(name),
  text: (alert: Alert): string =>
    [
      alert.title,
      alert.sentence,
      ...alert.entities.map((entity) => entity.value),
      ...alert.evidence.map((item) => item.line),
    ].join('\n'),
}
