import type { Command } from 'commander'
import { z } from 'zod'
import { knownIndicator } from '../../schema/indicator.ts'
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

/** Adds `add`, `expire` and `remove`: what we say of values ourselves. */
export const addOwnIndicators = (command: Command, context: CommandContext): void => {
  const { out, err } = context

  addRemoteOptions(command.command('add').description('Say that values are bad.'))
    .argument('<values...>', 'addresses, ranges, names, links or hashes, disarmed or not')
    .option('--level <level>', 'how grave: info, low, medium, high or critical; high unless given')
    .option('--confidence <share>', 'how sure, 0 to 1; 0.9 unless given')
    .option('--description <text>', 'why, for whoever sees it later')
    .option('--tag <tags...>', 'tags')
    .option('--tlp <marking>', 'clear, green, amber, amber+strict or red: with whom it may be shared')
    .option('--until <time>', 'until when it holds: now+30d, 2026-06-01')
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

  addRemoteOptions(command.command('expire').description('Let what you said of values end.'))
    .argument('<values...>')
    .option('--at <time>', 'when: now+7d, 2026-06-01; now unless given')
    .action(async (values: string[], options: { readonly at?: string }) => {
      const client = createClient(options, context)
      for (const value of values) {
        const body = options.at === undefined ? {} : { valid_until: options.at }
        const { ioc, reports } = await client.send('POST', `${pathOf(value)}/expire`, knownIndicator, body)
        const end = reports.own?.valid_until
        out.write(`${visible(ioc)}  ${end ? `ends ${formatMoment(end)}` : 'ended'}\n`)
      }
    })

  addRemoteOptions(command.command('remove').description('Take back what you said of values.'))
    .argument('<values...>')
    .action(async (values: string[], options: unknown) => {
      const client = createClient(options, context)
      for (const value of values) {
        await client.send('DELETE', pathOf(value), z.unknown())
        out.write(`${visible(value)} removed\n`)
      }
    })
}
