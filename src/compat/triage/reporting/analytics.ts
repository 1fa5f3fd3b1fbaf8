import { z } from 'zod'
import { presentIn } from '../../../api/rest/envelope.ts'
import type { Present, Refuse, Route } from '../../../api/rest/route.ts'
import { listActions } from '../../../operations/actions/list-actions.ts'
import { chartAlerts } from '../chart-alerts.ts'

const inEnvelope = presentIn('')
type Chart = z.output<typeof chartAlerts.output>

/** `last_24h`, `last_hour` and `24h`: clients of different versions name the spans differently. */
const span = z
  .string()
  .transform((text) => (/hour|1h/.test(text) ? '1h' : /30/.test(text) ? '30d' : /7/.test(text) ? '7d' : '24h'))
const readSpan: NonNullable<Route['readQuery']> = ({ time_range }) => ({
  time_range: span.parse(typeof time_range === 'string' ? time_range : '24h'),
})

const total = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, count) => sum + count, 0)

const alertsOf = ({ by_severity, by_status, top_types, closed }: Chart) => ({
  total_alerts: total(by_severity),
  by_severity,
  by_type: Object.fromEntries(top_types.map(({ name, count }) => [name, count])),
  triaged: total(by_severity) - (by_status.new ?? 0),
  // Nothing is closed automatically; a suppression hides alerts at the word of a person.
  auto_closed: 0,
  human_reviewed: closed,
})

/** The share of false positives is that of the alerts that people closed; null before the first. */
const triageOf = ({ by_severity, by_status, closed, model_calls }: Chart) => {
  const wrong = by_status.false_positive ?? 0
  const calls = model_calls.reduce((sum, { count }) => sum + count, 0)
  const ms = model_calls.reduce((sum, one) => sum + one.ms, 0)
  return {
    avg_triage_time_seconds: calls === 0 ? 0 : ms / calls / 1_000,
    triaged_by_ai: total(by_severity) - (by_status.new ?? 0),
    triaged_by_human: closed,
    accuracy_score: closed === 0 ? null : (closed - wrong) / closed,
    false_positive_rate: closed === 0 ? null : wrong / closed,
  }
}

/** Counts the executions of the 500 newest actions. */
const automationOf = (actions: z.output<typeof listActions.output>['data']) => {
  const runs = actions.flatMap((action) => action.runs.filter(({ kind }) => kind === 'execution'))
  const playbooks = new Set(
    actions.flatMap(({ playbook, incident_id }) => (playbook ? `${playbook} ${incident_id}` : [])),
  )
  return {
    playbooks_executed: playbooks.size,
    actions_executed: runs.length,
    success_rate: runs.length === 0 ? 0 : runs.filter(({ ok }) => ok).length / runs.length,
    // Vedette does not measure these.
    avg_execution_time_seconds: null,
    time_saved_hours: null,
  }
}

const volume = ({ points }: Chart) =>
  points.map(({ time, alerts }) => ({ timestamp: time, value: alerts, label: time.slice(11, 16) }))

const metric = z.looseObject({ metric: z.string() })

/** The routes of the analytics service. */
export const analyticsServiceRoutes = (refuse: Refuse): readonly Route[] => {
  const chart = (path: string, present: (chart: Chart, ...rest: Parameters<Present>) => unknown): Route => ({
    ...{ method: 'GET', path: `/api/v1${path}`, operation: chartAlerts, hide: true, refuse, readQuery: readSpan },
    present: (answer, request, reply) =>
      inEnvelope(present(chartAlerts.output.parse(answer), answer, request, reply), request, reply),
  })
  return [
    chart('/dashboard', (found) => ({
      alert_metrics: alertsOf(found),
      triage_metrics: triageOf(found),
      trends: { alert_volume: volume(found) },
      top_alerts: found.top_types.map(({ name, count }) => ({ alert_type: name, count })),
    })),
    chart('/metrics/alerts', alertsOf),
    chart('/metrics/triage', triageOf),
    {
      ...{ method: 'GET', path: '/api/v1/metrics/automation', operation: listActions, hide: true, refuse },
      readQuery: () => ({ limit: 500 }),
      present: (answer, request, reply) =>
        inEnvelope(automationOf(listActions.output.parse(answer).data), request, reply),
    },
    chart('/trends/:metric', (found, _answer, { params }) => {
      const { metric: metric_type } = metric.parse(params)
      return {
        metric_type,
        time_range: found.time_range,
        trends: metric_type === 'alert_volume' ? volume(found) : [],
      }
    }),
  ]
}
