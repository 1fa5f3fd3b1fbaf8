import type { Command } from 'commander'
import { getModelUsage } from '../operations/get-model-usage.ts'
import { previewModelInput } from '../operations/preview-model-input.ts'
import type { CommandContext } from './cli.ts'
import { addRemoteOptions, createClient } from './client.ts'
import { count, table, visible } from './terminal.ts'

/** Adds `model-input` and `models`: what language models are sent, and what they cost. */
export const addTriageModels = (command: Command, context: CommandContext): void => {
  const { out } = context
  addRemoteOptions(
    command.command('model-input').description('Show, byte for byte, what a language model is sent about an alert.'),
  )
    .argument('<alert>')
    .option('--provider <name>', 'which model; the first unless given')
    .action(async (id: string, options: { readonly provider?: string; readonly json?: boolean }) => {
      const path = `/api/v1/alerts/${encodeURIComponent(id)}/model-input`
      const body = options.provider === undefined ? {} : { provider: options.provider }
      const answer = await createClient(options, context).send('POST', path, previewModelInput.output, body)
      if (options.json) return out.write(`${JSON.stringify(answer, null, 2)}\n`)
      out.write(`${visible(`${answer.method} ${answer.url}`)}\n`)
      for (const [name, value] of Object.entries(answer.headers)) out.write(`${visible(`${name}: ${value}`)}\n`)
      out.write(`\n${visible(answer.body)}\n\n`)
      out.write(
        `${count(answer.bytes)} bytes for ${visible(answer.model)}, ${answer.secrets} secrets taken out. Stays here:\n`,
      )
      for (const { stand_in, value } of answer.stand_ins) out.write(`  ${stand_in}  ${visible(value)}\n`)
    })
  addRemoteOptions(
    command.command('models').description('Tell which language models are asked, and what they cost.'),
  ).action(async (options: { readonly json?: boolean }) => {
    const answer = await createClient(options, context).get('/api/v1/triage/models', getModelUsage.output)
    if (options.json) return out.write(`${JSON.stringify(answer, null, 2)}\n`)
    if (answer.models.length === 0)
      return out.write('No language model is asked. Name one under triage.llm.providers.\n')
    for (const { name, model, rests_until } of answer.models) {
      out.write(
        `${visible(`${name}  ${model}`)}${rests_until ? `  rests until ${rests_until.slice(11, 19)} UTC` : ''}\n`,
      )
    }
    const { month, hour, budget, prompt } = answer
    out.write(
      `this month  $${month.cost_usd.toFixed(4)} of $${budget.month}, ${count(month.calls)} calls, with ${prompt}\n`,
    )
    out.write(
      `this hour   ${count(hour.calls)} of ${count(budget.hour_calls)} calls, ${count(hour.tokens)} of ${count(budget.hour_tokens)} tokens\n`,
    )
    if (answer.calls.length === 0) return
    const rows = answer.calls.map((one) => [
      one.provider,
      visible(one.outcome),
      count(one.calls),
      count(one.input_tokens),
      count(one.output_tokens),
      `$${one.cost_usd.toFixed(4)}`,
      `${(one.duration_ms / Math.max(1, one.calls) / 1000).toFixed(1)} s`,
    ])
    out.write(
      `${table(['MODEL', 'OUTCOME', 'CALLS', 'READ', 'WRITTEN', 'COST', 'EACH'], rows, out.columns, context.paint)}\n`,
    )
  })
}
