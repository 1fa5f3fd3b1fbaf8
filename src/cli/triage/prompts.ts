import type { Command } from 'commander'
import type { z } from 'zod'
import { wholePercent } from '../../lib/units/number.ts'
import { testPrompt } from '../../operations/language-models/test-prompt.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { readText } from '../terminal/read-text.ts'
import { table, visible } from '../terminal/terminal.ts'

/** `vedette prompts`: tests prompts for language models. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err } = context
  addRemoteOptions(command.command('test').description('Test a prompt on closed alerts. Costs as much as the answers.'))
    .argument('[file]', 'prompt file; the active prompt by default')
    .option('--limit <number>', 'number of alerts', '20')
    .action(async (file: string | undefined, options: { readonly limit: string; readonly json?: boolean }) => {
      const body = {
        limit: Number(options.limit),
        ...(file !== undefined && { prompt: await readText(file, context) }),
      }
      const answer = await createClient(options, context).send('POST', '/api/v1/prompts/test', testPrompt.output, body)
      if (options.json) return out.write(`${JSON.stringify(answer, null, 2)}\n`)
      if (answer.alerts === 0)
        return err.write('No alert was closed by a person yet, so there is nothing to compare with.\n')
      const rows = answer.data.map(
        ({ alert_id, title, resolution, verdict, status, agrees, claims_dropped, reason }) => [
          agrees === null ? '' : agrees ? 'yes' : 'no',
          resolution.replaceAll('_', ' '),
          (verdict ?? status).replaceAll('_', ' '),
          String(claims_dropped),
          alert_id,
          visible(reason ?? title),
        ],
      )
      out.write(
        `${table(['AGREES', 'PERSON', 'MODEL', 'DROPPED', 'ALERT', 'TITLE'], rows, out.columns, context.paint)}\n`,
      )
      out.write(`${summary(answer)}\n`)
    })
}

const summary = (answer: z.output<typeof testPrompt.output>): string =>
  [
    `${answer.prompt}: ${answer.answered} of ${answer.alerts} answered`,
    ...(answer.agreement === null ? [] : [`agreement ${wholePercent(answer.agreement)}`]),
    ...(answer.inconclusive === null ? [] : [`inconclusive ${wholePercent(answer.inconclusive)}`]),
    ...(answer.claims_dropped === null ? [] : [`${answer.claims_dropped.toFixed(1)} claims dropped per answer`]),
    `${answer.rejected} rejected`,
    ...(answer.duration_ms === null ? [] : [`${(answer.duration_ms / 1000).toFixed(1)} s`]),
    `$${answer.cost_usd.toFixed(4)}`,
  ].join(' · ')
