import type { CompatSystem } from '../../api/compat-system.ts'
import { readAlertBody } from '../../api/rest/alert-body.ts'
import { alertRoutes } from '../../api/rest/alert-routes.ts'
import { presentIn, refuseInEnvelope } from '../../api/rest/envelope.ts'
import { bodyInputs } from '../../api/rest/input.ts'
import { readJson } from '../../api/rest/json.ts'
import type { Present, Refuse, Route } from '../../api/rest/route.ts'
import { findSimilarAlerts } from '../../operations/alerts/find-similar-alerts.ts'
import { presentEnrichment, presentIntel, presentVerdict } from './answers.ts'
import { enrichAlert } from './enrich-alert.ts'
import { triageGateway } from './gateway/gateway.ts'
import { healthRoute } from './health.ts'
import { judgeAlert } from './judge-alert.ts'
import { queryIntel } from './query-intel.ts'
import { analyticsServiceRoutes } from './reporting/analytics.ts'
import { monitoringRoutes, settingsRoutes } from './reporting/monitoring.ts'
import { noticeRoutes } from './reporting/notices.ts'
import { reportRoutes } from './reporting/reports.ts'
import { responseRoutes } from './response/response.ts'
import { routerModels, routerRoutes } from './router/router.ts'
import { presentSimilar, readSimilarQuery } from './similar-alerts.ts'
import { similarityIndexRoutes } from './similarity-index.ts'
import { trackAlert } from './track-alert.ts'

const mostBytes = 8 * 1_048_576

/** Answers failures as the services behind the ingestor did. */
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

/** On its own port the same failure is a 200: its clients only read `success`. */
const refuseWith200: Refuse = (error, request) => {
  const answer = refuse(error, request)
  return error.status < 500 && error.status !== 401 && error.status !== 403 ? { ...answer, status: 200 } : answer
}

const post = (
  path: string,
  operation: Route['operation'],
  present: Present,
  read: NonNullable<Route['read']>,
): Route => ({
  ...{ method: 'POST', path: `/api/v1${path}`, operation, read, present, refuse },
})
const enrich = post('/enrich', enrichAlert, presentEnrichment, readAlertBody)
// The parameters are in the query; there is no body.
const query = post('/query', queryIntel, presentIntel, async () => ({}))
const triage = post('/triage', judgeAlert, presentVerdict, async ({ raw }) =>
  bodyInputs(await readJson(raw, mostBytes)),
)
const search: Route = { ...post('/search', findSimilarAlerts, presentSimilar, readSimilarQuery), hide: true }

const track: Route = {
  ...{ method: 'GET', path: '/api/v1/alerts/:id', operation: trackAlert, hide: true },
  ...{ present: presentIn(''), refuse: refuseInEnvelope },
}

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
  ownRoutes: [healthRoute(name), ...own],
  ...(consumes && { startMessage: 'Message consumer task started' }),
})

/** The services behind the triage answer failures with one sentence. */
const refuseInDetail: Refuse = ({ status, message }) => ({
  status,
  body: { detail: status >= 500 ? 'Internal server error' : message },
})

const response = responseRoutes(refuseInDetail)

const services: readonly CompatSystem[] = [
  service('alert-ingestor', 9001, [], { own: [...alertRoutes, track], consumes: false }),
  service('alert-normalizer', 9002, []),
  service('context-collector', 9003, [enrich]),
  service('threat-intel-aggregator', 9004, [query], { own: [{ ...query, refuse: refuseWith200 }] }),
  service('llm-router', 9005, routerRoutes, { own: [routerModels], consumes: false }),
  service('ai-triage-agent', 9006, [triage], { own: [{ ...triage, refuse: refuseWith200 }] }),
  service('similarity-search', 9007, [search], { own: similarityIndexRoutes(refuse) }),
  service('workflow-engine', 9008, [], { own: response.workflows, consumes: false }),
  service('automation-orchestrator', 9009, [], { own: response.automation, consumes: false }),
  service('notification-service', 9010, [], { own: noticeRoutes(refuseInDetail), consumes: false }),
  service('data-analytics', 9011, [], { own: analyticsServiceRoutes(refuseInDetail), consumes: false }),
  service('reporting-service', 9012, [], { own: reportRoutes(refuseInDetail), consumes: false }),
  service('configuration-service', 9013, [], { own: settingsRoutes(refuseInDetail), consumes: false }),
]

/** The services of the alert triage system, each on its own port. */
export const triageServices: readonly CompatSystem[] = [
  ...services,
  service('monitoring-metrics', 9014, [], {
    own: monitoringRoutes(
      services.map(({ name }) => name),
      refuseInDetail,
    ),
    consumes: false,
  }),
  triageGateway,
]
