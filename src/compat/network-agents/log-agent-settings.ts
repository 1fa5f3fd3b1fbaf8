import type { Agent } from '../../schema/agent/agent.ts'
import type { NetworkAgentsConfig } from './config.ts'

/** The kernel writes the log entries of firewalls. */
const kernel = 'kernel'

/** The name of the source that reads the log entries. */
export const logEntrySourceName = 'log-entries'

/** The source that reads the log entries of another program; none without a database. */
export const logEntrySources = (
  { database, every, lookback, batch }: NetworkAgentsConfig,
  agents: readonly Pick<Agent, 'process_filters'>[],
) => {
  if (database.host === undefined) return []
  const url = new URL(`postgres://${database.host.includes(':') ? `[${database.host}]` : database.host}`)
  url.port = String(database.port)
  url.username = encodeURIComponent(database.user)
  url.password = encodeURIComponent(database.password ?? '')
  url.pathname = `/${encodeURIComponent(database.name)}`
  // An agent without programs reads the lines of all.
  const programs = agents.some(({ process_filters }) => process_filters.length === 0)
    ? []
    : [...new Set([...agents.flatMap(({ process_filters }) => process_filters), kernel])]
  return [{ type: 'sql', name: logEntrySourceName, url: url.href, programs, every, lookback: lookback * 60, batch }]
}

/** Adds the receiver that the variables of the service name, unless `notify` has one of the same name. */
export const receiversInForce = <Receiver extends { readonly name: string }>({
  notify,
  network_agents,
}: {
  readonly notify: readonly Receiver[]
  readonly network_agents: Pick<NetworkAgentsConfig, 'notification'>
}) => {
  const { enabled, url, token } = network_agents.notification
  const name = 'network-agents'
  if (!enabled || url === undefined || notify.some((receiver) => receiver.name === name)) return [...notify]
  const receiver = {
    type: 'webhook',
    name,
    min_severity: 'medium' as const,
    url,
    ...(token !== undefined && { token }),
  }
  return [...notify, receiver]
}
