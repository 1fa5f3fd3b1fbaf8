import type { CompatSystem } from '../../api/compat-system.ts'
import type { Present, Route } from '../../api/rest/route.ts'
import { isLogAgentSetUp } from '../../operations/agents/read-agents.ts'
import { getHealth, health } from '../../operations/status/get-health.ts'
import { agentRoutes } from './agent-routes.ts'
import type { NetworkAgentsConfig } from './config.ts'
import { listAnomalies, mostAnomalies } from './list-anomalies.ts'
import { createExportRoutes } from './log-exports.ts'
import { logRoutes } from './log-routes.ts'
import { refuseOnOwnPort, route } from './route.ts'
import { scoringRoutes } from './scoring-routes.ts'
import { serviceRoutes } from './service-routes.ts'
import { setAnomalyStatus } from './set-anomaly-status.ts'

const anomalies = route({ path: '/api/v1/anomalies', operation: listAnomalies })

const whole = /^\s*[+-]?\d{1,15}\s*$/

/** SQLite, which read these numbers, takes a negative limit for none, and a negative offset for 0. Of repeated parameters, the first counts. */
const readAnomalyQuery: NonNullable<Route['readQuery']> = (query) => {
  const { limit, offset, agent_name } = Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
  const numberOf = (value: unknown, among: (number: number) => number): unknown =>
    typeof value === 'string' && whole.test(value) ? among(Number(value)) : value
  return {
    limit: numberOf(limit, (number) => (number < 0 ? mostAnomalies : Math.min(number, mostAnomalies))),
    offset: numberOf(offset, (number) => Math.max(0, number)),
    agent_name,
  }
}

const anomalyStatus = route({
  method: 'POST',
  path: '/api/v1/anomalies/:id/status',
  operation: setAnomalyStatus,
  present: () => ({ status: 'updated' }),
})

/** Healthy means that the store and the database of the log entries respond. */
const presentHealth: Present = (answer, _request, reply) => {
  const { status, problems } = health.parse(answer)
  const isHealthy = status === 'ready' && problems.length === 0
  reply.code(isHealthy ? 200 : 503)
  return isHealthy ? { status: 'healthy' } : { status: 'unhealthy', problems }
}

const probe = (path: string): Route => route({ path, operation: getHealth, hide: true, present: presentHealth })

/** The log-agent service. It always required a token. */
export const networkAgents = (settings: {
  readonly network_agents: NetworkAgentsConfig
  readonly compat: { readonly ports: readonly string[] }
}): CompatSystem => ({
  name: 'network-agents',
  ports: [5555],
  ...(isLogAgentSetUp(settings) &&
    settings.network_agents.port !== 0 && {
      opened: { port: settings.network_agents.port, host: settings.network_agents.host },
    }),
  needsToken: true,
  routes: [anomalies, anomalyStatus, ...agentRoutes, ...logRoutes(settings.network_agents.database)],
  ownRoutes: [
    { ...anomalies, refuse: refuseOnOwnPort, readQuery: readAnomalyQuery },
    probe('/health'),
    probe('/api/v1/health'),
    ...serviceRoutes,
    ...scoringRoutes(settings.network_agents.link),
    ...createExportRoutes(),
  ],
})
