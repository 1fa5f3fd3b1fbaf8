import { z } from 'zod'
import type { CompatSystem } from '../../api/compat-system.ts'
import { bodyInputs, mergeInput } from '../../api/rest/input.ts'
import { readJson } from '../../api/rest/json.ts'
import { presentText } from '../../api/rest/present-text.ts'
import type { Present, Refuse, Route } from '../../api/rest/route.ts'
import { AppError } from '../../errors.ts'
import { getLogModel } from '../../operations/models/get-log-model.ts'
import { loadClientModel, loadLogModel } from '../../operations/models/load-log-model.ts'
import { getMetrics } from '../../operations/status/get-metrics.ts'
import { analyzeLogEvents } from './analyze-log-events.ts'
import { createChronicle, type NotifyConfig } from './chronicle.ts'

/** Answers failures as the detection service did: a sentence, or a list of invalid fields. */
const refuse: Refuse = ({ status, code, message, errors }) =>
  code === 'INVALID_REQUEST' && errors.length > 0
    ? {
        status: 422,
        body: {
          detail: errors.map(({ path, message: msg }) => {
            const loc = ['body', ...path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))]
            const isMissing = msg === 'Field required' || msg.endsWith('received undefined')
            return isMissing ? { type: 'missing', loc, msg: 'Field required' } : { type: 'value_error', loc, msg }
          }),
        },
      }
    : { status, body: { detail: status >= 500 ? 'Internal Server Error' : message } }

const model = getLogModel.output
const query = z.object({ model_dir: z.string().optional() })

const loading = (operation: Route['operation']): Route => ({
  method: 'POST',
  path: '/models/load',
  operation,
  // The service documented the folder in the body, but read it from the query.
  read: async ({ raw, query: sent }) => mergeInput(query.parse(sent), bodyInputs(await readJson(raw))),
  refuse,
})

const analyzing = (finish: NonNullable<Route['finish']>): readonly Route[] => [
  { method: 'POST', path: '/analyze', operation: analyzeLogEvents, refuse, finish },
  { method: 'POST', path: '/analyze/file', operation: analyzeLogEvents, hide: true, body: 'form', refuse, finish },
]

const modelRoutes: readonly Route[] = [
  loading(loadLogModel),
  {
    method: 'GET',
    path: '/models/info',
    operation: getLogModel,
    refuse,
    present: (answer) => {
      const { loaded, loaded_at, threshold, feature_names } = model.parse(answer)
      return { loaded, loaded_at, threshold, n_features: feature_names?.length ?? null, feature_names }
    },
  },
  {
    method: 'GET',
    path: '/stats',
    operation: getLogModel,
    hide: true,
    refuse,
    present: (answer) => {
      const { loaded, loaded_at, threshold, trees, contamination, feature_names } = model.parse(answer)
      if (!loaded) throw new AppError('INVALID_REQUEST', 'Models not loaded')
      return {
        models_loaded: true,
        loaded_at,
        threshold,
        isolation_forest: { n_estimators: trees, contamination },
        features: { count: feature_names?.length, names: feature_names },
      }
    },
  },
]

const probe = (path: string, present: Present): Route => ({
  ...{ method: 'GET', path, operation: getLogModel, hide: true, present },
})

/** The probes and metrics of its own port. */
const probes: readonly Route[] = [
  { method: 'GET', path: '/metrics', operation: getMetrics, hide: true, type: 'text/plain', present: presentText },
  probe('/health', (answer) => ({
    status: 'healthy',
    models_loaded: model.parse(answer).loaded,
    timestamp: new Date().toISOString(),
  })),
  probe('/health/live', () => ({ status: 'alive' })),
  probe('/health/ready', (answer, _request, reply) => {
    const { loaded } = model.parse(answer)
    reply.code(loaded ? 200 : 503)
    return { status: loaded ? 'ready' : 'not ready' }
  }),
]

/** Creates the log detection service: takes events and returns the anomalous ones. */
export const createLogDetection = (receivers: NotifyConfig): CompatSystem => {
  const chronicle = createChronicle(receivers, refuse)
  return {
    name: 'log-detection',
    ports: [8000],
    routes: [...analyzing(chronicle.finish), ...modelRoutes, ...chronicle.routes],
    ownRoutes: [...probes, { ...loading(loadClientModel), hide: true }, ...chronicle.ownRoutes],
  }
}
