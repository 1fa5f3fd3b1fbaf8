import type { CompatSystem } from '../../api/compat-system.ts'
import type { Present, Refuse, Route } from '../../api/rest/route.ts'
import { isLogAgentSetUp } from '../../operations/agents/read-agents.ts'
import { getHealth, health } from '../../operations/status/get-health.ts'
import { agentRoutes } from './agent-routes.ts'
import type { NetworkAgentsConfig } from './config.ts'
import { listAnomalies } from './list-anomalies.ts'
import { logRoutes, metricsRoute } from './log-routes.ts'

const errorLabels: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The log-agent service answered with the name of the status; other statuses get our message. */
const refuse: Refuse = ({ status, message }) => ({ status, body: { error: errorLabels[status] ?? message } })

/** On its own port an unreadable query is a 500 and an outage an empty list, as its clients expect. */
const refuseAsBefore: Refuse = (error, request) => {
  if (error.status >= 500) return { status: 200, body: [] }
  if (error.status === 400) return { status: 500, body: { error: errorLabels[500] } }
  return refuse(error, request)
}

const anomalies: Route = {
  method: 'GET',
  path: '/api/v1/anomalies',
  operation: listAnomalies,
  bareToken: true,
  refuse,
}

/** Healthy means that the store and the database of the log entries respond. */
const presentHealth: Present = (answer, _request, reply) => {
  const { status, problems } = health.parse(answer)
  const isHealthy = status === 'ready' && problems.length === 0
  reply.code(isHealthy ? 200 : 503)
  return isHealthy ? { status: 'healthy' } : { status: 'unhealthy', problems }
}

const probe = (path: string): Route => ({
  method: 'GET',
  path,
  operation: getHealth,
  bareToken: true,
  hide: true,
  refuse,
  present: presentHealth,
})

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
  routes: [anomalies, ...agentRoutes(refuse), ...logRoutes(settings.network_agents.database, refuse)],
  ownRoutes: [{ ...anomalies, refuse: refuseAsBefore }, probe('/health'), probe('/api/v1/health'), metricsRoute],
})
