import { toWords } from '../../alert/words.ts'
import type { Noun } from '../../api/client.ts'

/**
 * Writes an incident as Markdown, for a ticket or a chat: what happened, the steps, the lines, what people did. Text from logs stands in
 * code or is escaped: nothing of it can act there. Times are UTC, for whoever reads it elsewhere.
 */
export const asMarkdown = (incident: Noun<'IncidentDetails'>, address: string): string => {
  const { display_id, title, severity, risk_score, status, assignee, summary, reason } = incident
  const { alerts, entities, techniques, evidence, timeline, root_cause, impact_assessment, lessons_learned } = incident
  const verdicts = alerts.flatMap(({ title: of, triage }) =>
    triage ? [`${plain(of)}: ${toWords(triage.verdict)}, risk ${triage.risk_score}`] : [],
  )
  const people = { 'Root cause': root_cause, Impact: impact_assessment, 'Lessons learned': lessons_learned }
  return `${[
    `# ${display_id}: ${plain(title)}`,
    `${severity}, risk ${risk_score} · ${status}${assignee === null ? '' : `, ${plain(assignee)}`} · ${stamp(incident.first_seen)} to ${stamp(incident.last_seen)} UTC · ${address}`,
    plain(summary ?? reason),
    ...section('What happened', [
      ...timeline.map(
        ({ time, text, stage }) => `${stamp(time)} ${plain(text)}${stage === undefined ? '' : ` (${stage})`}`,
      ),
    ]),
    ...section('Verdicts', verdicts.slice(0, mostVerdicts)),
    ...section('Who and what', [
      ...rolesAsText(incident.address_roles),
      ...entities.map(({ type, value }) => `${type} ${plain(value)}`),
      ...(techniques.length > 0 ? [`ATT&CK ${techniques.join(', ')}`] : []),
    ]),
    ...Object.entries(people).flatMap(([name, text]) => (text ? [`## ${name}`, plain(text)] : [])),
    ...(evidence.length > 0
      ? ['## Lines', fenced(evidence.map(({ origin, line }) => (origin ? `${origin}: ${line}` : line)))]
      : []),
  ].join('\n\n')}\n`
}

/** The first address of each role, and how many others. */
const rolesAsText = (roles: Noun<'AddressRoles'> = {}): readonly string[] =>
  Object.entries(roles).flatMap(([role, [first, ...others]]) =>
    first ? [`${role} ${first.ip}${others.length > 0 ? ` and ${others.length} more` : ''}`] : [],
  )

const mostVerdicts = 10

const section = (name: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`## ${name}`, items.map((item) => `- ${item}`).join('\n')]

const stamp = (time: string): string => time.slice(0, 19).replace('T', ' ')

const plain = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#|~]/g, '\\$&')

/** A fence longer than any run of backticks within. */
const fenced = (lines: readonly string[]): string => {
  const text = lines.map((line) => line.replace(/[\r\n]+/g, ' ')).join('\n')
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text}\n${fence}`
}
