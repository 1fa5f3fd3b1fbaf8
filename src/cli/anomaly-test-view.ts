import type { AgentTrial } from '../schema/agent-trial.ts'
import type { Output } from './cli.ts'
import { counted, cut, type Paint, severityShape, severityStyle, visible, wrap } from './terminal.ts'
import { formatMoment, formatSpan } from './time.ts'

const mostResults = 10

/** Writes what agents would have found, for people: agent by agent, the gravest findings first. */
export const renderTrial = (found: AgentTrial, { out, paint }: { out: Output; paint: Paint }): string => {
  const { agents, results, logs_processed, anomalies_detected, from, to, test_duration, errors } = found
  const when = from && to ? `, ${formatMoment(from)} to ${formatMoment(to)}` : ''
  const lines = [
    `${counted(anomalies_detected, 'finding')} in ${counted(logs_processed, 'line')}${when} (${test_duration} s); nothing was stored`,
    ...errors.map((error) => paint('red', visible(error))),
  ]
  for (const { agent_id, name, logs, anomalies, by_type } of agents) {
    const types = Object.entries(by_type).map(([type, count]) => `${type} ${count}`)
    lines.push(
      '',
      `${paint('bold', visible(name))} (${visible(agent_id)}): ${counted(anomalies, 'finding')} in ${counted(logs, 'line')} of its own`,
    )
    if (types.length > 0) lines.push(...wrap(visible(types.join(', ')), out.columns - 2).map((line) => `  ${line}`))
    const its = results.filter(({ agent_name }) => agent_name === agent_id)
    for (const { severity, device, description, learning, ...one } of its.slice(0, mostResults)) {
      const head = `  ${severityShape[severity]} ${severity.padEnd(8)} ${formatSpan(one.from, one.to)}  ${visible(device)}${learning ? '  (still learning)' : ''}`
      lines.push(paint(severityStyle[severity], cut(head, out.columns)))
      lines.push(...wrap(visible(description), out.columns - 6).map((line) => `      ${line}`))
    }
    const hidden = anomalies - Math.min(its.length, mostResults)
    if (hidden > 0) lines.push(paint('dim', `  and ${hidden} more; --json tells up to 200 of all agents`))
  }
  return `${lines.join('\n')}\n`
}
