import type { Noun } from '../../api/client.ts'
import { toWords } from '../../parts/label.ts'

/**
 * Renders an incident as Markdown for a ticket or a chat. Log text is escaped or in code blocks, so that it cannot inject markup. Times
 * are in UTC.
 */
export const incidentToMarkdown = (incident: Noun<'IncidentDetails'>, address: string): string => {
  const { display_id, title, severity, risk_score, status, assignee, summary, reason } = incident
  const { alerts, entities, techniques, evidence, timeline, root_cause, impact_assessment, lessons_learned } = incident
  const verdicts = alerts.flatMap(({ title: alertTitle, triage }) =>
    triage ? [`${plain(alertTitle)}: ${toWords(triage.verdict)}, risk ${triage.risk_score}`] : [],
  )
  const review = { 'Root cause': root_cause, Impact: impact_assessment, 'Lessons learned': lessons_learned }
  return `${[
    `# ${display_id}: ${plain(title)}`,
    `${severity}, risk ${risk_score} · ${status}${assignee === null ? '' : `, ${plain(assignee)}`} · ${stamp(incident.first_seen)} to ${stamp(incident.last_seen)} UTC · ${address}`,
    plain(summary ?? reason),
    ...section(
      'Timeline',
      timeline.map(
        ({ time, text, stage }) => `${stamp(time)} ${plain(text)}${stage === undefined ? '' : ` (${stage})`}`,
      ),
    ),
    ...section('Verdict', verdictLines(incident)),
    ...section('Verdicts of alerts', verdicts.slice(0, maxVerdicts)),
    ...section('Entities', [
      ...rolesAsText(incident.address_roles),
      ...entities.map(({ type, value }) => `${type} ${plain(value)}`),
      ...(techniques.length > 0 ? [`ATT&CK ${techniques.join(', ')}`] : []),
    ]),
    ...Object.entries(review).flatMap(([name, text]) => (text ? [`## ${name}`, plain(text)] : [])),
    ...(evidence.length > 0
      ? [
          '## Evidence',
          fenced(evidence.map(({ origin, line, summary: shown = line }) => (origin ? `${origin}: ${shown}` : shown))),
        ]
      : []),
  ].join('\n\n')}\n`
}

const verdictLines = ({ verdict, verdict_reasons: reasons = [] }: Noun<'IncidentDetails'>): readonly string[] =>
  verdict === undefined ? [] : [`**${toWords(verdict)}**`, ...reasons.map(plain)]

/** The first address of each role and the number of others. */
const rolesAsText = (roles: Noun<'AddressRoles'> = {}): readonly string[] =>
  Object.entries(roles).flatMap(([role, [first, ...others]]) =>
    first ? [`${role} ${first.ip}${others.length > 0 ? ` and ${others.length} more` : ''}`] : [],
  )

const maxVerdicts = 10

const section = (name: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`## ${name}`, items.map((item) => `- ${item}`).join('\n')]

const stamp = (time: string): string => time.slice(0, 19).replace('T', ' ')

const plain = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#|~]/g, '\\$&')

/** A code block with a fence longer than any run of backticks in it. */
const fenced = (lines: readonly string[]): string => {
  const text = lines.map((line) => line.replace(/[\r\n]+/g, ' ')).join('\n')
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text}\n${fence}`
}
