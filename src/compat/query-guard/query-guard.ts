import { z } from 'zod'
import type { CompatSystem } from '../../api/compat-system.ts'
import { readJson } from '../../api/rest/json.ts'
import type { Refuse, Route } from '../../api/rest/route.ts'
import { checkQuery } from '../../operations/query-results/check-query.ts'
import { clearQueryHistory, restartQueryHistory } from '../../operations/query-results/clear-query-history.ts'
import { getQuery } from '../../operations/query-results/get-query.ts'
import { getQueryHistory } from '../../operations/query-results/get-query-history.ts'
import { guardQueryRecord } from '../../operations/query-results/guard-query-record.ts'
import { guardQueryResults } from '../../operations/query-results/guard-query-results.ts'
import { missingIn, readPluginRequest } from './plugin-request.ts'
import { presentAnalysis } from './present-analysis.ts'

const mostBytes = 32 * 1_048_576
const now = (): string => new Date().toISOString()

/** Answers failures as the plug-in did. */
const refuse: Refuse = (error) => {
  const { status, code, message } = error
  if (status >= 500) {
    const details = code === 'INTERNAL' ? 'See the log of the server.' : message
    return { status, body: { error: 'Internal server error', details, timestamp: now(), status: 'error' } }
  }
  if (code === 'INVALID_JSON' || code === 'UNSUPPORTED_MEDIA_TYPE') {
    return { status: 400, body: { error: 'Invalid request format', details: message } }
  }
  const missing = missingIn(error)
  return { status, body: { error: message, ...(missing && { missing }) } }
}

const guarded = guardQueryResults.output
const known = getQuery.output
const history = getQueryHistory.output
const analysis = guardQueryRecord.output
const cleared = clearQueryHistory.output

/** Shows the largest model of a query as its model, and every model by dataset. */
const modelInfo = ({ query_id, datasets }: z.output<typeof known>) => {
  const models = datasets.flatMap(({ dataset, model }) => (model ? [{ dataset, ...model }] : []))
  const [largest] = models.toSorted((a, b) => b.records - a.records)
  if (!largest) return { status: 'no_model' }
  return {
    status: 'active',
    model_type: 'isolation_forest',
    query_hash: query_id,
    features: largest.features,
    records: largest.records,
    timestamp: largest.updated_at,
    datasets: Object.fromEntries(
      models.map(({ dataset, features, updated_at }) => [dataset, { features, updated_at }]),
    ),
  }
}

const record = z.record(z.string(), z.unknown())

/** The header with the key of the engine. */
const tokenHeader = 'hasura-m-auth'

const of = (route: Omit<Route, 'refuse'>): Route => ({ ...route, tokenHeader, hide: true, refuse })

const clearing = (operation: Route['operation']): Route =>
  of({
    method: 'DELETE',
    path: '/history/:id',
    operation,
    present: (answer) => ({
      success: true,
      query_hash: cleared.parse(answer).query_id,
      timestamp: now(),
      message: 'History cleared successfully',
    }),
  })

const raw = z.object({ rawRequest: z.object({ query: z.string() }) })
const checked = checkQuery.output

const pluginRoutes: readonly Route[] = [
  of({
    method: 'POST',
    path: '/pre-parse',
    operation: checkQuery,
    read: async ({ raw: body }) => ({ query: raw.safeParse(await readJson(body, mostBytes)).data?.rawRequest.query }),
    // The engine continues after a 204, and passes a 400 on to the client.
    present: (answer, _request, reply) => {
      const { blocked_by } = checked.parse(answer)
      reply.code(blocked_by === null ? 204 : 400)
      return blocked_by === null ? undefined : { error: 'This query is blocked', blocked_by, timestamp: now() }
    },
  }),
  of({
    method: 'POST',
    path: '/anomalies',
    operation: guardQueryResults,
    read: async ({ raw, headers }) => readPluginRequest(headers, () => readJson(raw, mostBytes)),
    present: (answer) => {
      const { query_id, operation_name, analyses, skipped } = guarded.parse(answer)
      const results = Object.fromEntries(analyses.map((one) => [one.dataset, presentAnalysis(one)]))
      return {
        results,
        metadata: {
          timestamp: now(),
          query_hash: query_id,
          operation_name,
          total_records: analyses.reduce((sum, { records }) => sum + records, 0),
          total_anomalies: Object.values(results).reduce((sum, { statistical_flags }) => sum + statistical_flags, 0),
          datasets_processed: analyses.length,
          datasets_skipped: skipped,
          status: 'completed',
        },
      }
    },
  }),
  of({
    method: 'GET',
    path: '/history/:id',
    operation: getQueryHistory,
    present: (answer) => {
      const { query_id, total, data } = history.parse(answer)
      return {
        query_hash: query_id,
        record_count: total,
        data: data.map(({ record: sent, received_at, ...rest }) => ({ data: sent, timestamp: received_at, ...rest })),
        timestamp: now(),
      }
    },
  }),
  clearing(clearQueryHistory),
  of({
    method: 'GET',
    path: '/model/:id',
    operation: getQuery,
    present: (answer) => {
      const found = known.parse(answer)
      return { query_hash: found.query_id, model_info: modelInfo(found), timestamp: now() }
    },
  }),
  of({
    method: 'POST',
    path: '/analyze/:id',
    operation: guardQueryRecord,
    read: async ({ raw }) => ({ record: record.safeParse(await readJson(raw)).data }),
    present: (answer) => {
      const found = analysis.parse(answer)
      return { query_hash: found.query_id, analysis: presentAnalysis(found), timestamp: now() }
    },
  }),
  of({
    method: 'GET',
    path: '/stats/:id',
    operation: getQuery,
    present: (answer) => {
      const found = known.parse(answer)
      return {
        query_hash: found.query_id,
        historical_records: found.records,
        model_info: modelInfo(found),
        timestamp: now(),
        status: 'active',
      }
    },
  }),
]

/** Its probe, and a route to clear the history for clients that may only send and read. */
const ownRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/health',
    operation: getQuery,
    hide: true,
    read: async () => ({ id: 'health' }),
    present: (answer) => ({
      status: 'healthy',
      timestamp: now(),
      excluded_patterns: known.parse(answer).excluded_patterns,
    }),
  },
  clearing(restartQueryHistory),
]

/** The query-result plug-in of a GraphQL engine: takes results and returns their anomalies. */
export const queryGuard: CompatSystem = {
  name: 'query-guard',
  ports: [8787],
  routes: pluginRoutes,
  ownRoutes,
  keyName: 'graphql-engine',
}
