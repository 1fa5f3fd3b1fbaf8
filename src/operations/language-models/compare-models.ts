import { z } from 'zod'
import { day } from '../../lib/units/time.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { severityRank } from '../../schema/severity.ts'
import type { ComparedOpinion } from '../../store/language-models/model-opinions.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { callsTrouble, isConfirmedThreat } from './confirmed-threat.ts'

/** The number of newest answers to compare. */
const most = 20_000
const share = z.number().min(0).max(1).nullable()

export const compareModels = defineOperation({
  name: 'compare_models',
  summary: 'Compares the verdicts of each language model with those of the rules and of analysts.',
  role: 'viewer',
  input: z.strictObject({
    days: z.coerce.number().int().min(1).max(400).default(30).describe('The number of past days.'),
  }),
  output: z
    .object({
      since: z.iso.datetime(),
      data: z.array(
        z.object({
          name: z.string(),
          /** The model that answered last under this name. */
          model: z.string(),
          /** Whether it is a shadow model; null if it is no longer configured. */
          shadow: z.boolean().nullable(),
          /** The number of alerts with an opinion. */
          alerts: z.int(),
          /** Answers that failed validation. They count as no agreement. */
          rejected: z.int(),
          /** Of the valid answers: the shares with the same level as the rules, a higher and a lower one; null without answers. */
          same_level: share,
          more_severe: share,
          milder: share,
          /** The share that cannot decide. */
          inconclusive: share,
          /** The number of alerts that analysts closed as a threat or not. */
          judged_by_people: z.int(),
          /** Of the decided alerts: the share of real threats called threats, and of harmless alerts called harmless. */
          agrees_with_people: share,
          /** The same of the rules, on the same alerts. */
          rules_agree_with_people: share,
          cost_usd: z.number(),
          /** The median time to an answer; null if all answers came from the cache. */
          duration_ms: z.number().nullable(),
        }),
      ),
    })
    .meta({ id: 'ModelComparison' }),
  async run({ days }, { store, languageModels, now }: Pick<Deps, 'store' | 'languageModels' | 'now'>) {
    const since = now() - days * day
    const said = await store.modelOpinions.since(since, most)
    const alerts = new Map(
      (await store.alerts.load([...new Set(said.map(({ alertId }) => alertId))])).map((alert) => [alert.id, alert]),
    )
    const names = new Set([
      ...languageModels.configured.map(({ name }) => name),
      ...said.map(({ opinion }) => opinion.provider),
    ])
    return {
      since: new Date(since).toISOString(),
      data: [...names].map((name) => {
        const configured = languageModels.configured.find((one) => one.name === name)
        const own = said.filter(({ opinion }) => opinion.provider === name)
        return {
          name,
          model: own[0]?.opinion.model ?? configured?.model ?? '',
          shadow: configured?.shadow ?? null,
          ...comparisonOf(own, alerts),
        }
      }),
    }
  },
})

const comparisonOf = (said: readonly ComparedOpinion[], alerts: ReadonlyMap<string, Alert>) => {
  const heard = said.filter(({ opinion }) => opinion.status !== 'rejected')
  const above = heard.map(
    ({ opinion, rules }) => severityRank(opinion.risk_level ?? 'info') - severityRank(rules.risk_level),
  )
  const judged = heard.flatMap(({ alertId, opinion, rules }) => {
    const alert = alerts.get(alertId)
    const trouble = alert && isConfirmedThreat(alert)
    return trouble === undefined
      ? []
      : [{ trouble, model: callsTrouble(opinion.verdict), rules: callsTrouble(rules.verdict) }]
  })
  const decided = judged.filter(({ model }) => model !== undefined)
  const times = said
    .flatMap(({ opinion }) => (opinion.status === 'cached' ? [] : [opinion.duration_ms]))
    .sort((a, b) => a - b)
  return {
    alerts: said.length,
    rejected: said.length - heard.length,
    same_level: part(above, (difference) => difference === 0),
    more_severe: part(above, (difference) => difference > 0),
    milder: part(above, (difference) => difference < 0),
    inconclusive: part(heard, ({ opinion }) => callsTrouble(opinion.verdict) === undefined),
    judged_by_people: judged.length,
    agrees_with_people: part(decided, ({ trouble, model }) => trouble === model),
    rules_agree_with_people: part(decided, ({ trouble, rules }) => trouble === rules),
    cost_usd: said.reduce((sum, { opinion }) => sum + opinion.cost_usd, 0),
    duration_ms: times[times.length >> 1] ?? null,
  }
}

const part = <Item>(items: readonly Item[], fits: (item: Item) => boolean): number | null =>
  items.length === 0 ? null : items.filter(fits).length / items.length
