import type { Incident } from '../../schema/incident/incident.ts'
import type { Severity } from '../../schema/severity.ts'
import { toFlatAlert } from './flat-alert.ts'
import { messageHeading, toIncidentView } from './incident-view.ts'
import { noIncident } from './no-incident.ts'
import { toPlainMessage } from './plain-message.ts'
import type { Notification, NotifyReason } from './sink.ts'

/** The fields that templates can use. Texts are one line apart from `text`; texts that a message does not have are empty. */
export interface TemplateFields {
  readonly idempotency_key: string
  readonly reason: NotifyReason
  /** The reason in words: `New incident`. */
  readonly change: string
  readonly test: boolean
  readonly incident_id: string
  /** For people: `INC-3`. */
  readonly display_id: string
  readonly status: Incident['status']
  /** `New incident INC-3: SSH brute force on web-01`. */
  readonly heading: string
  readonly title: string
  readonly severity: Severity
  /** From 0 to 100. */
  readonly risk: number
  readonly verdict: string
  readonly verdict_reasons: readonly string[]
  readonly cause: string
  readonly type: string
  readonly techniques: readonly string[]
  readonly host: string
  readonly user: string
  readonly source_ip: string
  readonly destination_ip: string
  readonly attacker_ip: string
  readonly alert_count: number
  readonly event_count: number
  readonly first_seen: string
  readonly last_seen: string
  readonly updated_at: string
  readonly evidence: readonly string[]
  readonly changes: readonly string[]
  readonly next_steps: readonly string[]
  readonly others: readonly { readonly display_id: string; readonly severity: Severity; readonly title: string }[]
  readonly link: string
  /** The whole message as plain text, without its heading. */
  readonly text: string
}

export const toTemplateFields = (notification: Notification): TemplateFields => {
  const { incident, idempotencyKey, reason, isTest = false, verdict = '' } = notification
  const view = toIncidentView(notification)
  const flat = toFlatAlert(notification)
  return {
    idempotency_key: idempotencyKey,
    reason,
    change: view.change,
    test: isTest,
    incident_id: incident.id,
    display_id: view.id,
    status: incident.status,
    heading: messageHeading(view),
    title: view.title,
    severity: view.severity,
    risk: view.risk,
    verdict,
    verdict_reasons: view.reasons,
    cause: view.cause,
    type: flat.type,
    techniques: incident.techniques,
    host: view.facts.find(({ label }) => label === 'Host')?.value ?? '',
    user: flat.user ?? '',
    source_ip: flat.source_ip ?? '',
    destination_ip: flat.destination_ip ?? '',
    attacker_ip: flat.attacker_ip ?? '',
    alert_count: incident.alert_count,
    event_count: incident.event_count,
    first_seen: incident.first_seen,
    last_seen: incident.last_seen,
    updated_at: incident.updated_at,
    evidence: view.evidence,
    changes: view.changes,
    next_steps: view.next,
    others: view.others.map(({ id, severity, title }) => ({ display_id: id, severity, title })),
    link: view.link ?? '',
    text: toPlainMessage(view),
  }
}

const awkward = 'a "quoted" \\ <b>title</b> & 100 % of\ttext'
const time = Date.UTC(2024, 11, 10)
const fullIncident: Incident = {
  ...noIncident(time),
  id: 'sample',
  display_id: 'INC-1',
  title: awkward,
  reason: awkward,
  entities: [
    { type: 'host', value: awkward },
    { type: 'user', value: awkward },
  ],
  techniques: ['T1110'],
  verdict_reasons: [awkward],
  evidence: [{ event_id: '0-1', time: new Date(time).toISOString(), line: awkward }],
}

/** Messages that try a template: one with awkward texts in every field, and one with as little as possible. */
export const sampleFields: readonly TemplateFields[] = [
  {
    incident: fullIncident,
    others: [{ ...fullIncident, id: 'another' }],
    actions: [awkward],
    publicUrl: 'https://x.example',
  },
  { incident: { ...fullIncident, entities: [], techniques: [], verdict_reasons: [], evidence: [] } },
].map((facts) => toTemplateFields({ ...facts, reason: 'opened', idempotencyKey: 'sample/1' }))
