import type { Command } from 'commander'
import type { z } from 'zod'
import { wholePercent } from '../../lib/units/number.ts'
import { compareModels } from '../../operations/language-models/compare-models.ts'
import { getModelUsage } from '../../operations/language-models/get-model-usage.ts'
import { previewModelInput } from '../../operations/language-models/preview-model-input.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { counted, formatCount, table, visible } from '../terminal/terminal.ts'

/** Adds `model-input` and `models`: the prompts sent to language models, and their cost. */
export const addTriageModels = (command: Command, context: CommandContext): void => {
  const { out } = context
  addRemoteOptions(
    command.command('model-input').description('Show the exact request that a language model gets about an alert.'),
  )
    .argument('<alert>')
    .option('--provider <name>', 'name of the provider; the first by default')
    .action(async (id: string, options: { readonly provider?: string; readonly json?: boolean }) => {
      const path = `/api/v1/alerts/${encodeURIComponent(id)}/model-input`
      const body = options.provider === undefined ? {} : { provider: options.provider }
      const answer = await createClient(options, context).send('POST', path, previewModelInput.output, body)
      if (options.json) return out.write(`${JSON.stringify(answer, null, 2)}\n`)
      out.write(`${visible(`${answer.method} ${answer.url}`)}\n`)
      for (const [name, value] of Object.entries(answer.headers)) out.write(`${visible(`${name}: ${value}`)}\n`)
      out.write(`\n${visible(answer.body)}\n\n`)
      out.write(
        `${counted(answer.bytes, 'byte')} for ${visible(answer.model)}, ${counted(answer.secrets, 'secret')} removed. Masked values:\n`,
      )
      for (const { stand_in, value } of answer.stand_ins) out.write(`  ${stand_in}  ${visible(value)}\n`)
    })
  addRemoteOptions(
    command
      .command('models')
      .description('List language models, their cost, and how often they agree with rules and analysts.')
      .option('--days <number>', 'days to compare', '30'),
  ).action(async (options: { readonly days: string; readonly json?: boolean }) => {
    const client = createClient(options, context)
    const answer = await client.get('/api/v1/triage/models', getModelUsage.output)
    const comparison = await client.get('/api/v1/triage/models/comparison', compareModels.output, {
      days: options.days,
    })
    if (options.json) return out.write(`${JSON.stringify({ ...answer, comparison }, null, 2)}\n`)
    if (answer.models.length === 0)
      return out.write('No language models are configured. Add one under triage.llm.providers.\n')
    for (const { name, model, shadow, rests_until } of answer.models) {
      out.write(
        `${visible(`${name}  ${model}`)}${shadow ? '  shadow' : ''}${rests_until ? `  paused until ${rests_until.slice(11, 19)} UTC` : ''}\n`,
      )
    }
    const { month, hour, budget, prompt } = answer
    out.write(
      `this month  $${month.cost_usd.toFixed(4)} of $${budget.month}, ${counted(month.calls, 'call')}, prompt ${prompt}\n`,
    )
    out.write(
      `this hour   ${formatCount(hour.calls)} of ${formatCount(budget.hour_calls)} calls, ${formatCount(hour.tokens)} of ${formatCount(budget.hour_tokens)} tokens\n`,
    )
    if (answer.calls.length > 0)
      out.write(`${table(callColumns, callRows(answer.calls), out.columns, context.paint)}\n`)
    const compared = comparison.data.filter(({ alerts }) => alerts > 0)
    if (compared.length === 0) return
    out.write(`since ${comparison.since.slice(0, 10)}, compared with rules and analysts\n`)
    out.write(`${table(comparisonColumns, comparisonRows(compared), out.columns, context.paint)}\n`)
  })
}

const callColumns = ['MODEL', 'OUTCOME', 'CALLS', 'READ', 'WRITTEN', 'COST', 'EACH']

const callRows = (calls: z.output<typeof getModelUsage.output>['calls']) =>
  calls.map((one) => [
    one.provider,
    visible(one.outcome),
    formatCount(one.calls),
    formatCount(one.input_tokens),
    formatCount(one.output_tokens),
    `$${one.cost_usd.toFixed(4)}`,
    `${(one.duration_ms / Math.max(1, one.calls) / 1000).toFixed(1)} s`,
  ])

const comparisonColumns = [
  'MODEL',
  'ALERTS',
  'SAME LEVEL',
  'MORE SEVERE',
  'LESS SEVERE',
  'INCONCLUSIVE',
  'CLOSED',
  'CORRECT',
  'RULES CORRECT',
]

const comparisonRows = (models: z.output<typeof compareModels.output>['data']) =>
  models.map((one) => [
    visible(`${one.name}${one.shadow ? ' (shadow)' : ''}`),
    formatCount(one.alerts),
    percent(one.same_level),
    percent(one.more_severe),
    percent(one.milder),
    percent(one.inconclusive),
    formatCount(one.judged_by_people),
    percent(one.agrees_with_people),
    percent(one.rules_agree_with_people),
  ])

const percent = (share: number | null): string => (share === null ? '–' : wholePercent(share))
