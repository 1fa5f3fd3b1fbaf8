import { type Command, InvalidArgumentError } from 'commander'
import { loadConfig } from '../../config.ts'
import { day } from '../../lib/units/time.ts'
import { readLogs } from '../../operations/analysis/read-files.ts'
import { parseTime } from '../../operations/time.ts'
import { type AgentTrial, agentTrial } from '../../schema/agent/agent-trial.ts'
import type { RawRecord } from '../../schema/record/record.ts'
import type { CommandContext, Output } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { quietLog } from '../terminal/quiet-log.ts'
import { counted, type Paint, severityShape, severityStyle, truncate, visible, wrap } from '../terminal/terminal.ts'
import { formatMoment, formatSpan } from '../terminal/time.ts'

interface TestOptions {
  readonly daysBack: number
  readonly startDate?: string
  readonly endDate?: string
  readonly input?: string[]
  readonly database?: boolean
  readonly config?: string
  readonly json?: boolean
}

/** `vedette anomaly-test`: shows the findings that agents would have had in stored events, in a database of log entries, or in files. */
export const define = (command: Command, context: CommandContext): void => {
  addRemoteOptions(command.description('Show what network agents would have found, without storing anything.'))
    .argument('[agent]', 'id of one agent, such as wifi; all by default')
    .option('--days-back <days>', 'days to look back, 1 to 30', toDays, 1)
    .option('--start-date <time>', 'start of the period, instead of --days-back')
    .option('--end-date <time>', 'end of the period; now by default')
    .option('--database', 'read log entries from the configured database (DB_HOST); needs no server')
    .option('--input <paths...>', 'read files, folders or `-` completely; needs no server')
    .option(
      '--config <file>',
      'configuration file for --database and --input; ./vedette.yaml or a standard location by default',
    )
    .action(async (agent: string | undefined, options: TestOptions) => {
      const found = await test(agent, options, context)
      context.out.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : renderTrial(found, context))
      if (found.errors.length > 0) context.end(5)
    })
}

const test = async (agent: string | undefined, options: TestOptions, context: CommandContext): Promise<AgentTrial> => {
  const { env, cwd, err, now, signal, stdin } = context
  const { daysBack, startDate, endDate } = options
  if (!options.database && !options.input) {
    return createClient(options, context).send('POST', '/api/v1/agents/anomaly-test', agentTrial, {
      agent_id: agent,
      days_back: daysBack,
      start_date: startDate,
      end_date: endDate,
    })
  }
  const { config } = loadConfig({ flags: {}, env, cwd, file: options.config })
  const { readEvents } = await import('../../app/analysis.ts')
  const { tryAgents } = await import('../../operations/agents/agent-trial.ts')
  const { readAgents } = await import('../../operations/agents/read-agents.ts')
  const { noLimits } = await import('../../operations/rules/trials/rule-trial.ts')
  const { pickAgents } = await import('../../operations/agents/test-agents.ts')
  const agents = pickAgents(readAgents(config.network_agents), agent)
  const tryOn = (records: AsyncIterable<readonly RawRecord[]>) =>
    tryAgents({ agents, events: readEvents({ config, records, log: quietLog(err), signal }), limits: noLimits, signal })
  if (options.input) {
    const { batches, report } = readLogs({ paths: options.input, stdin, now, signal })
    const found = await tryOn(batches)
    for (const { path, reason } of [...report.skipped, ...report.unreadable]) err.write(`${path}: ${reason}\n`)
    return found
  }
  const to = endDate === undefined ? now() : parseTime(endDate, now(), 'end', 'end_date')
  const from = startDate === undefined ? to - daysBack * day : parseTime(startDate, now(), 'start', 'start_date')
  const { readLogEntries } = await import('../../app/log-entries.ts')
  return tryOn(readLogEntries(config, agents, { from, to }, now))
}

const toDays = (text: string): number => {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= 30) return days
  throw new InvalidArgumentError('Use a whole number from 1 to 30.')
}

const mostResults = 10

/** Renders the findings of each agent, most severe first. */
const renderTrial = (found: AgentTrial, { out, paint }: { out: Output; paint: Paint }): string => {
  const { agents, results, logs_processed, anomalies_detected, from, to, test_duration, errors } = found
  const when = from && to ? `, ${formatMoment(from)} to ${formatMoment(to)}` : ''
  const lines = [
    `${counted(anomalies_detected, 'finding')} in ${counted(logs_processed, 'line')}${when} (${test_duration} s); nothing stored`,
    ...errors.map((error) => paint('red', visible(error))),
  ]
  for (const { agent_id, name, logs, anomalies, by_type } of agents) {
    const types = Object.entries(by_type).map(([type, count]) => `${type} ${count}`)
    lines.push(
      '',
      `${paint('bold', visible(name))} (${visible(agent_id)}): ${counted(anomalies, 'finding')} in ${counted(logs, 'matching line')}`,
    )
    if (types.length > 0) lines.push(...wrap(visible(types.join(', ')), out.columns - 2).map((line) => `  ${line}`))
    const its = results.filter(({ agent_name }) => agent_name === agent_id)
    for (const { severity, device, description, learning, ...one } of its.slice(0, mostResults)) {
      const head = `  ${severityShape[severity]} ${severity.padEnd(8)} ${formatSpan(one.from, one.to)}  ${visible(device)}${learning ? '  (still learning)' : ''}`
      lines.push(paint(severityStyle[severity], truncate(head, out.columns)))
      lines.push(...wrap(visible(description), out.columns - 6).map((line) => `      ${line}`))
    }
    const hidden = anomalies - Math.min(its.length, mostResults)
    if (hidden > 0) lines.push(paint('dim', `  and ${hidden} more; --json prints up to 200 of all agents`))
  }
  return `${lines.join('\n')}\n`
}
