import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { suppression } from '../../schema/suppression.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { fetchAll } from '../remote/list.ts'
import { counted, table, visible } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'

const base = '/api/v1/suppressions'
const pathOf = (id: string): string => `${base}/${encodeURIComponent(id)}`

const preview = z
  .object({
    checked: z.number(),
    hidden: z.number(),
    true_positives: z.number(),
    open_severe: z.number(),
    open_successes: z.number().default(0),
    samples: z.array(z.object({ title: z.string() }).loose()),
  })
  .loose()

const addShape = z.object({
  reason: z.string(),
  days: z.string().optional(),
  never: z.boolean().optional(),
  confirm: z.boolean().optional(),
  evenIfWorse: z.boolean().optional(),
  json: z.boolean().optional(),
})

const editShape = addShape.partial().extend({ scope: z.string().optional() })

const readDays = (days: string): number => {
  if (/^[1-9]\d{0,3}$/.test(days)) return Number(days)
  throw new AppError('INVALID_REQUEST', `Invalid --days: ${days}.`)
}

/** `vedette suppressions`: manages suppressions, each with an owner, a reason and an expiry. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err, paint } = context
  const json = (value: unknown) => out.write(`${JSON.stringify(value, null, 2)}\n`)

  addRemoteOptions(
    command.command('list', { isDefault: true }).description('List suppressions and how many alerts each suppressed.'),
  ).action(async (options: { readonly json?: boolean }) => {
    const all = await fetchAll(createClient(options, context), base, suppression)
    if (options.json) return json(all)
    if (all.length === 0) return err.write('No suppressions.\n')
    const rows = all.map(({ id, scope, reason, owner, expires_at, paused, hits }) => [
      id,
      paused ? 'paused' : String(hits),
      expires_at ? formatMoment(expires_at) : 'never',
      owner,
      `${scope}  (${reason})`,
    ])
    out.write(`${table(['ID', 'SUPPRESSED', 'EXPIRES', 'OWNER', 'SCOPE'], rows, out.columns, paint)}\n`)
  })

  addRemoteOptions(command.command('preview').description('Preview which alerts a scope would have suppressed.'))
    .argument('<scope...>', 'filter on alerts, such as detector:template AND entity.host:web-01')
    .action(async (scope: string[], options: { readonly json?: boolean }) => {
      const seen = await createClient(options, context).send('POST', `${base}/preview`, preview, {
        scope: scope.join(' '),
      })
      if (options.json) return json(seen)
      out.write(`Would have suppressed ${seen.hidden} of ${counted(seen.checked, 'alert')}.\n`)
      if (seen.true_positives > 0) {
        out.write(`Warning: that includes ${counted(seen.true_positives, 'true positive')}. Narrow the scope.\n`)
      }
      if (seen.open_severe > 0) {
        out.write(`Warning: that includes ${counted(seen.open_severe, 'open alert')} of high or critical severity.\n`)
      }
      if (seen.open_successes > 0) {
        const alerts = counted(seen.open_successes, 'open alert')
        out.write(`Warning: that includes ${alerts} in which something succeeded, such as a login.\n`)
      }
      for (const { title } of seen.samples.slice(0, 10)) out.write(`  ${visible(title)}\n`)
    })

  addRemoteOptions(command.command('add').description('Create a suppression.'))
    .argument('<scope...>', 'filter on alerts, such as detector:template AND entity.host:web-01')
    .requiredOption('--reason <text>', 'why it is normal')
    .option('--days <number>', 'days until it expires, 90 by default')
    .option('--never', 'never expire')
    .option('--even-if-worse', 'hide also what gets clearly worse')
    .option('--confirm', 'hide open alerts of high or critical severity, or with a success such as a login')
    .action(async (scope: string[], options: unknown) => {
      const { reason, days, never, confirm, evenIfWorse, json: asJson } = addShape.parse(options)
      const made = await createClient(options, context).send('POST', base, suppression, {
        scope: scope.join(' '),
        reason,
        ...(days !== undefined && { days: readDays(days) }),
        ...(never && { expires_at: null }),
        ...(confirm && { confirmed: true }),
        ...(evenIfWorse && { even_if_worse: true }),
      })
      if (asJson) return json(made)
      out.write(`${made.id}  expires ${made.expires_at ? formatMoment(made.expires_at) : 'never'}\n`)
    })

  const change = (name: string, description: string, paused: boolean) =>
    addRemoteOptions(command.command(name).description(description))
      .argument('<id>')
      .action(async (id: string, options: { readonly json?: boolean }) => {
        const changed = await createClient(options, context).send('PATCH', pathOf(id), suppression, { paused })
        if (options.json) json(changed)
        else out.write(`${changed.id}  ${changed.paused ? 'paused' : 'active'}\n`)
      })
  change('pause', 'Pause a suppression.', true)
  change('resume', 'Resume a paused suppression.', false)

  addRemoteOptions(command.command('edit').description('Change the scope, the reason or the expiry of a suppression.'))
    .argument('<id>')
    .option('--scope <filter>', 'the new filter on alerts')
    .option('--reason <text>', 'why it is normal')
    .option('--days <number>', 'days from now until it expires')
    .option('--confirm', 'hide open alerts of high or critical severity, or with a success such as a login')
    .action(async (id: string, options: unknown) => {
      const { scope, reason, days, confirm, json: asJson } = editShape.parse(options)
      const changed = await createClient(options, context).send('PATCH', pathOf(id), suppression, {
        ...(scope !== undefined && { scope }),
        ...(reason !== undefined && { reason }),
        ...(days !== undefined && { days: readDays(days) }),
        ...(confirm && { confirmed: true }),
      })
      if (asJson) return json(changed)
      out.write(`${changed.id}  expires ${changed.expires_at ? formatMoment(changed.expires_at) : 'never'}\n`)
    })

  addRemoteOptions(command.command('remove').description('Remove a suppression.'))
    .argument('<id>')
    .action(async (id: string, options: unknown) => {
      await createClient(options, context).send('DELETE', pathOf(id), z.unknown())
      out.write(`${visible(id)} removed\n`)
    })
}
