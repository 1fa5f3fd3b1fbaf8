import { labelledRoles } from '../../schema/address-roles.ts'
import type { Alert } from '../../schema/alert.ts'
import { evidencePlaces, representativeLines } from '../analyze/report-evidence.ts'
import { counted, cut, type Paint, severityShape, severityStyle, visible, wrap } from '../terminal/terminal.ts'
import { formatSpan } from '../terminal/time.ts'
import { cardLines } from './card-view.ts'

/** Renders one alert for a terminal: severity, explanation, risk and recommended actions. */
export const renderAlert = (alert: Alert, width: number, paint: Paint): string => {
  const { severity, status, title, sentence, value, usual, contributions, triage, evidence } = alert
  const indent = '  '
  const body = width - indent.length
  const lines = (text: string) => wrap(visible(text), body).map((line) => indent + line)
  const section = (name: string, content: readonly string[]) =>
    content.length > 0 ? ['', paint('bold', name), ...content] : []
  return `${[
    `${paint(severityStyle[severity], `${severityShape[severity]} ${severity}`)}  ${paint('bold', visible(title))}`,
    `${indent}${alert.id}  ${status}${alert.assignee ? `, ${visible(alert.assignee)}` : ''}  ${formatSpan(alert.first_seen, alert.last_seen)} UTC  ${counted(alert.event_count, 'event')}`,
    '',
    ...lines(sentence),
    ...lines(`Seen: ${value}   Usual: ${usual}`),
    ...section(
      'Why',
      contributions.flatMap((part) =>
        lines(
          `${part.weight >= 0 ? '+' : ''}${part.weight.toFixed(2)}  ${part.feature}: ${part.value} (usual: ${part.usual})`,
        ),
      ),
    ),
    ...section(
      `Risk ${triage ? `${triage.risk_score} (${triage.risk_level}), ${triage.verdict.replaceAll('_', ' ')}` : 'not triaged yet'}`,
      triage ? cardLines(triage).flatMap(lines) : [],
    ),
    ...section(
      `Evidence ${visible(evidencePlaces(evidence))}`.trim(),
      representativeLines(evidence).map(({ place, text }) =>
        cut(`${indent}${visible(place)} │ ${visible(text)}`, width),
      ),
    ),
    ...section(
      'Addresses',
      lines(
        labelledRoles(alert.address_roles)
          .map(({ label, value: ip }) => `${label} ${ip}`)
          .join(' · '),
      ),
    ),
    ...section('Entities', lines(alert.entities.map(({ type, value: name }) => `${type} ${name}`).join(' · '))),
    ...section('Grouped by', lines(alert.dedup_key)),
  ].join('\n')}\n`
}
