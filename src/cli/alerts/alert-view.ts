import type { Alert } from '../../schema/alert/alert.ts'
import { counted, type Paint, severityShape, severityStyle, visible } from '../terminal/terminal.ts'
import { formatSpan } from '../terminal/time.ts'
import { cardLines } from './card-view.ts'
import { createSections, indent } from './sections.ts'

/** Renders one alert for a terminal: severity, explanation, risk and recommended actions. */
export const renderAlert = (alert: Alert, width: number, paint: Paint): string => {
  const { severity, status, title, sentence, value, usual, contributions, triage } = alert
  const { lines, section, facts } = createSections(width, paint)
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
    ...facts(alert),
    ...section('Grouped by', lines(alert.dedup_key)),
  ].join('\n')}\n`
}
