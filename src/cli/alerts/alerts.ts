import type { Command } from 'commander'
import { z } from 'zod'
import { groupFields } from '../../operations/alerts/group-alerts.ts'
import { listAlertIndex } from '../../operations/alerts/list-alert-index.ts'
import { alert } from '../../schema/alert/alert.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient, responseError } from '../remote/client.ts'
import { addListOptions, printList, readListOptions } from '../remote/list.ts'
import { readText } from '../terminal/read-text.ts'
import { counted, table } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'
import { renderAlert } from './alert-view.ts'
import { addDecisions } from './decide.ts'

/** `vedette alerts`: lists, shows and decides alerts, and sends alerts from other systems. */
export const define = (command: Command, context: CommandContext): void => {
  const list = command.command('list', { isDefault: true }).description('List alerts, newest first.')
  addListOptions(addRemoteOptions(list))
    .option('--where <filter>', 'filter, such as severity:high AND entity.host:web-01')
    .option('--status <status>', 'filter by status')
    .option('--group <field>', `group by a field: ${groupFields.join(', ')}`)
    .action((options: { readonly where?: string; readonly group?: string }) => {
      if (options.group !== undefined) return printAlertGroups(options, context)
      return printList(
        {
          path: '/api/v1/alerts',
          item: alert,
          noun: 'alert',
          headings: ['ID', 'SEVERITY', 'RISK', 'STATUS', 'LAST SEEN', 'COUNT', 'TITLE'],
          row: ({ id, severity, triage, status, last_seen, count, title }) => [
            id,
            severity,
            triage ? String(triage.risk_score) : '',
            status,
            formatMoment(last_seen),
            String(count),
            title,
          ],
        },
        options.where,
        options,
        context,
      )
    })
  addRemoteOptions(command.command('show').description('Show one alert with its explanation and risk calculation.'))
    .argument('<id>')
    .action(async (id: string, options: { readonly json?: boolean }) => {
      const found = await createClient(options, context).get(`/api/v1/alerts/${encodeURIComponent(id)}`, alert.loose())
      context.out.write(
        options.json ? `${JSON.stringify(found, null, 2)}\n` : renderAlert(found, context.out.columns, context.paint),
      )
    })
  addDecisions(command, 'alert', context)
  addSend(command, context)
}

const groupShape = z.object({ group: z.string(), where: z.string().optional() })
const largestPage = 500

/** Prints groups of alerts, riskiest first, each with its size and its riskiest alert. */
const printAlertGroups = async (options: unknown, context: CommandContext): Promise<void> => {
  const { group, where } = groupShape.parse(options)
  const { limit, cursor, json, ndjson, ...query } = readListOptions(options)
  const found = await createClient(options, context).get('/api/v1/alerts/heads', listAlertIndex.output, {
    ...query,
    q: where,
    group,
    sort: '-risk_score',
    limit: Math.min(largestPage, limit),
    cursor,
  })
  const leads = new Map(found.data.map((lead) => [lead.id, lead]))
  const groups = (found.groups ?? []).map(({ lead_id, ...one }) => ({ ...one, lead: leads.get(lead_id) }))
  const { out, err, columns, paint } = { ...context, columns: context.out.columns }
  if (ndjson) out.write(groups.map((one) => `${JSON.stringify(one)}\n`).join(''))
  else if (json) out.write(`${JSON.stringify({ data: groups, next_cursor: found.next_cursor }, null, 2)}\n`)
  else if (groups.length === 0) err.write('No alerts.\n')
  else {
    const rows = groups.map(({ value, name, count, open, lead }) => [
      name ?? value ?? '(none)',
      String(count),
      String(open),
      lead?.severity ?? '',
      lead?.triage ? String(lead.triage.risk_score) : '',
      lead ? formatMoment(lead.last_seen) : '',
      lead?.title ?? '',
    ])
    const headings = [group.toUpperCase(), 'ALERTS', 'OPEN', 'SEVERITY', 'RISK', 'LAST SEEN', 'TOP ALERT']
    out.write(`${table(headings, rows, columns, paint)}\n`)
    if (found.next_cursor !== null) {
      err.write(
        `${groups.length} of ${counted(found.group_total ?? 0, 'group')} shown; more: --limit, or --cursor ${found.next_cursor}\n`,
      )
    }
  }
}

const answer = z.object({ accepted: z.int(), not_understood: z.int() })

/** `vedette alerts send`: sends alerts of another system from a file or a pipe, in the format of its webhook. */
const addSend = (command: Command, context: CommandContext): void => {
  addRemoteOptions(command.command('send').description('Send alerts from another system.'))
    .argument('<file>', 'a file of JSON, JSON lines, CEF or LEEF; `-` for stdin')
    .option('--type <source_type>', 'format: splunk, alertmanager, …; detected by default')
    .option('--source <name>', 'source name to store them under')
    .action(
      async (file: string, options: { readonly type?: string; readonly source?: string; readonly json?: boolean }) => {
        const client = createClient(options, context)
        const query = options.source === undefined ? '' : `?source=${encodeURIComponent(options.source)}`
        const response = await client.ask(`/api/v1/webhooks/${encodeURIComponent(options.type ?? 'default')}${query}`, {
          method: 'POST',
          headers: { 'content-type': 'text/plain' },
          body: await readText(file, context),
        })
        if (!response.ok) throw await responseError(response, true)
        const { accepted, not_understood } = answer.parse(await response.json())
        if (options.json) context.out.write(`${JSON.stringify({ accepted, not_understood })}\n`)
        else {
          const bad = not_understood > 0 ? `, ${not_understood} not parsed` : ''
          context.out.write(`${counted(accepted, 'alert')} accepted${bad}\n`)
        }
      },
    )
}
