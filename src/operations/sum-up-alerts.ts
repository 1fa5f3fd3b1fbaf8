import { z } from 'zod'
import { openAlertStatuses } from '../schema/alert.ts'
import type { AlertHead } from '../schema/alert-head.ts'
import { defineOperation } from './operation.ts'
import type { World } from './world.ts'

const counts = z.record(z.string(), z.int())
/** From which risk on an alert is a high one. */
export const highRisk = 70

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
    /** Closed in the last 24 hours. */
    closed_today: z.int(),
    /** From being made to being closed, of those that were closed; null without one. */
    seconds_to_close: z.number().nullable(),
  }),
  async run(_input, { store, now }: Pick<World, 'store' | 'now'>) {
    const heads = await store.alerts.heads()
    const open = heads.filter(isOpen)
    const closed = heads.filter(isClosed)
    const yesterday = now() - 86_400_000
    return {
      total: heads.length,
      by_severity: countBy(heads, ({ severity }) => severity),
      by_status: countBy(heads, ({ status }) => status),
      by_type: countBy(heads, ({ type }) => type),
      average_risk: averageRisk(heads),
      high_risk: open.filter(({ triage }) => (triage?.risk_score ?? 0) >= highRisk).length,
      to_review: open.filter(({ triage }) => triage?.requires_human_review).length,
      closed_today: closed.filter(({ updated_at }) => Date.parse(updated_at) > yesterday).length,
      seconds_to_close: mean(closed.map(secondsOpen)),
    }
  },
})

export const isOpen = ({ status }: AlertHead): boolean => openAlertStatuses.some((open) => open === status)

/** Whether somebody said that it is over. */
export const isClosed = ({ status }: AlertHead): boolean => status === 'resolved' || status === 'false_positive'

/** How long a closed one was open. */
export const secondsOpen = ({ created_at, updated_at }: AlertHead): number =>
  (Date.parse(updated_at) - Date.parse(created_at)) / 1_000

/** The mean of the risk of those that triage has judged, to one place; null when it has judged none. */
export const averageRisk = (heads: readonly AlertHead[]): number | null =>
  mean(heads.flatMap(({ triage }) => triage?.risk_score ?? []))

/** To one place; null without numbers. */
export const mean = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : Math.round((10 * numbers.reduce((sum, one) => sum + one, 0)) / numbers.length) / 10

export const countBy = (heads: readonly AlertHead[], of: (head: AlertHead) => string): Record<string, number> => {
  const found = new Map<string, number>()
  for (const head of heads) found.set(of(head), (found.get(of(head)) ?? 0) + 1)
  return Object.fromEntries(found)
}
