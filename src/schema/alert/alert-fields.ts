import { lineTexts } from '../detection/detection.ts'
import { entityFieldNames, entityReader, techniqueField } from '../detection/entity-fields.ts'
import type { FieldValue } from '../event/event.ts'
import { severities } from '../severity.ts'
import { type Alert, openAlertStatuses } from './alert.ts'
import type { AlertIndexEntry } from './alert-index-entry.ts'

type Read<Item> = (item: Item) => FieldValue | null | undefined

const open: ReadonlySet<Alert['status']> = new Set(openAlertStatuses)

const isOpen = ({ status, snoozed_until }: AlertIndexEntry): boolean => !snoozed_until && open.has(status)

const ofIndexEntry: ReadonlyMap<string, Read<AlertIndexEntry>> = new Map<string, Read<AlertIndexEntry>>([
  ['id', (alert) => alert.id],
  ['status', (alert) => alert.status],
  ['open', isOpen],
  ['snoozed', (alert) => Boolean(alert.snoozed_until)],
  ['snoozed_until', (alert) => alert.snoozed_until],
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
  ['rule', (alert) => alert.rules?.map(({ id }) => id)],
  ['rule.title', (alert) => alert.rules?.map(({ title }) => title)],
  ['source', (alert) => alert.source],
  ['stream', (alert) => alert.stream],
  ['learning', (alert) => alert.learning],
  ['incident_id', (alert) => alert.incident_id],
  ['suppression_id', (alert) => alert.suppression_id],
  ['count', (alert) => alert.count],
  ['event_count', (alert) => alert.event_count],
  ['first_seen', (alert) => alert.first_seen],
  ['last_seen', (alert) => alert.last_seen],
  ['time', (alert) => alert.last_seen],
  ['created_at', (alert) => alert.created_at],
  ['updated_at', (alert) => alert.updated_at],
])

const ofAlert: ReadonlyMap<string, Read<Alert>> = new Map<string, Read<Alert>>([
  ['dedup_key', (alert) => alert.dedup_key],
  ['detection_id', (alert) => alert.detection_ids],
  ['event_id', (alert) => alert.evidence.map((item) => item.event_id)],
])

const kinds = new Map<string, 'time' | 'text' | readonly string[]>([
  ['severity', severities],
  ['risk_level', severities],
  ['title', 'text'],
  ['sentence', 'text'],
  ['rule.title', 'text'],
  ['first_seen', 'time'],
  ['last_seen', 'time'],
  ['time', 'time'],
  ['created_at', 'time'],
  ['updated_at', 'time'],
  ['snoozed_until', 'time'],
])

const headReader = (name: string): ((alert: AlertIndexEntry) => FieldValue | undefined) => {
  const read = ofIndexEntry.get(name)
  if (read) return (alert) => read(alert) ?? undefined
  const readEntity = entityReader(name)
  return ({ entities }) => readEntity(entities)
}

const reader = (name: string): ((alert: Alert) => FieldValue | undefined) => {
  const read = ofAlert.get(name)
  return read ? (alert) => read(alert) ?? undefined : headReader(name)
}

/** Lets filters look at alerts. `score` is 0–1, `risk_score` 0–100; severities compare by their rank. */
export const alertFields = {
  /** All fields. */
  names: new Set([...ofIndexEntry.keys(), ...ofAlert.keys(), ...entityFieldNames]),
  reader,
  kind: (name: string): 'time' | 'text' | readonly string[] | undefined => kinds.get(name),
  /** Whether the document contains the values of this field in the form of comparisons. */
  isIndexed: (name: string): boolean => name !== 'open' && name !== 'snoozed' && kinds.get(name) !== 'time',
  text: (alert: Alert): string => textsOf(alert).join('\n'),
}

const indexed = [...ofIndexEntry, ...ofAlert].flatMap(([name, read]) => (alertFields.isIndexed(name) ? [read] : []))

/** The values that filters find by their words, in addition to the texts. */
export const indexedValues = (alert: Alert): readonly unknown[] => indexed.map((read) => read(alert))

/** The texts that bare words are searched in. */
export const textsOf = (alert: Alert): readonly string[] => [
  alert.title,
  alert.sentence,
  ...alert.entities.map((entity) => entity.value),
  ...alert.evidence.flatMap(lineTexts),
]

/** Lets filters read the index entries of alerts, for the fields that entries have. */
export const alertIndexFields = {
  reader: headReader,
  kind: alertFields.kind,
  /** The part of the texts that an index entry contains. */
  text: (alert: AlertIndexEntry): string => `${alert.title}\n${alert.sentence}`,
  /** Whether an index entry contains the source of this field. */
  has: (name: string): boolean => !ofAlert.has(name),
}
