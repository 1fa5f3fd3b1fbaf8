import { labelledRoles } from '../schema/address-roles.ts'
import type { Incident } from '../schema/incident.ts'
import { evidencePlaces, tellingLines } from './report-evidence.ts'
import { counted, cut, type Paint, severityShape, severityStyle, visible, wrap } from './terminal.ts'
import { formatMoment, formatSpan } from './time.ts'

/** Writes one incident for a terminal: the cause, the story, why each alert belongs to it. */
export const renderIncident = (incident: Incident, width: number, paint: Paint): string => {
  const { severity, risk_score, display_id, status, title, evidence, timeline, members } = incident
  const indent = '  '
  const body = width - indent.length
  const lines = (text: string) => wrap(visible(text), body).map((line) => indent + line)
  const section = (name: string, content: readonly string[]) =>
    content.length > 0 ? ['', paint('bold', name), ...content] : []
  const facts = [
    status + (incident.resolution ? ` (${incident.resolution.replace('_', ' ')})` : ''),
    incident.assignee ? visible(incident.assignee) : 'nobody has it',
    `${formatSpan(incident.first_seen, incident.last_seen)} UTC`,
    counted(incident.alert_count, 'alert'),
    counted(incident.event_count, 'event'),
    ...incident.techniques,
  ]
  return `${[
    paint(severityStyle[severity], `${severityShape[severity]} ${display_id}  ${severity} ${risk_score}`),
    ...wrap(visible(title), body).map((line) => indent + paint('bold', line)),
    ...wrap(facts.join(' · '), body).map((line) => indent + line),
    '',
    ...lines(incident.summary ?? incident.reason),
    ...section(
      'Story',
      timeline.map(({ time, text }) => cut(`${indent}${formatMoment(time)}  ${visible(text)}`, width)),
    ),
    ...section(
      'Why these alerts',
      members.map(({ alert_id, reason }) => cut(`${indent}${alert_id}  ${visible(reason)}`, width)),
    ),
    ...section(
      `Evidence ${visible(evidencePlaces(evidence))}`.trim(),
      tellingLines(evidence).map(({ place, text }) => cut(`${indent}${visible(place)} │ ${visible(text)}`, width)),
    ),
    ...section(
      'Addresses',
      lines(
        labelledRoles(incident.address_roles)
          .map(({ label, value }) => `${label} ${value}`)
          .join(' · '),
      ),
    ),
    ...section('Who and what', lines(incident.entities.map(({ type, value }) => `${type} ${value}`).join(' · '))),
  ].join('\n')}\n`
}
