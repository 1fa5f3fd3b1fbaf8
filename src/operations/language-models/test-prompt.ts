import { z } from 'zod'
import { minute } from '../../lib/units/time.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { verdict } from '../../schema/triage/triage-result.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { callsTrouble, isConfirmedThreat } from './confirmed-threat.ts'
import { noModel } from './preview-model-input.ts'

const atOnce = 4
const longest = 10 * minute

/** Changes no alert. Its calls count against the budget. */
export const testPrompt = defineOperation({
  name: 'test_prompt',
  summary: 'Tests a prompt on closed alerts, and reports the model’s agreement with analysts and its cost.',
  role: 'admin',
  input: z.strictObject({
    prompt: z
      .string()
      .min(1)
      .max(50_000)
      .optional()
      .describe('The text of the prompt. The default is the active prompt.'),
    limit: z.int().min(1).max(100).default(20).describe('The number of alerts, newest first.'),
  }),
  output: z
    .object({
      prompt: z.string(),
      /** The number of alerts that the model was asked about. */
      alerts: z.int(),
      answered: z.int(),
      /** The share of real threats called threats, and of harmless alerts called harmless; null without answers. */
      agreement: z.number().nullable(),
      /** The share of inconclusive answers. */
      inconclusive: z.number().nullable(),
      /** Rejected claims per answer. */
      claims_dropped: z.number().nullable(),
      /** Rejected answers. */
      rejected: z.int(),
      cost_usd: z.number(),
      /** The median time to an answer. */
      duration_ms: z.number().nullable(),
      data: z.array(
        z.object({
          alert_id: z.string(),
          title: z.string(),
          resolution: z.string(),
          status: z.string(),
          reason: z.string().nullable(),
          verdict: verdict.nullable(),
          agrees: z.boolean().nullable(),
          claims_dropped: z.int(),
        }),
      ),
    })
    .meta({ id: 'PromptTest' }),
  async run({ prompt, limit }, { store, languageModels }: Pick<Deps, 'store' | 'languageModels'>) {
    if (!languageModels.configured.some(({ shadow }) => !shadow)) throw noModel([])
    const closed = await store.alerts.list({
      status: ['resolved', 'false_positive'],
      limit,
      matches: (alert) => isConfirmedThreat(alert) !== undefined && alert.triage !== null,
    })
    const judge = languageModels.withPrompt(prompt)
    const signal = AbortSignal.timeout(longest)
    const rows: Awaited<ReturnType<typeof tryOn>>[] = []
    for (let i = 0; i < closed.items.length; i += atOnce) {
      rows.push(...(await Promise.all(closed.items.slice(i, i + atOnce).map((alert) => tryOn(alert, judge, signal)))))
    }
    const said = rows.filter(({ answered }) => answered)
    const decided = said.filter(({ row }) => row.agrees !== null)
    const times = said.map(({ duration }) => duration).sort((a, b) => a - b)
    const share = (part: number, whole: number) => (whole === 0 ? null : part / whole)
    return {
      prompt: judge.prompt,
      alerts: rows.length,
      answered: said.length,
      agreement: share(decided.filter(({ row }) => row.agrees).length, decided.length),
      inconclusive: share(said.length - decided.length, said.length),
      claims_dropped: share(
        said.reduce((sum, { row }) => sum + row.claims_dropped, 0),
        said.length,
      ),
      rejected: rows.filter(({ row }) => row.status === 'rejected').length,
      cost_usd: rows.reduce((sum, { cost }) => sum + cost, 0),
      duration_ms: times[times.length >> 1] ?? null,
      data: rows.map(({ row }) => row),
    }
  },
})

const tryOn = async (alert: Alert, judge: ReturnType<Deps['languageModels']['withPrompt']>, signal: AbortSignal) => {
  const opinion = alert.triage ? await judge.opinion(alert, alert.triage, signal) : undefined
  const verdict = opinion?.verdict ?? null
  const answered = opinion?.status === 'answered' || opinion?.status === 'cached'
  const says = callsTrouble(verdict)
  return {
    answered,
    cost: opinion?.cost_usd ?? 0,
    duration: opinion?.duration_ms ?? 0,
    row: {
      alert_id: alert.id,
      title: alert.title,
      resolution: alert.resolution ?? alert.status,
      status: opinion?.status ?? 'skipped',
      reason: opinion?.reason ?? null,
      verdict,
      agrees: answered && says !== undefined ? says === isConfirmedThreat(alert) : null,
      claims_dropped: opinion?.claims_dropped ?? 0,
    },
  }
}
