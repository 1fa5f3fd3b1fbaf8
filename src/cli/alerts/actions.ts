import type { Command } from 'commander'
import { z } from 'zod'
import { playbook } from '../../schema/action/playbook.ts'
import { remediationAction, remediationStatuses } from '../../schema/action/remediation-action.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { addListOptions, printList } from '../remote/list.ts'
import { counted, table, visible } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'

const base = '/api/v1/actions'
const proposed = z.object({ data: z.array(remediationAction) })

/** `vedette actions`: lists, proposes, approves and runs response actions. */
export const define = (command: Command, context: CommandContext): void => {
  const { out } = context
  const list = command.command('list', { isDefault: true }).description('List actions, newest first.')
  addListOptions(addRemoteOptions(list))
    .option('--incident <id>', 'only actions for this incident')
    .option('--status <status>', remediationStatuses.join(', '))
    .action((options: { readonly incident?: string }) =>
      printList(
        {
          path: base,
          item: remediationAction,
          noun: 'action',
          headings: ['ID', 'PRIO', 'STATUS', 'DUE', 'WHO', 'APPROVED', 'WHAT'],
          row: ({ id, priority, status, due_at, assignee, approved_by, description }) => [
            id,
            String(priority),
            status,
            due_at === null ? '' : formatMoment(due_at),
            assignee ?? '',
            approved_by ?? '',
            description,
          ],
          query: { incident: options.incident },
        },
        undefined,
        options,
        context,
      ),
    )
  addRemoteOptions(command.command('playbooks').description('List playbooks.')).action(
    async (options: { readonly json?: boolean }) => {
      const shape = z.object({ data: z.array(playbook) })
      const { data } = await createClient(options, context).get('/api/v1/playbooks', shape)
      if (options.json) return out.write(`${JSON.stringify(data, null, 2)}\n`)
      const rows = data.map(({ id, title, when, steps }) => [
        id,
        String(steps.length),
        when ? [...(when.types ?? []), ...(when.techniques ?? [])].join(' ') : 'on request',
        title,
      ])
      out.write(`${table(['ID', 'STEPS', 'FOR', 'TITLE'], rows, out.columns, context.paint)}\n`)
    },
  )
  addRemoteOptions(command.command('propose').description('Propose actions without running them.'))
    .argument('<incident>', 'INC-3')
    .argument('[text...]', 'a description of the action')
    .option('--playbook <id>', 'propose all steps of a playbook')
    .action(
      async (incident: string, words: string[], options: { readonly playbook?: string; readonly json?: boolean }) => {
        const path = `/api/v1/incidents/${encodeURIComponent(incident)}/actions`
        const text = words.length > 0 ? words.join(' ') : undefined
        const body = { playbook: options.playbook, description: text }
        const { data } = await createClient(options, context).send('POST', path, proposed, body)
        if (options.json) return out.write(`${JSON.stringify(data, null, 2)}\n`)
        out.write(`${counted(data.length, 'action')} proposed\n`)
        for (const { id, description } of data) out.write(`${visible(id)}  ${visible(description)}\n`)
      },
    )

  const step = (name: string, path: string, description: string) =>
    addRemoteOptions(command.command(name).description(description))
      .argument('<id>')
      .action(async (id: string, options: { readonly json?: boolean }) => {
        const client = createClient(options, context)
        const action = await client.send('POST', `${base}/${encodeURIComponent(id)}/${path}`, remediationAction)
        if (options.json) return out.write(`${JSON.stringify(action, null, 2)}\n`)
        const run = path === 'approve' ? undefined : action.runs.at(-1)
        out.write(`${visible(action.description)}\n${action.status}${run ? `: ${visible(run.answer)}` : ''}\n`)
        if (run && !run.ok) context.end(1)
      })
  step('approve', 'approve', 'Approve an action without running it.')
  step('dry-run', 'dry-run', 'Dry run: ask the webhook of an action what it would do.')
  step('execute', 'execute', 'Run an approved action after its dry run.')
  addRemoteOptions(command.command('set').description('Update the status or the assignee of an action.'))
    .argument('<id>')
    .option('--status <status>', remediationStatuses.join(', '))
    .option('--to <name>', 'assignee; `nobody` unassigns it')
    .option('--note <text>', 'note on what was done')
    .action(async (id: string, options: { status?: string; to?: string; note?: string; json?: boolean }) => {
      const action = await createClient(options, context).send(
        'PATCH',
        `${base}/${encodeURIComponent(id)}`,
        remediationAction,
        {
          status: options.status,
          notes: options.note,
          ...(options.to !== undefined && { assignee: options.to === 'nobody' ? null : options.to }),
        },
      )
      out.write(
        options.json ? `${JSON.stringify(action, null, 2)}\n` : `${action.status}: ${visible(action.description)}\n`,
      )
    })
}
