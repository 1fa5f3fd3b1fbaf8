import { z } from 'zod'
import { day } from '../../lib/units/time.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import { openAlertStatuses } from '../../schema/alert/alert.ts'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'

const counts = z.record(z.string(), z.int())
/** The lowest risk score of a high-risk alert. */
export const highRisk = 70

/** Counts all alerts, with averages. */
export const summarizeAlerts = defineOperation({
  name: 'summarize_alerts',
  summary: 'Counts alerts by severity, status and type, and returns the average risk.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({
    total: z.int(),
    by_severity: counts,
    by_status: counts,
    by_type: counts,
    average_risk: z.number().nullable(),
    /** Open alerts with a risk score of 70 or more. */
    high_risk: z.int(),
    /** Open alerts that need human review. */
    to_review: z.int(),
    /** Alerts closed in the last 24 hours. */
    closed_today: z.int(),
    /** The mean time from creation to closing; null if no alert is closed. */
    seconds_to_close: z.number().nullable(),
  }),
  async run(_input, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const yesterday = now() - day
    const by = { severity: createCounts(), status: createCounts(), type: createCounts() }
    const [risk, secondsToClose] = [createMean(), createMean()]
    const counts = { total: 0, high_risk: 0, to_review: 0, closed_today: 0 }
    for await (const some of store.alerts.scan()) {
      for (const entry of some) {
        const { triage, severity, status, type, updated_at } = entry
        counts.total += 1
        by.severity.add(severity)
        by.status.add(status)
        by.type.add(type)
        if (triage) risk.add(triage.risk_score)
        if (isOpenEntry(entry)) {
          if ((triage?.risk_score ?? 0) >= highRisk) counts.high_risk += 1
          if (triage?.requires_human_review) counts.to_review += 1
        } else if (isClosed(entry)) {
          if (Date.parse(updated_at) > yesterday) counts.closed_today += 1
          secondsToClose.add(msOpen(entry))
        }
      }
    }
    return {
      ...counts,
      by_severity: by.severity.counts(),
      by_status: by.status.counts(),
      by_type: by.type.counts(),
      average_risk: risk.mean(),
      seconds_to_close: secondsToClose.mean(1_000),
    }
  },
})

export const isOpenEntry = ({ status }: AlertIndexEntry): boolean => openAlertStatuses.some((open) => open === status)

/** Whether a person closed the alert. */
export const isClosed = ({ status }: AlertIndexEntry): boolean => status === 'resolved' || status === 'false_positive'

/** The time that a closed alert was open. */
export const msOpen = ({ created_at, updated_at }: AlertIndexEntry): number =>
  Date.parse(updated_at) - Date.parse(created_at)

/** Calculates a mean to one decimal place, divided by `unit`; null without numbers. */
export const createMean = () => {
  let [sum, count] = [0, 0]
  return {
    add(number: number): void {
      sum += number
      count += 1
    },
    mean: (unit = 1): number | null => (count === 0 ? null : Math.round((10 * sum) / unit / count) / 10),
  }
}

/** Counts the occurrences of each word. */
export const createCounts = () => {
  const found = new Map<string, number>()
  return {
    add: (word: string): void => void found.set(word, (found.get(word) ?? 0) + 1),
    counts: (): Record<string, number> => Object.fromEntries(found),
  }
}
