import { z } from 'zod'
import { refuseInEnvelope } from '../../../api/rest/envelope.ts'
import type { Route } from '../../../api/rest/route.ts'
import { chartAlerts } from '../chart-alerts.ts'

type Chart = z.output<typeof chartAlerts.output>

/** `2026-01-08 14:00` of an hour, `2026-01-08` of a day. */
const labelOf = (time: string, group: string | undefined): string =>
  group === 'day' ? time.slice(0, 10) : `${time.slice(0, 10)} ${time.slice(11, 16)}`

/** Compares the last number with the first; 10 % up or down is a trend. */
const directionOf = (values: readonly number[]): string => {
  const [first, last] = [values[0], values.at(-1)]
  if (values.length < 2 || first === undefined || last === undefined) return 'insufficient_data'
  return last > first * 1.1 ? 'increasing' : last < first * 0.9 ? 'decreasing' : 'stable'
}

const trendOf = (
  metric: string,
  { time_range }: Chart,
  found: readonly { readonly time: string; readonly value: number }[],
  group: string | undefined,
) => ({
  metric,
  time_range,
  data_points: found.map(({ time, value }) => ({ timestamp: time, value, label: labelOf(time, group) })),
  summary: directionOf(found.map(({ value }) => value)),
})

const volumeOf = ({ points }: Chart) => points.map(({ time, alerts }) => ({ time, value: alerts }))

const riskOf = ({ points }: Chart) =>
  points.flatMap(({ time, average_risk }) => (average_risk === null ? [] : [{ time, value: average_risk }]))

/** The gateway derived its health from the number of critical alerts. */
const healthOf = (critical: number): string => (critical > 50 ? 'unhealthy' : critical > 10 ? 'degraded' : 'healthy')

const dashboardOf = (chart: Chart, withTrends: boolean) => ({
  total_alerts: chart.total,
  critical_alerts: chart.critical,
  high_risk_alerts: chart.high_risk,
  pending_triage: chart.to_review,
  avg_response_time: chart.seconds_to_close,
  alerts_today: chart.today,
  threats_blocked: chart.closed,
  system_health: healthOf(chart.critical),
  trends: withTrends ? { alert_volume: volumeOf(chart).map(({ time, value }) => ({ timestamp: time, value })) } : null,
})

const performanceOf = ({ average_risk, by_risk_level, model_calls }: Chart) => {
  const calls = model_calls.reduce((sum, { count }) => sum + count, 0)
  const ms = model_calls.reduce((sum, one) => sum + one.ms, 0)
  const callsOf = (name: string) =>
    model_calls.filter(({ model }) => model.includes(name)).reduce((sum, { count }) => sum + count, 0)
  return {
    average_risk_score: average_risk ?? 0,
    average_processing_time_ms: calls === 0 ? 0 : Math.round(ms / calls),
    deepseek_usage: callsOf('deepseek'),
    qwen_usage: callsOf('qwen'),
    critical_risk_count: by_risk_level.critical,
    high_risk_count: by_risk_level.high,
    medium_risk_count: by_risk_level.medium,
    low_risk_count: by_risk_level.low,
  }
}

const asked = z.looseObject({ group_by: z.string().optional(), include_trends: z.string().optional() })

const of = (path: string, present: (chart: Chart, query: z.output<typeof asked>) => unknown): Route => ({
  method: 'GET',
  path: `/api/v1/analytics${path}`,
  operation: chartAlerts,
  hide: true,
  refuse: refuseInEnvelope,
  present: (answer, { query }) => present(chartAlerts.output.parse(answer), asked.parse(query)),
})

/** The routes of the gateway that count alerts. */
export const analyticsRoutes: readonly Route[] = [
  of('/dashboard', (chart, { include_trends }) => dashboardOf(chart, include_trends !== 'false')),
  of('/trends/alerts', (chart, { group_by }) => trendOf('alert_volume', chart, volumeOf(chart), group_by)),
  of('/trends/risk-scores', (chart, { group_by }) => trendOf('average_risk_score', chart, riskOf(chart), group_by)),
  of('/metrics/severity-distribution', ({ by_severity }) => by_severity),
  of('/metrics/status-distribution', ({ by_status }) => by_status),
  of('/metrics/top-sources', ({ top_sources }) => top_sources.map(({ name: source, count }) => ({ source, count }))),
  of('/metrics/top-alert-types', ({ top_types }) =>
    top_types.map(({ name: alert_type, count }) => ({ alert_type, count })),
  ),
  of('/metrics/performance', performanceOf),
]
