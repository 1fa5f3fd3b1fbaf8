import { logEntrySources } from '../compat/network-agents/log-agent-settings.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { sqlOptions } from '../pipeline/ingest/sql/sql.ts'
import { readTimeSpan } from '../pipeline/ingest/sql/sql-span.ts'
import type { Agent } from '../schema/agent/agent.ts'
import type { RawRecord } from '../schema/record/record.ts'

/** Reads the log entries of the configured database within a span of time. Throws CONFIG_INVALID if none is configured. */
export const readLogEntries = (
  config: Pick<Config, 'network_agents'>,
  agents: readonly Agent[],
  span: { readonly from: number; readonly to: number },
  now: () => number,
): AsyncIterable<readonly RawRecord[]> => {
  const [source] = logEntrySources(config.network_agents, agents)
  if (!source) {
    throw new AppError('CONFIG_INVALID', 'No database of log entries is configured.', {
      hint: 'Set network_agents.database.host, or DB_HOST and what belongs to it.',
    })
  }
  const { type: _, ...given } = source
  const { zone, timeout, ...options } = sqlOptions.parse(given)
  return readTimeSpan({ ...options, zoneMinutes: zone, timeout: timeout * 1000 }, span, now)
}
