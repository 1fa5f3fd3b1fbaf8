import { z } from 'zod'
import type { AlertHead } from '../schema/alert-head.ts'
import { defineOperation } from './operation.ts'
import type { World } from './world.ts'

const counts = z.record(z.string(), z.int())
const highRisk = 70

/** Counts all alerts by what people ask first. */
export const sumUpAlerts = defineOperation({
  name: 'sum_up_alerts',
  summary: 'Counts alerts by severity, status and type, and tells the average risk.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({
    total: z.int(),
    by_severity: counts,
    by_status: counts,
    by_type: counts,
    average_risk: z.number().nullable(),
    /** Open ones with a risk of 70 or more. */
    high_risk: z.int(),
    /** Open ones that a person has to look at. */
    to_review: z.int(),
  }),
  async run(_input, { store }: Pick<World, 'store'>) {
    const heads = await store.alerts.heads()
    const judged = heads.flatMap(({ triage }) => triage?.risk_score ?? [])
    const open = heads.filter(({ status }) => status === 'new' || status === 'triaged' || status === 'investigating')
    return {
      total: heads.length,
      by_severity: countBy(heads, ({ severity }) => severity),
      by_status: countBy(heads, ({ status }) => status),
      by_type: countBy(heads, ({ type }) => type),
      average_risk:
        judged.length === 0
          ? null
          : Math.round((10 * judged.reduce((sum, risk) => sum + risk, 0)) / judged.length) / 10,
      high_risk: open.filter(({ triage }) => (triage?.risk_score ?? 0) >= highRisk).length,
      to_review: open.filter(({ triage }) => triage?.requires_human_review).length,
    }
  },
})

const countBy = (heads: readonly AlertHead[], of: (head: AlertHead) => string): Record<string, number> => {
  const found = new Map<string, number>()
  for (const head of heads) found.set(of(head), (found.get(of(head)) ?? 0) + 1)
  return Object.fromEntries(found)
}
