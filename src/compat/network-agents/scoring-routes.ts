import { readJson } from '../../api/rest/json.ts'
import type { Route } from '../../api/rest/route.ts'
import { analyzeLogEntries } from './analyze-log-entries.ts'
import type { NetworkAgentsConfig } from './config.ts'
import { createPredictAnomaly } from './predict-anomaly.ts'
import { route } from './route.ts'

/** Some 10,000 log entries. */
const mostBytes = 4 * 1_048_576

const errorNames: Readonly<Record<number, string>> = { 401: 'UNAUTHORIZED', 403: 'UNAUTHORIZED' }

/** The routes that score what a client sends. */
export const scoringRoutes = (link: NetworkAgentsConfig['link']): readonly Route[] => [
  route({
    method: 'POST',
    path: '/api/v1/models/analyze',
    operation: analyzeLogEntries,
    hide: true,
    read: async ({ raw }) => ({ logs: await readJson(raw, mostBytes) }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/predict',
    operation: createPredictAnomaly(link),
    hide: true,
    read: async ({ raw }) => ({ measurements: await readJson(raw) }),
    readToken: (headers) => (typeof headers['x-api-key'] === 'string' ? headers['x-api-key'] : undefined),
    refuse: ({ status, message, hint }) => ({
      status,
      body: {
        error: {
          code: errorNames[status] ?? (status < 500 ? 'INVALID_REQUEST' : 'INTERNAL_ERROR'),
          message,
          details: hint === undefined ? {} : { hint },
        },
      },
    }),
  }),
]
