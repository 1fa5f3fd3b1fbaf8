import { z } from 'zod'
import type { CompatSystem } from '../../../api/compat-system.ts'
import type { Present, Route } from '../../../api/rest/route.ts'
import { day } from '../../../lib/units/time.ts'
import { listActions } from '../../../operations/actions/list-actions.ts'
import { listPlaybooks } from '../../../operations/actions/list-playbooks.ts'
import { chartAlerts } from '../chart-alerts.ts'
import { healthRoute } from '../health.ts'
import { summarizeAlerts } from '../summarize-alerts.ts'
import { accountRoutes } from './account.ts'
import { dashboardAlertRoutes } from './alerts.ts'
import { inEnvelope, refuseForDashboard, toMetrics, toWorkflows } from './labels.ts'
import { pageRoutes } from './pages.ts'
import { serveDashboardSocket } from './socket.ts'

const interval = z.looseObject({ interval: z.enum(['hour', 'day', 'week', 'month']).catch('day') })

/** Names the hour, day, week or month (UTC) of a time. */
const spanNamed = (time: string, length: z.output<typeof interval>['interval']): string => {
  if (length === 'hour') return `${time.slice(0, 10)} ${time.slice(11, 13)}:00`
  if (length === 'day') return time.slice(0, 10)
  if (length === 'month') return time.slice(0, 7)
  // The week of the year, starting on Monday, as `%W` of strftime.
  const at = new Date(time)
  const dayOfYear = (Date.parse(time.slice(0, 10)) - Date.UTC(at.getUTCFullYear(), 0)) / day
  const week = Math.floor((dayOfYear + 7 - ((at.getUTCDay() + 6) % 7)) / 7)
  return `${at.getUTCFullYear()}-${String(week).padStart(2, '0')}`
}

const presentTrends: Present = (answer, { query }) => {
  const { interval: length } = interval.parse(query)
  const { points, from, to } = chartAlerts.output.parse(answer)
  const sums = new Map<string, number>()
  for (const { time, alerts } of points) {
    const date = spanNamed(time, length)
    sums.set(date, (sums.get(date) ?? 0) + alerts)
  }
  const data = [...sums].map(([date, count]) => ({ date, count }))
  return { ...inEnvelope(data), meta: { interval: length, date_from: from, date_to: to, total_points: data.length } }
}

const most = z.looseObject({ limit: z.coerce.number().int().min(1).max(100).catch(5) })

const presentTop: Present = (answer, { query }) => {
  const { total, by_type } = summarizeAlerts.output.parse(answer)
  return inEnvelope(
    Object.entries(by_type)
      .sort(([, a], [, b]) => b - a)
      .slice(0, most.parse(query).limit)
      .map(([alert_type, count]) => ({ alert_type, count, percentage: Math.round((1_000 * count) / total) / 10 })),
  )
}

const presentTemplates: Present = (answer) =>
  inEnvelope(
    listPlaybooks.output.parse(answer).data.map(({ id, title, description, category, steps }) => ({
      ...{ id, name: title, description, category },
      steps: steps.length,
      stepDetails: steps.map((step) => ({
        id: step.id,
        name: step.description,
        description: step.description,
        type: step.webhook === undefined ? 'manual' : 'automated',
      })),
    })),
  )

const get = (path: string, operation: Route['operation'], present: Present, more: Partial<Route> = {}): Route => ({
  ...more,
  ...{ method: 'GET', path: `/api/v1${path}`, operation, present, hide: true, refuse: refuseForDashboard },
})

const routes: readonly Route[] = [
  { ...healthRoute('web-dashboard'), open: true },
  ...accountRoutes,
  ...dashboardAlertRoutes,
  get('/metrics', summarizeAlerts, (answer) => inEnvelope(toMetrics(answer))),
  get('/top-alerts', summarizeAlerts, presentTop),
  get('/trends', chartAlerts, presentTrends, {
    readQuery: ({ date_from, date_to, ...query }) => ({
      time_range: '30d',
      group_by: interval.parse(query).interval === 'hour' ? 'hour' : 'day',
      ...(date_from !== '' && { from: date_from }),
      ...(date_to !== '' && { to: date_to }),
    }),
  }),
  get('/workflows', listActions, (answer) => inEnvelope(toWorkflows(answer)), { readQuery: () => ({ limit: 500 }) }),
  get('/workflow-templates', listPlaybooks, presentTemplates),
  ...pageRoutes,
]

/** The dashboard of the triage services: users sign in and follow changes over a WebSocket. */
export const triageDashboard: CompatSystem = {
  name: 'triage-dashboard',
  // It used 3000, like the log analyser, so operators name a port.
  ports: [],
  needsToken: true,
  routes: [],
  ownRoutes: routes,
  serveSocket: serveDashboardSocket,
}
