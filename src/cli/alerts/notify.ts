import type { Command } from 'commander'
import { z } from 'zod'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { fetchAll } from '../remote/list.ts'
import { table, visible } from '../terminal/terminal.ts'

const outcome = z.object({
  receiver: z.string(),
  delivered: z.boolean(),
  answer: z.string(),
  error: z.string().optional(),
  hint: z.string().optional(),
})
const receiver = z.object({
  name: z.string(),
  type: z.string(),
  min_severity: z.string(),
  route: z.array(z.string()),
  sent: z.number(),
  waiting: z.number(),
  failed: z.number(),
})
const preview = z.object({ receiver: z.string(), incident: z.string(), message: z.string() })
const pathOf = (name: string): string => `/api/v1/receivers/${encodeURIComponent(name)}`

/** `vedette notify`: sends test messages to receivers and previews messages. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err } = context
  addRemoteOptions(
    command.command('list', { isDefault: true }).description('List the receivers and their deliveries.'),
  ).action(async (options: { readonly json?: boolean }) => {
    const all = await fetchAll(createClient(options, context), '/api/v1/receivers', receiver)
    if (options.json) return out.write(`${JSON.stringify(all, null, 2)}\n`)
    if (all.length === 0) return err.write('No receivers. Add one under `notify:` in vedette.yaml.\n')
    const rows = all.map(({ name, type, min_severity, route, sent, waiting, failed }) => [
      name,
      type,
      min_severity,
      String(sent),
      String(waiting),
      String(failed),
      route.join('; '),
    ])
    out.write(
      `${table(['NAME', 'TYPE', 'FROM', 'SENT', 'WAITING', 'FAILED', 'ROUTE'], rows, out.columns, context.paint)}\n`,
    )
  })
  addRemoteOptions(command.command('test').description('Send a test message and show what the receiver answered.'))
    .argument('<name>', 'the receiver')
    .action(async (name: string, options: { readonly json?: boolean }) => {
      const result = await createClient(options, context).send('POST', `${pathOf(name)}/test`, outcome)
      if (!result.delivered) context.end(4)
      if (options.json) return out.write(`${JSON.stringify(result, null, 2)}\n`)
      const { delivered, answer, error, hint } = result
      if (delivered) {
        out.write(`Test message delivered to ${visible(name)}. Answer: ${answer === '' ? '(none)' : visible(answer)}\n`)
        return
      }
      err.write(`Test message not delivered to ${visible(name)}: ${visible(error ?? 'unknown error')}\n`)
      if (answer !== '') err.write(`Answer: ${visible(answer)}\n`)
      if (hint !== undefined) err.write(`${visible(hint)}\n`)
    })
  addRemoteOptions(command.command('preview').description('Show the message about an incident without sending it.'))
    .argument('<incident>', 'INC-3')
    .requiredOption('--to <name>', 'the receiver')
    .action(async (incident: string, options: { readonly json?: boolean; readonly to: string }) => {
      const result = await createClient(options, context).get(`${pathOf(options.to)}/preview`, preview, { incident })
      if (options.json) return out.write(`${JSON.stringify(result, null, 2)}\n`)
      out.write(`${result.message.split('\n').map(visible).join('\n')}\n`)
    })
}
