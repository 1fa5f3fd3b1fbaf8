import type { Command } from 'commander'
import { z } from 'zod'
import { commandName } from '../../command-name.ts'
import { isDismissed, resolution } from '../../schema/alert/alert.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { counted, visible } from '../terminal/terminal.ts'

const report = z.object({
  matched: z.number(),
  changed: z.number(),
  skipped: z.array(z.object({ id: z.string(), reason: z.string() })),
})

const suggestion = z.object({ scope: z.string() })

const isDismissal = (change: object): boolean => {
  const asked = z.object({ action: z.literal('close'), resolution }).safeParse(change)
  return asked.success && isDismissed({ status: 'closed', resolution: asked.data.resolution })
}

const decisionShape = z.object({
  filter: z.string().optional(),
  note: z.string().optional(),
  as: z.string().optional(),
  to: z.string().optional(),
  json: z.boolean().optional(),
})

/** Adds the decisions that alerts and incidents share (ack, assign, close, reopen), by id or by filter. */
export const addDecisions = (command: Command, noun: 'alert' | 'incident', context: CommandContext): void => {
  const decision = (name: string, description: string) =>
    addRemoteOptions(command.command(name).description(description))
      .argument('[ids...]', `ids of ${noun}s`, [])
      .option('--filter <filter>', 'apply to everything that matches this filter instead')
      .option('--note <text>', 'note for the audit log')

  const decide = async (ids: readonly string[], options: unknown, change: object) => {
    const { filter, note, json } = decisionShape.parse(options)
    const which = ids.length > 0 ? { ids } : { filter }
    if ((ids.length === 0) === (filter === undefined)) {
      command.error(`error: give either ids of ${noun}s or --filter`)
    }
    const client = createClient(options, context)
    const done = await client.send('POST', `/api/v1/${noun}s/bulk`, report, { ...which, ...change, note })
    if (json) context.out.write(`${JSON.stringify(done, null, 2)}\n`)
    else context.out.write(`${counted(done.changed, noun)} of ${done.matched} changed\n`)
    for (const { id, reason } of done.skipped.slice(0, 20)) context.err.write(`${visible(id)} ${visible(reason)}\n`)
    if (noun === 'incident' && ids.length === 1 && done.changed === 1 && !json && isDismissal(change))
      await offerSuppression(client, ids[0] ?? '')
    if (done.changed === 0 && done.matched < Math.max(1, ids.length)) context.end(4)
  }

  /** Offers to hide more of an incident that was nothing to act on. */
  const offerSuppression = async (client: ReturnType<typeof createClient>, id: string) => {
    const { scope } = await client.get(`/api/v1/incidents/${encodeURIComponent(id)}/suppression`, suggestion)
    // A quote in the scope would end that of the shell.
    if (scope === '' || scope.includes("'")) return
    const typed = `${commandName()} suppressions add '${visible(scope)}' --reason 'closed ${visible(id)}'`
    context.err.write(`To hide more of the same: ${typed}\n`)
  }

  decision('ack', `Acknowledge ${noun}s.`).action((ids: string[], options: unknown) =>
    decide(ids, options, { action: 'acknowledge' }),
  )
  decision('assign', `Assign ${noun}s to a user.`)
    .requiredOption('--to <name>', 'assignee; `nobody` unassigns')
    .action((ids: string[], options: unknown) => {
      const { to } = decisionShape.parse(options)
      return decide(ids, options, { action: 'assign', assignee: to === 'nobody' ? null : to })
    })
  decision('close', `Close ${noun}s with a resolution.`)
    .requiredOption('--as <resolution>', resolution.options.join(', '))
    .action((ids: string[], options: unknown) => {
      const { as } = decisionShape.parse(options)
      if (!resolution.safeParse(as).success) {
        command.error(`error: "${as}" is not a resolution. Use one of: ${resolution.options.join(', ')}.`)
      }
      return decide(ids, options, { action: 'close', resolution: as })
    })
  decision('reopen', `Reopen ${noun}s.`).action((ids: string[], options: unknown) =>
    decide(ids, options, { action: 'reopen' }),
  )
}
