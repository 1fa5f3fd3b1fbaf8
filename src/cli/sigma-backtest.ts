import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { readLogs } from '../operations/analysis/read-files.ts'
import { type Backtest, backtest } from '../schema/backtest.ts'
import type { CommandContext, ExitCode } from './cli.ts'
import { addRemoteOptions, createClient } from './client.ts'
import { createProgress } from './progress.ts'
import { quietLog } from './quiet-log.ts'
import { renderBacktest } from './sigma-backtest-view.ts'

/** `vedette sigma backtest`: what a rule would have found, in files or in what a server has stored. */
export const defineBacktest = (command: Command, context: CommandContext): void => {
  addRemoteOptions(command.description('Say what a rule would have found, in files or in the events of a server.'))
    .argument('<rule>', 'a rule file; or, of a server, the id of a rule')
    .option('--input <paths...>', 'log files, folders or `-`; needs no server')
    .option('--from <time>', 'of a server, from this time on; else the last 24 hours')
    .option('--to <time>', 'up to this time')
    .option('--config <file>', 'with --input: configuration; else ./vedette.yaml and the usual places')
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

/** The text of a rule file; undefined where the word is an id. */
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
  const { backtestLogs } = await import('../app/backtest-logs.ts')
  const found = await backtestLogs({ config, yaml, records: watched(), log: quietLog(err), signal })
  progress.clear()
  for (const { path, reason } of [...report.skipped, ...report.unreadable]) err.write(`${path}: ${reason}\n`)
  return found
}
