import type { Command } from 'commander'
import { type Incident, incident } from '../../schema/incident/incident.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { addListOptions, printList } from '../remote/list.ts'
import { counted, type Paint, severityShape, severityStyle, truncate, visible, wrap } from '../terminal/terminal.ts'
import { formatMoment, formatSpan } from '../terminal/time.ts'
import { addDecisions } from './decide.ts'
import { createSections, indent } from './sections.ts'

const found = incident.loose()
const pathOf = (id: string): string => `/api/v1/incidents/${encodeURIComponent(id)}`

/** `vedette incidents`: lists, shows, merges, splits and decides incidents. */
export const define = (command: Command, context: CommandContext): void => {
  const list = command.command('list', { isDefault: true }).description('List incidents, newest first.')
  addListOptions(addRemoteOptions(list))
    .option('--where <filter>', 'filter, such as severity:critical AND entity.host:web-01')
    .option('--status <status>', 'filter by status')
    .action((options: { readonly where?: string }) =>
      printList(
        {
          path: '/api/v1/incidents',
          item: incident,
          noun: 'incident',
          headings: ['ID', 'SEVERITY', 'RISK', 'STATUS', 'LAST SEEN', 'ALERTS', 'TITLE'],
          row: ({ display_id, severity, risk_score, status, last_seen, alert_count, title }) => [
            display_id,
            severity,
            String(risk_score),
            status,
            formatMoment(last_seen),
            String(alert_count),
            title,
          ],
        },
        options.where,
        options,
        context,
      ),
    )

  const print = (one: unknown, json: boolean | undefined) => {
    const shown = found.parse(one)
    context.out.write(
      json ? `${JSON.stringify(shown, null, 2)}\n` : renderIncident(shown, context.out.columns, context.paint),
    )
  }
  addRemoteOptions(command.command('show').description('Show one incident with its timeline and evidence.'))
    .argument('<id>', 'INC-3')
    .action(async (id: string, options: { readonly json?: boolean }) =>
      print(await createClient(options, context).get(pathOf(id), found), options.json),
    )
  addDecisions(command, 'incident', context)
  addRemoteOptions(command.command('comment').description('Add a comment to the timeline.'))
    .argument('<id>')
    .argument('<text...>')
    .action(async (id: string, text: string[], options: { readonly json?: boolean }) =>
      print(
        await createClient(options, context).send('POST', `${pathOf(id)}/comments`, found, { text: text.join(' ') }),
        options.json,
      ),
    )
  addRemoteOptions(command.command('merge').description('Merge incidents into one.'))
    .argument('<id>', 'the incident to keep')
    .argument('<others...>', 'the incidents to merge into it')
    .option('--note <text>', 'note for the audit log')
    .action(async (id: string, others: string[], options: { readonly json?: boolean; readonly note?: string }) => {
      const client = createClient(options, context)
      for (const other of others) {
        await client.send('POST', `${pathOf(other)}/merge`, found, { into: id, note: options.note })
      }
      print(await client.get(pathOf(id), found), options.json)
    })
  addRemoteOptions(command.command('split').description('Move alerts of an incident into a new incident.'))
    .argument('<id>')
    .argument('<alerts...>', 'ids of the alerts to move')
    .option('--note <text>', 'note for the audit log')
    .action(async (id: string, alerts: string[], options: { readonly json?: boolean; readonly note?: string }) => {
      const made = await createClient(options, context).send('POST', `${pathOf(id)}/split`, found, {
        alert_ids: alerts,
        note: options.note,
      })
      if (!options.json) context.err.write(`created ${visible(made.display_id)}\n`)
      print(made, options.json)
    })
}

/** Renders one incident for a terminal: its summary, its timeline and why each alert belongs to it. */
const renderIncident = (incident: Incident, width: number, paint: Paint): string => {
  const { severity, risk_score, display_id, status, title, timeline, members } = incident
  const { lines, section, facts } = createSections(width, paint)
  const heading = [
    status + (incident.resolution ? ` (${incident.resolution.replace('_', ' ')})` : ''),
    incident.assignee ? visible(incident.assignee) : 'unassigned',
    `${formatSpan(incident.first_seen, incident.last_seen)} UTC`,
    counted(incident.alert_count, 'alert'),
    counted(incident.event_count, 'event'),
    ...incident.techniques,
  ]
  return `${[
    paint(severityStyle[severity], `${severityShape[severity]} ${display_id}  ${severity} ${risk_score}`),
    ...wrap(visible(title), width - indent.length).map((line) => indent + paint('bold', line)),
    ...wrap(heading.join(' · '), width - indent.length).map((line) => indent + line),
    '',
    ...lines(incident.summary ?? incident.reason),
    ...section('Verdict', verdictLines(incident).flatMap(lines)),
    ...section(
      'Timeline',
      timeline.map(({ time, text }) => truncate(`${indent}${formatMoment(time)}  ${visible(text)}`, width)),
    ),
    ...section(
      'Why these alerts',
      members.map(({ alert_id, reason }) => truncate(`${indent}${alert_id}  ${visible(reason)}`, width)),
    ),
    ...facts(incident),
  ].join('\n')}\n`
}

/** The verdict on the incident as a whole, with its reasons. Older incidents have none. */
const verdictLines = ({ verdict, confidence, verdict_reasons = [] }: Incident): readonly string[] =>
  verdict === undefined
    ? []
    : [
        `${verdict.replaceAll('_', ' ')}${confidence === undefined ? '' : `, confidence ${Math.round(confidence * 100)} %`}`,
        ...verdict_reasons.map((reason) => `- ${reason}`),
      ]
