import type { Command } from 'commander'
import { z } from 'zod'
import { knownIndicator } from '../../schema/intelligence/indicator.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { visible } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'

const path = '/api/v1/intel/indicators'
const pathOf = (value: string): string => `${path}/${encodeURIComponent(value)}`

const addShape = z.object({
  level: z.string().optional(),
  confidence: z.string().optional(),
  description: z.string().optional(),
  tag: z.array(z.string()).optional(),
  tlp: z.string().optional(),
  until: z.string().optional(),
  json: z.boolean().optional(),
})
const added = z.object({
  data: z.array(knownIndicator),
  errors: z.array(z.object({ value: z.string(), message: z.string() })),
})

/** Adds `add`, `expire` and `remove` for indicators of your own. */
export const addOwnIndicators = (command: Command, context: CommandContext): void => {
  const { out, err } = context

  addRemoteOptions(command.command('add').description('Add indicators of your own.'))
    .argument('<values...>', 'addresses, ranges, domains, URLs or hashes, defanged or not')
    .option('--level <level>', 'threat level: info, low, medium, high or critical; high by default')
    .option('--confidence <share>', 'confidence, 0 to 1; 0.9 by default')
    .option('--description <text>', 'why it is an indicator')
    .option('--tag <tags...>', 'tags')
    .option('--tlp <marking>', 'sharing marking: clear, green, amber, amber+strict or red')
    .option('--until <time>', 'expiry: now+30d, 2026-06-01')
    .action(async (values: string[], options: unknown) => {
      const { level, confidence, description, tag, tlp, until, json } = addShape.parse(options)
      const answer = await createClient(options, context).send('POST', path, added, {
        indicators: values.map((value) => ({ value })),
        ...(level !== undefined && { threat_level: level }),
        ...(confidence !== undefined && { confidence: Number(confidence) }),
        ...(description !== undefined && { description }),
        ...(tag !== undefined && { tags: tag }),
        ...(tlp !== undefined && { tlp }),
        ...(until !== undefined && { valid_until: until }),
      })
      if (json) out.write(`${JSON.stringify(answer, null, 2)}\n`)
      else for (const { ioc, ioc_type } of answer.data) out.write(`${visible(ioc)}  ${ioc_type}\n`)
      for (const { value, message } of answer.errors) err.write(`${visible(`${value}: ${message}`)}\n`)
      if (answer.errors.length > 0) context.end(5)
    })

  addRemoteOptions(command.command('expire').description('Expire indicators of your own.'))
    .argument('<values...>')
    .option('--at <time>', 'expiry: now+7d, 2026-06-01; now by default')
    .action(async (values: string[], options: { readonly at?: string }) => {
      const client = createClient(options, context)
      for (const value of values) {
        const body = options.at === undefined ? {} : { valid_until: options.at }
        const { ioc, reports } = await client.send('POST', `${pathOf(value)}/expire`, knownIndicator, body)
        const end = reports.own?.valid_until
        out.write(`${visible(ioc)}  ${end ? `expires ${formatMoment(end)}` : 'expired'}\n`)
      }
    })

  addRemoteOptions(command.command('remove').description('Remove indicators of your own.'))
    .argument('<values...>')
    .action(async (values: string[], options: unknown) => {
      const client = createClient(options, context)
      for (const value of values) {
        await client.send('DELETE', pathOf(value), z.unknown())
        out.write(`${visible(value)} removed\n`)
      }
    })
}
