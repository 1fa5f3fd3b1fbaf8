import { lineTexts } from '../detection/detection.ts'
import { entityFieldNames, entityReader, techniqueField } from '../detection/entity-fields.ts'
import type { FieldValue } from '../event/event.ts'
import { severities } from '../severity.ts'
import { type Incident, openIncidentStatuses } from './incident.ts'

const own: ReadonlyMap<string, (incident: Incident) => FieldValue | null | undefined> = new Map<
  string,
  (incident: Incident) => FieldValue | null | undefined
>([
  ['id', (incident) => [incident.id, incident.display_id]],
  ['display_id', (incident) => incident.display_id],
  ['status', (incident) => incident.status],
  ['open', (incident) => openIncidentStatuses.some((status) => status === incident.status)],
  ['severity', (incident) => incident.severity],
  ['risk_score', (incident) => incident.risk_score],
  ['title', (incident) => incident.title],
  ['reason', (incident) => incident.reason],
  ['assignee', (incident) => incident.assignee],
  ['resolution', (incident) => incident.resolution],
  ['technique', (incident) => techniqueField(incident.techniques)],
  ['merged_into', (incident) => incident.merged_into],
  ['alert_id', (incident) => incident.members.map((member) => member.alert_id)],
  ['event_id', (incident) => incident.evidence.map((item) => item.event_id)],
  ['alert_count', (incident) => incident.alert_count],
  ['event_count', (incident) => incident.event_count],
  ['first_seen', (incident) => incident.first_seen],
  ['last_seen', (incident) => incident.last_seen],
  ['time', (incident) => incident.last_seen],
  ['created_at', (incident) => incident.created_at],
  ['updated_at', (incident) => incident.updated_at],
])

const kinds = new Map<string, 'time' | 'text' | readonly string[]>([
  ['severity', severities],
  ['title', 'text'],
  ['reason', 'text'],
  ['first_seen', 'time'],
  ['last_seen', 'time'],
  ['time', 'time'],
  ['created_at', 'time'],
  ['updated_at', 'time'],
])

/** Lets filters look at incidents. `risk_score` is 0–100; severities compare by their rank. */
export const incidentFields = {
  /** All fields. */
  names: new Set([...own.keys(), ...entityFieldNames]),
  reader(name: string): (incident: Incident) => FieldValue | undefined {
    const read = own.get(name)
    if (read) return (incident) => read(incident) ?? undefined
    const readEntity = entityReader(name)
    return ({ entities }) => readEntity(entities)
  },
  kind: (name: string): 'time' | 'text' | readonly string[] | undefined => kinds.get(name),
  /** Whether the document contains the values of this field in the form of comparisons. */
  isIndexed: (name: string): boolean => name !== 'open' && kinds.get(name) !== 'time',
  text: (incident: Incident): string =>
    [
      incident.display_id,
      incident.title,
      incident.reason,
      ...incident.entities.map((entity) => entity.value),
      ...incident.evidence.flatMap(lineTexts),
    ].join('\n'),
}
