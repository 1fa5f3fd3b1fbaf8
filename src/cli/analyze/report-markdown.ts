import type { Analysis } from '../../schema/analysis.ts'
import { labelledRoles } from '../../schema/detection/address-roles.ts'
import { counted, formatCount, visible } from '../terminal/terminal.ts'
import { formatSpan } from '../terminal/time.ts'
import { withoutTimes } from './report.ts'
import { evidencePlaces, representativeLines } from './report-evidence.ts'

/** Renders an analysis as Markdown for a ticket or a chat. Text from logs goes into code spans, so that it cannot inject markup. */
export const renderMarkdown = (analysis: Analysis): string => {
  const { records, from, to, undated, incidents, detections, alerts } = analysis
  const span = from && to && !undated ? `, ${formatSpan(from, to)} UTC` : ''
  const blocks = incidents.map((incident) =>
    [
      `## ${incident.display_id} · ${incident.severity} ${incident.risk_score} · ${plain(incident.title)}`,
      `${formatSpan(incident.first_seen, incident.last_seen)} UTC · ${counted(incident.alert_count, 'alert')} · ${counted(incident.event_count, 'event')}`,
      plain(incident.reason),
      labelledRoles(incident.address_roles)
        .map(({ label, value }) => `${label}: ${plain(value)}`)
        .join(' · '),
      [incident.techniques.join(', '), evidencePlaces(incident.evidence)]
        .filter((text) => text !== '')
        .map(plain)
        .join(' · '),
      fenced(representativeLines(incident.evidence).map(({ place, text }) => `${place}: ${visible(text)}`)),
    ]
      .filter((text) => text !== '')
      .join('\n\n'),
  )
  const head = `# ${incidents.length === 0 ? 'Nothing stands out' : counted(incidents.length, 'incident')}`
  const pipeline = `${formatCount(records)} lines${span} → ${counted(detections.length, 'detection')} → ${counted(alerts.length, 'alert')} → ${counted(incidents.length, 'incident')}`
  return `${[head, pipeline, ...(undated ? [withoutTimes] : []), ...blocks].join('\n\n')}\n`
}

const plain = (text: string): string => visible(text).replaceAll(/[\\`*_[\]<>#|]/g, '\\$&')

/** A code fence longer than any run of backticks in the text. */
const fenced = (lines: readonly string[]): string => {
  if (lines.length === 0) return ''
  const text = lines.join('\n')
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text}\n${fence}`
}
