import type { Command } from 'commander'
import { groupFields } from '../operations/alerts/group-alerts.ts'
import { alert } from '../schema/alert.ts'
import { printAlertGroups } from './alert-groups.ts'
import { renderAlert } from './alert-view.ts'
import type { CommandContext } from './cli.ts'
import { addRemoteOptions, createClient } from './client.ts'
import { addDecisions } from './decide.ts'
import { addListOptions, printList } from './list.ts'
import { addSend } from './send-alerts.ts'
import { formatMoment } from './time.ts'

/** `vedette alerts`: what needs a decision. */
export const define = (command: Command, context: CommandContext): void => {
  const list = command.command('list', { isDefault: true }).description('List alerts, newest first.')
  addListOptions(addRemoteOptions(list))
    .option('--where <filter>', 'severity:high AND entity.host:web-01')
    .option('--status <status>', 'only those with this status')
    .option('--group <field>', `as groups that share a value: ${groupFields.join(', ')}`)
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
  addRemoteOptions(command.command('show').description('Show one alert, with its reasons and its arithmetic.'))
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
