import type { CompatSystem } from '../../api/compat-system.ts'
import { readAlertBody } from '../../api/rest/alert-body.ts'
import { alertRoutes } from '../../api/rest/alert-routes.ts'
import { presentIn, refuseInEnvelope } from '../../api/rest/envelope.ts'
import { bodyInputs } from '../../api/rest/input.ts'
import { readJson } from '../../api/rest/json.ts'
import { presentHealthOf } from '../../api/rest/present-health.ts'
import type { Refuse, Route } from '../../api/rest/route.ts'
import { findSimilarAlerts } from '../../operations/alerts/find-similar-alerts.ts'
import { getServiceHealth } from '../../operations/status/get-service-health.ts'
import { presentEnrichment, presentIntel, presentVerdict } from './answers.ts'
import { enrichAlert } from './enrich-alert.ts'
import { gatewayRoutes } from './gateway/gateway.ts'
import { judgeAlert } from './judge-alert.ts'
import { queryIntel } from './query-intel.ts'
import { routerModels, routerRoutes } from './router/router.ts'
import { presentSimilar, readSimilarQuery } from './similar-alerts.ts'
import { trackAlert } from './track-alert.ts'

const mostBytes = 8 * 1_048_576

/** Failures as the services behind the ingestor tell them. */
const refuse: Refuse = ({ status, message, errors }) => ({
  status,
  body: {
    success: false,
    error: status >= 500 ? 'Internal server error' : message,
    ...(errors.length > 0 && {
      detail: errors.map(({ path, message: msg }) => ({ loc: ['body', ...path.split('.')], msg, type: 'value_error' })),
    }),
  },
})

/** On its own port the same failure is a 200: its clients read `success` and nothing else. */
const refuseKindly: Refuse = (error, request) => {
  const told = refuse(error, request)
  return error.status < 500 && error.status !== 401 && error.status !== 403 ? { ...told, status: 200 } : told
}

const enrich: Route = {
  method: 'POST',
  path: '/api/v1/enrich',
  operation: enrichAlert,
  read: readAlertBody,
  present: presentEnrichment,
  refuse,
}

const query: Route = {
  method: 'POST',
  path: '/api/v1/query',
  operation: queryIntel,
  // What is asked for stands in the address; there is no body to be read.
  read: async () => ({}),
  present: presentIntel,
  refuse,
}

const triage: Route = {
  method: 'POST',
  path: '/api/v1/triage',
  operation: judgeAlert,
  read: async ({ raw }) => bodyInputs(await readJson(raw, mostBytes)),
  present: presentVerdict,
  refuse,
}

const search: Route = {
  method: 'POST',
  path: '/api/v1/search',
  operation: findSimilarAlerts,
  hide: true,
  read: readSimilarQuery,
  present: presentSimilar,
  refuse,
}

const track: Route = {
  method: 'GET',
  path: '/api/v1/alerts/:id',
  operation: trackAlert,
  hide: true,
  present: presentIn(''),
  refuse: refuseInEnvelope,
}

const healthOf = (service: string): Route => ({
  method: 'GET',
  path: '/health',
  operation: getServiceHealth,
  hide: true,
  present: presentHealthOf(service),
})

/** What a supervisor of containers asks of the gateway: whether it lives, and whether it can serve. */
const probes: readonly Route[] = [
  {
    method: 'GET',
    path: '/health/live',
    operation: getServiceHealth,
    hide: true,
    present: () => ({ status: 'alive' }),
  },
  {
    method: 'GET',
    path: '/health/ready',
    operation: getServiceHealth,
    hide: true,
    present: (answer, _request, reply) => {
      const isHealthy = getServiceHealth.output.parse(answer).status === 'healthy'
      reply.code(isHealthy ? 200 : 503)
      return { status: isHealthy ? 'ready' : 'not ready' }
    },
  },
]

const service = (
  name: string,
  port: number,
  routes: readonly Route[],
  { own = [], consumes = true }: { readonly own?: readonly Route[]; readonly consumes?: boolean } = {},
): CompatSystem => ({
  name,
  group: 'triage',
  ports: [port],
  routes,
  own: [healthOf(name), ...own],
  ...(consumes && { says: 'Message consumer task started' }),
})

/** The services of the alert triage system, each on the port that its clients know. */
export const triageServices: readonly CompatSystem[] = [
  service('alert-ingestor', 9001, [], { own: [...alertRoutes, track], consumes: false }),
  service('alert-normalizer', 9002, []),
  service('context-collector', 9003, [enrich]),
  service('threat-intel-aggregator', 9004, [query], { own: [{ ...query, refuse: refuseKindly }] }),
  service('llm-router', 9005, routerRoutes, { own: [routerModels], consumes: false }),
  service('ai-triage-agent', 9006, [triage], { own: [{ ...triage, refuse: refuseKindly }] }),
  service('similarity-search', 9007, [search]),
  // Its addresses mean something else on the main port, and nobody knows a port of it: whoever wants one names it.
  { name: 'triage-gateway', ports: [], routes: [], own: [healthOf('api-gateway'), ...probes, ...gatewayRoutes] },
]
