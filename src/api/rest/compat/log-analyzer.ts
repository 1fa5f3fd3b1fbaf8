import { z } from 'zod'
import { ingestLogBatch } from '../../../operations/log-batches/ingest-log-batch.ts'
import { listOddBatches } from '../../../operations/log-batches/list-odd-batches.ts'
import { scoreBatchFeatures } from '../../../operations/log-batches/score-batch-features.ts'
import { getBuild } from '../../../operations/status/get-build.ts'
import { readJson } from '../json.ts'
import type { Refuse, Route } from '../route.ts'
import type { CompatSystem } from './compat.ts'

const mostBytes = 2 * 1_048_576
const body = z.union([z.array(z.unknown()), z.object({ logs: z.array(z.unknown()) })])

/** Failures in the words of the log analyser: one sentence, and which log it was about. */
const refuse: Refuse = ({ status, message, errors }) => {
  const index = /^logs\.(\d+)(\.|$)/.exec(errors[0]?.path ?? '')?.[1]
  if (index !== undefined) return { status: 400, body: { error: `Invalid log at index ${index}` } }
  if (status === 400 || status === 415) return { status: 400, body: { error: notLogs } }
  return { status, body: { error: status >= 500 ? 'Internal server error' : message } }
}
const notLogs = 'Body must be an array of logs or {logs: [...]}.'

const refuseScore: Refuse = ({ status, message }) => ({ status, body: { error: message } })

const features = z.union([
  z.object({ features: z.record(z.string(), z.unknown()) }).transform((nested) => nested.features),
  z.record(z.string(), z.unknown()),
])

const build = getBuild.output
/** The version of the formula; a model of the operator’s own has its own. */
const formulaVersion = '1.0.0'

/** What the scorer behind it answers, which its clients know at a port of its own. */
export const scorerRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/model-info',
    operation: getBuild,
    hide: true,
    refuse,
    // The formula is not trained, so there is no time at which it was.
    present: (answer) => {
      const { model } = build.parse(answer)
      return { version: model === 'unknown' ? formulaVersion : model, trained_at: null }
    },
  },
  {
    method: 'POST',
    path: '/score',
    operation: scoreBatchFeatures,
    read: async ({ raw }) => {
      const sent = features.safeParse(await readJson(raw))
      if (!sent.success) return {}
      const { failed_logins, error_rate } = sent.data
      return { features: { failed_logins, error_rate } }
    },
    refuse: refuseScore,
  },
]

const analyzerRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/ingest',
    operation: ingestLogBatch,
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
    operation: getBuild,
    refuse,
    present: (answer) => {
      const { commit, branch, ...rest } = build.parse(answer)
      return { git: { commit, branch }, ...rest }
    },
  },
  ...scorerRoutes,
]

/** The log analyser: logs in, a score at once, and the batches that were odd. */
export const logAnalyzer: CompatSystem = { name: 'log-analyzer', ports: [3000], routes: analyzerRoutes }
