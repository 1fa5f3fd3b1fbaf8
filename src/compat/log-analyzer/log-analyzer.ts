import { z } from 'zod'
import type { CompatSystem } from '../../api/compat-system.ts'
import { readJson } from '../../api/rest/json.ts'
import type { Refuse, Route } from '../../api/rest/route.ts'
import type { Runtime } from '../../component.ts'
import type { AppError } from '../../errors.ts'
import { getBatchModel } from './batch-model-store.ts'
import { createBatchScorer } from './batch-scorer.ts'
import type { LogAnalyzerConfig } from './config.ts'
import { buildView, getBuild } from './get-build.ts'
import { ingestLogBatch } from './ingest-log-batch.ts'
import { listOddBatches } from './list-odd-batches.ts'
import { scoreBatchFeatures } from './score-batch-features.ts'
import { trainBatchModel } from './train-batch-model.ts'

const mostBytes = 2 * 1_048_576
const body = z.union([z.array(z.unknown()), z.object({ logs: z.array(z.unknown()) })])

/** Answers failures as the log analyser did: one sentence, with the index of an invalid log. */
const refuse: Refuse = (error) => {
  const { status, message, errors, hint } = error
  if (isUnreadable(error)) return { status, body: { error: [message, hint].filter(Boolean).join(' ') } }
  const index = /^logs\.(\d+)(\.|$)/.exec(errors[0]?.path ?? '')?.[1]
  if (index !== undefined) return { status: 400, body: { error: `Invalid log at index ${index}` } }
  if (status === 400 || status === 415) return { status: 400, body: { error: notLogs } }
  return { status, body: { error: status >= 500 ? 'Internal server error' : message } }
}
/** Whether nobody could decompress the body: the sender then has no use for a sentence about its contents. */
const isUnreadable = ({ code, errors, accepts }: AppError): boolean =>
  (code === 'INVALID_REQUEST' || code === 'UNSUPPORTED_MEDIA_TYPE') && errors.length === 0 && accepts.length === 0

const notLogs = 'Body must be an array of logs or {logs: [...]}.'

const refuseScore: Refuse = ({ status, message }) => ({ status, body: { error: message } })

const features = z.union([
  z.object({ features: z.record(z.string(), z.unknown()) }).transform((nested) => nested.features),
  z.record(z.string(), z.unknown()),
])

/** Numbers may be texts, and a missing one is 0, as in the original scorer. */
const toNumber = (value: unknown): unknown =>
  value === undefined ? 0 : typeof value === 'string' && value.trim() !== '' ? Number(value) : value

/** Creates the log analyser, and the routes of its scorer, which had a port of its own. */
export const createLogAnalyzer = (options: LogAnalyzerConfig, runtime: Runtime) => {
  const scorer = createBatchScorer(options, runtime)
  const build = getBuild(scorer, runtime.now())
  const scorerRoutes: readonly Route[] = [
    {
      method: 'GET',
      path: '/model-info',
      operation: getBatchModel,
      refuse,
      // A name that the operator set is that of an external scorer.
      present: (answer) => {
        const { version, trained_at } = getBatchModel.output.parse(answer)
        return { version: scorer.version ?? version, trained_at }
      },
    },
    {
      method: 'POST',
      path: '/score',
      operation: scoreBatchFeatures(scorer),
      read: async ({ raw }) => {
        const sent = features.safeParse(await readJson(raw))
        if (!sent.success) return {}
        const { failed_logins, error_rate } = sent.data
        if (failed_logins === undefined && error_rate === undefined) return {}
        return { features: { failed_logins: toNumber(failed_logins), error_rate: toNumber(error_rate) } }
      },
      refuse: refuseScore,
    },
  ]
  const routes: readonly Route[] = [
    {
      method: 'POST',
      path: '/ingest',
      operation: ingestLogBatch(scorer),
      read: async ({ raw }) => {
        const sent = body.safeParse(await readJson(raw, mostBytes))
        return { logs: sent.success ? (Array.isArray(sent.data) ? sent.data : sent.data.logs) : undefined }
      },
      refuse,
    },
    { method: 'GET', path: '/incidents', operation: listOddBatches, refuse },
    {
      method: 'GET',
      path: '/meta',
      operation: build,
      refuse,
      present: (answer) => {
        const { commit, branch, ...rest } = buildView.parse(answer)
        return { git: { commit, branch }, ...rest }
      },
    },
    { method: 'POST', path: '/train', operation: trainBatchModel, refuse: refuseScore },
    ...scorerRoutes,
  ]
  const { port } = options
  const system: CompatSystem = {
    ...{ name: 'log-analyzer', ports: [3000], routes },
    ...(port !== undefined && { opened: { port, host: undefined } }),
  }
  return { system, scorerRoutes }
}
