import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../../config.ts'
import { wholePercent } from '../../lib/units/number.ts'
import { readLogs } from '../../operations/analysis/read-files.ts'
import { type Backtest, backtest } from '../../schema/rule/backtest.ts'
import type { CommandContext, ExitCode, Output } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { createProgress } from '../terminal/progress.ts'
import { quietLog } from '../terminal/quiet-log.ts'
import { counted, formatCount, type Paint, truncate, visible, wrap } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'

/** `vedette sigma backtest`: runs a rule on files or on stored events. */
export const defineBacktest = (command: Command, context: CommandContext): void => {
  addRemoteOptions(command.description('Show what a rule would have found in files or in stored events.'))
    .argument('<rule>', 'a rule file, or the id of a rule on the server')
    .option('--input <paths...>', 'log files, folders or `-`; needs no server')
    .option('--from <time>', 'start of the period on the server; the last 24 hours by default')
    .option('--to <time>', 'end of the period')
    .option('--config <file>', 'configuration file for --input; ./vedette.yaml or a standard location by default')
    .action(async (rule: string, options: BacktestOptions) => {
      const yaml = readRule(rule, context)
      const found = options.input
        ? await tryOnFiles(yaml ?? '', options.input, options, context)
        : await tryOnServer(yaml === undefined ? { id: rule } : { yaml }, options, context)
      context.out.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : renderBacktest(found, context))
      context.end(endOf(found, options))
    })
}

interface BacktestOptions {
  readonly input?: string[]
  readonly from?: string
  readonly to?: string
  readonly config?: string
  readonly json?: boolean
}

const endOf = ({ events }: Backtest, { input }: BacktestOptions): ExitCode => (input && events === 0 ? 3 : 0)

/** The text of a rule file; undefined if the argument is an id. */
const readRule = (rule: string, { cwd }: CommandContext): string | undefined => {
  const path = resolve(cwd, rule)
  return /\.ya?ml$/i.test(rule) || existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

const tryOnServer = (
  which: { readonly id?: string; readonly yaml?: string },
  { from, to, ...options }: BacktestOptions,
  context: CommandContext,
): Promise<Backtest> =>
  createClient(options, context).send('POST', '/api/v1/rules/backtest', backtest, { ...which, from, to })

const tryOnFiles = async (
  yaml: string,
  paths: readonly string[],
  options: BacktestOptions,
  context: CommandContext,
): Promise<Backtest> => {
  const { env, cwd, err, now, signal, stdin } = context
  const { config } = loadConfig({ flags: {}, env, cwd, file: options.config })
  const { batches, report } = readLogs({ paths, stdin, now, signal })
  const progress = createProgress(err, now, 'judging')
  async function* watched() {
    for await (const batch of batches) {
      yield batch
      progress.update(report)
    }
  }
  const { readEvents } = await import('../../app/analysis.ts')
  const { backtestLogs } = await import('../../operations/rules/trials/backtest-logs.ts')
  const { createRules } = await import('../../operations/rules/rule-folders.ts')
  const log = quietLog(err)
  const rules = createRules({ config, settings: async () => [], log })
  await rules.refresh()
  const found = await backtestLogs({
    rules,
    yaml,
    events: readEvents({ config, records: watched(), log, signal }),
    signal,
  })
  progress.clear()
  for (const { path, reason } of [...report.skipped, ...report.unreadable]) err.write(`${path}: ${reason}\n`)
  return found
}

const mostHours = 48
const widestBar = 40
const mostOverlaps = 5
const mostSamples = 5

/** Renders the result of a backtest. */
const renderBacktest = (found: Backtest, { out, paint }: { out: Output; paint: Paint }): string => {
  const { rules, events, from, to, hits, expected_alerts, applies_to, sources, overlap, faults } = found
  const when = from && to ? `, ${formatMoment(from)} to ${formatMoment(to)}` : ''
  const lines = [
    paint('bold', rules.map(({ title }) => visible(title)).join(', ')),
    `${counted(hits, 'hit')} in ${counted(events, 'event')}${when}`,
  ]
  if (found.cut) lines.push(`incomplete: ${found.cut === 'time' ? 'time limit reached' : 'too many events'}`)
  lines.push(
    `applies to ${applies_to.length} of ${counted(sources, 'source')}${applies_to.length > 0 ? `: ${visible(applies_to.join(', '))}` : ''}`,
    `expected alerts per week: ${expected_alerts.per_week}`,
    ...wrap(expected_alerts.how, out.columns - 2).map((line) => paint('dim', `  ${line}`)),
    ...faults.map(({ file, line, message }) => visible(`${file}:${line}: ${message}`)),
    ...hours(found),
    ...samples(found, out.columns),
  )
  const shares = [
    ...overlap.rules.map(({ title, share }) => `${wholePercent(share)} also matched by the rule ${title}`),
    ...overlap.detectors.map(({ detector, share }) => `${wholePercent(share)} also found by the detector ${detector}`),
  ]
  if (shares.length > 0) lines.push('', `of ${counted(overlap.events, 'event')} with hits:`)
  lines.push(...shares.slice(0, mostOverlaps).map((share) => `  ${visible(share)}`))
  return `${lines.join('\n')}\n`
}

const hours = ({ hits_by_hour: all }: Backtest): string[] => {
  if (all.length === 0) return []
  const shown = all.slice(-mostHours)
  const most = Math.max(...shown.map(({ hits }) => hits))
  const bar = (hits: number): string => '▇'.repeat(Math.max(1, Math.round((hits / most) * widestBar)))
  return [
    '',
    ...(all.length > shown.length ? [`the last ${shown.length} of ${all.length} hours with hits:`] : []),
    ...shown.map(({ hour, hits }) => `  ${formatMoment(hour)}  ${formatCount(hits).padStart(7)} ${bar(hits)}`),
  ]
}

const samples = ({ samples: all }: Backtest, columns: number): string[] =>
  all
    .slice(0, mostSamples)
    .flatMap(({ time, source, line, matched, group, value }, i) => [
      ...(i === 0 ? [''] : []),
      truncate(`  ${formatMoment(time)} ${visible(source)} │ ${visible(line)}`, columns),
      ...matched.map((one) => truncate(`      ${visible(sayMatched(one))}`, columns)),
      ...(group ? [truncate(`      ${visible(`${value} for ${JSON.stringify(group)}`)}`, columns)] : []),
    ])

const sayMatched = ({
  selection,
  field,
  event_field,
  value,
  wanted,
}: Backtest['samples'][number]['matched'][number]) => {
  const place = field === null ? 'the text' : event_field === null ? field : `${field} (${event_field})`
  return `${selection}: ${place} ${wanted}${value === null ? '' : `: ${value}`}`
}
