import { z } from 'zod'
import { day, hour, week } from '../../lib/units/time.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import { timeRange } from '../../operations/paging.ts'
import { parseTimeRange } from '../../operations/time.ts'
import type { Actor } from '../../schema/account/role.ts'
import { severities } from '../../schema/severity.ts'
import {
  createCounts,
  createMean,
  highRisk,
  isClosed,
  isOpenEntry,
  msOpen,
  summarizeAlerts,
} from './summarize-alerts.ts'

const spans = { '1h': hour, '24h': day, '7d': week, '30d': 30 * day } as const
const steps = { hour, day } as const

const counts = z.record(z.string(), z.int())

/** Counts the alerts of a time range by hour or day, by source and by status. */
export const chartAlerts = defineOperation({
  name: 'chart_alerts',
  summary: 'Counts the alerts of the last hour, day, week or month over time, and returns their average risk.',
  role: 'viewer',
  input: z.strictObject({
    time_range: z.enum(['1h', '24h', '7d', '30d']).default('24h').describe('The time range.'),
    group_by: z.enum(['hour', 'day']).default('hour').describe('The interval of the points.'),
    limit: z.int().min(1).max(100).default(10).describe('The most sources and types to return.'),
    ...timeRange,
    include_trends: z.boolean().default(true).describe('Whether to return the points.'),
  }),
  output: z.object({
    time_range: z.string(),
    /** The time range of the counts. */
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    total: z.int(),
    critical: z.int(),
    high_risk: z.int(),
    /** Alerts created in the last 24 hours. */
    today: z.int(),
    /** Of all alerts: open alerts that need human review, and closed alerts. */
    to_review: z.int(),
    closed: z.int(),
    /** The mean time from creation to closing; null if no alert is closed. */
    seconds_to_close: z.number().nullable(),
    /** One point for each hour or day (UTC) with alerts. */
    points: z.array(z.object({ time: z.iso.datetime(), alerts: z.int(), average_risk: z.number().nullable() })),
    /** Of all alerts. */
    by_severity: counts,
    by_status: counts,
    by_risk_level: counts,
    average_risk: z.number().nullable(),
    top_sources: z.array(z.object({ name: z.string(), count: z.int() })),
    top_types: z.array(z.object({ name: z.string(), count: z.int() })),
    /** The calls of language models in the last 30 days, and their total duration. */
    model_calls: z.array(z.object({ model: z.string(), count: z.int(), ms: z.number() })),
  }),
  async run(
    { time_range, group_by, limit, include_trends, from, to },
    deps: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor },
  ) {
    const { store, now } = deps
    const time = now()
    const sums = await summarizeAlerts.run({}, deps)
    const span = parseTimeRange({ from, to }, time)
    const end = span.to ?? time
    const start = span.from ?? end - spans[time_range]
    const inSpan = { total: 0, critical: 0, high_risk: 0 }
    const inAll = { today: 0, in_progress: 0, assigned: 0, closed: 0 }
    const secondsToClose = createMean()
    const points = new Map<number, { alerts: number; readonly risk: ReturnType<typeof createMean> }>()
    const [levels, sources] = [createCounts(), createCounts()]
    for await (const some of store.alerts.scan()) {
      for (const entry of some) {
        const { created_at, severity, triage, status, source, assignee } = entry
        const created = Date.parse(created_at)
        sources.add(source)
        if (triage) levels.add(triage.risk_level)
        if (created >= time - day) inAll.today += 1
        if (status === 'investigating') inAll.in_progress += 1
        if (isOpenEntry(entry) && assignee !== null) inAll.assigned += 1
        if (isClosed(entry)) inAll.closed += 1
        if (created < start || created > end) continue
        inSpan.total += 1
        if (severity === 'critical') inSpan.critical += 1
        if ((triage?.risk_score ?? 0) >= highRisk) inSpan.high_risk += 1
        if (isClosed(entry)) secondsToClose.add(msOpen(entry))
        const slot = Math.floor(created / steps[group_by]) * steps[group_by]
        const point = points.get(slot) ?? { alerts: 0, risk: createMean() }
        points.set(slot, point)
        point.alerts += 1
        if (triage) point.risk.add(triage.risk_score)
      }
    }
    const calls = await store.llm.metered(time - spans['30d'])
    const { today, closed, ...byStatus } = inAll
    return {
      time_range,
      from: new Date(start).toISOString(),
      to: new Date(end).toISOString(),
      ...inSpan,
      today,
      seconds_to_close: secondsToClose.mean(1_000),
      points: include_trends
        ? [...points]
            .sort(([a], [b]) => a - b)
            .map(([slot, { alerts, risk }]) => ({
              time: new Date(slot).toISOString(),
              alerts,
              average_risk: risk.mean(),
            }))
        : [],
      to_review: sums.to_review,
      closed,
      by_severity: { ...zeros(severities), ...sums.by_severity },
      by_status: { new: 0, resolved: 0, ...sums.by_status, ...byStatus, closed },
      by_risk_level: { ...zeros(severities), ...levels.counts() },
      average_risk: sums.average_risk,
      top_sources: top(sources.counts(), limit),
      top_types: top(sums.by_type, limit),
      model_calls: calls.map(({ model, calls: count, duration_ms }) => ({ model, count, ms: duration_ms })),
    }
  },
})

const zeros = (words: readonly string[]): Record<string, number> => Object.fromEntries(words.map((word) => [word, 0]))

const top = (found: Readonly<Record<string, number>>, limit: number) =>
  Object.entries(found)
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
