import { type Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { wholePercent } from '../../lib/units/number.ts'
import { alert } from '../../schema/alert/alert.ts'
import { verdict } from '../../schema/triage/triage-result.ts'
import { renderAlert } from '../alerts/alert-view.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { table } from '../terminal/terminal.ts'
import { addTriageAsk } from './ask.ts'
import { addTriageModels } from './models.ts'

const shown = z.object({
  risk_score: z.number(),
  risk_level: z.string(),
  confidence: z.number(),
  arithmetic: z.string(),
})
const similar = z.object({
  data: z.array(z.object({ similarity: z.number(), matched: z.array(z.string()), alert })),
})
const preview = z.object({ before: shown, after: shown, difference: z.number() }).loose()

/** `vedette triage`: previews risk scores, finds similar alerts, and records a reviewer's verdict. */
export const define = (command: Command, context: CommandContext): void => {
  const { out } = context
  addRemoteOptions(
    command
      .command('preview')
      .description('Calculate a risk score with other inputs or weights, without changing anything.'),
  )
    .argument('[alert]', 'alert whose inputs to start from')
    .option(
      '--set <input=value>',
      'severity=high, similar=6, threat_intel.detected_by=2, weights.severity=40 …',
      collect,
      [],
    )
    .action(async (id: string | undefined, options: { readonly set: readonly string[]; readonly json?: boolean }) => {
      const answer = await createClient(options, context).send('POST', '/api/v1/triage/preview', preview, {
        ...(id !== undefined && { alert_id: id }),
        ...readChanges(options.set),
      })
      if (options.json) return out.write(`${JSON.stringify(answer, null, 2)}\n`)
      const { before, after, difference } = answer
      out.write(`now     ${before.risk_score} ${before.risk_level}  ${before.arithmetic}\n`)
      out.write(`then    ${after.risk_score} ${after.risk_level}  ${after.arithmetic}\n`)
      out.write(`change  ${difference > 0 ? '+' : ''}${difference}\n`)
    })
  addTriageAsk(command, context)
  addTriageModels(command, context)
  addRemoteOptions(command.command('similar').description('Find similar alerts.'))
    .argument('<alert>')
    .option('--least <number>', 'minimum similarity, 0–1', '0.6')
    .action(async (id: string, options: { readonly least: string; readonly json?: boolean }) => {
      const body = { id, min_similarity: Number(options.least) }
      const answer = await createClient(options, context).send('POST', '/api/v1/alerts/similar', similar, body)
      if (options.json) return out.write(`${JSON.stringify(answer, null, 2)}\n`)
      if (answer.data.length === 0) return context.err.write('No similar alerts.\n')
      const rows = answer.data.map(({ similarity, alert: found, matched }) => [
        wholePercent(similarity),
        found.id,
        found.resolution ?? found.status,
        found.title,
        matched.join(' '),
      ])
      out.write(`${table(['SIMILARITY', 'ID', 'STATUS', 'TITLE', 'IN COMMON'], rows, out.columns, context.paint)}\n`)
    })
  addRemoteOptions(
    command.command('review').description('Record your verdict on an alert next to the verdict of triage.'),
  )
    .argument('<alert>')
    .requiredOption('--as <verdict>', verdict.options.join(', '))
    .option('--note <text>', 'note for the audit log')
    .action(async (id: string, options: { readonly as: string; readonly note?: string; readonly json?: boolean }) => {
      if (!verdict.safeParse(options.as).success) {
        command.error(`error: "${options.as}" is not a verdict. Use one of: ${verdict.options.join(', ')}.`)
      }
      const path = `/api/v1/alerts/${encodeURIComponent(id)}/review`
      const body = { verdict: options.as, notes: options.note }
      const answer = await createClient(options, context).send('POST', path, alert.loose(), body)
      out.write(options.json ? `${JSON.stringify(answer, null, 2)}\n` : renderAlert(answer, out.columns, context.paint))
    })
}

const collect = (value: string, before: readonly string[]): readonly string[] => {
  if (!/^[a-z_]+(\.[a-z_]+)?=.+$/.test(value)) throw new InvalidArgumentError('Use the form severity=high.')
  return [...before, value]
}

const ofInputs = new Set(['threat_intel'])

/** Parses `severity=high` as an input and `weights.severity=40` as a weight of the formula. */
const readChanges = (texts: readonly string[]) => {
  const inputs: Record<string, unknown> = {}
  const risk: Record<string, Record<string, unknown>> = {}
  const intel: Record<string, unknown> = {}
  for (const text of texts) {
    const at = text.indexOf('=')
    const [group = '', name] = text.slice(0, at).split('.')
    const value = readValue(text.slice(at + 1))
    if (name === undefined) inputs[group] = value
    else if (ofInputs.has(group)) intel[name] = value
    else risk[group] = { ...risk[group], [name]: value }
  }
  const asked = { aggregate_score: 0, sources: 1, detected_by: 0, ...intel }
  return { inputs: { ...inputs, ...(Object.keys(intel).length > 0 && { threat_intel: asked }) }, risk }
}

const readValue = (text: string): unknown =>
  text === 'null'
    ? null
    : text === 'true'
      ? true
      : text === 'false'
        ? false
        : /^-?\d+(\.\d+)?$/.test(text)
          ? Number(text)
          : text
