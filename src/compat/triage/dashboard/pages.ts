import { z } from 'zod'
import { bodyInputs } from '../../../api/rest/input.ts'
import { readJson } from '../../../api/rest/json.ts'
import type { Present, Route } from '../../../api/rest/route.ts'
import { AppError } from '../../../errors.ts'
import { updateAction } from '../../../operations/actions/update-action.ts'
import { getServiceHealth } from '../../../operations/status/get-service-health.ts'
import { getReport } from '../reporting/get-report.ts'
import { getSettings } from '../reporting/get-settings.ts'
import { presentDownload, recentReports } from '../reporting/reports.ts'
import { getExecution } from '../response/get-execution.ts'
import { inEnvelope, refuseForDashboard, toWorkflow } from './labels.ts'
import { listNotices, markNotices } from './notices.ts'
import { getPreferences, setPreferences } from './preferences.ts'

const of = (method: Route['method'], path: string, operation: Route['operation'], present: Present): Route => ({
  ...{ method, path: `/api/v1${path}`, operation, present, hide: true, refuse: refuseForDashboard },
})
const readBody: NonNullable<Route['read']> = async ({ raw }) => bodyInputs(await readJson(raw))
const none = { read: async () => ({}) }

/** Shows incidents as notifications. One counts as read unless its status is open and the user has not marked it. */
const presentNotices: Present = (answer, { query }) => {
  const unreadOnly = z.looseObject({ unreadOnly: z.enum(['true', '1']) }).safeParse(query).success
  const all = listNotices.output.parse(answer).data.map(({ incident, read }) => ({
    id: incident.id,
    title: `${incident.display_id} ${incident.title}`,
    message: incident.reason,
    type: incident.severity === 'critical' || incident.severity === 'high' ? 'error' : 'warning',
    severity: incident.severity,
    read,
    created_at: incident.created_at,
    link: `/incidents/${incident.display_id}`,
  }))
  return inEnvelope(unreadOnly ? all.filter(({ read }) => !read) : all)
}
const presentMarked: Present = () => inEnvelope(null)

const reportNames: Readonly<Record<string, string>> = {
  daily_summary: 'Daily summary',
  weekly_summary: 'Weekly summary',
  incident_report: 'Incident report',
}

const toReport = (id: string, type: string, created_at: string) => ({
  ...{ id, name: `${reportNames[type] ?? type} ${id.slice(type.length + 1)}`, type, format: 'html' },
  ...{ status: 'completed', created_at, created_by: 'vedette', file_url: `/api/v1/reports/${id}/download` },
})
const presentReport: Present = (answer) => {
  const { report_id, report_type, created_at } = getReport.output.parse(answer)
  return inEnvelope(toReport(report_id, report_type, created_at))
}

const requested = z.looseObject({
  schedule: z.looseObject({ frequency: z.string().optional() }).optional().catch(undefined),
  type: z.string().optional(),
})

/** The page asks for a report about alerts, metrics or trends: all of them are in the summary of a day or a week. */
const readRequested: NonNullable<Route['read']> = async (request) => {
  const { schedule, type = '' } = requested.parse(await readBody(request))
  const isDaily = schedule?.frequency === 'daily' || type.startsWith('daily')
  return { id: `${isDaily ? 'daily' : 'weekly'}_summary-${new Date().toISOString().slice(0, 10)}` }
}

const presentSettings: Present = (answer, { query }) => {
  const { category } = z.looseObject({ category: z.string().optional() }).parse(query)
  const groups = Object.entries(getSettings.output.parse(answer))
  const settings = groups.flatMap(([group, values]) =>
    Object.entries(values).map(([name, value]) => ({
      key: `${group}.${name}`,
      value: typeof value === 'object' ? JSON.stringify(value) : value,
      description: '',
      category: group,
      // Settings are in the configuration file.
      editable: false,
      updated_at: null,
    })),
  )
  return inEnvelope(settings.filter((one) => category === undefined || category === '' || one.category === category))
}
const presentNoChange: Present = (_answer, _request, reply) => {
  reply.code(501)
  return { success: false, error: 'Settings are in the configuration file: change vedette.yaml.' }
}

const actions: Readonly<Record<string, string>> = { start: 'in_progress', cancel: 'skipped', retry: 'pending' }
const presentWorkflow: Present = (answer) => inEnvelope(toWorkflow(getExecution.output.parse(answer)))

/** The routes of the pages for notifications, reports, settings and workflows. */
export const pageRoutes: readonly Route[] = [
  of('GET', '/notifications', listNotices, presentNotices),
  { ...of('PATCH', '/notifications/read-all', markNotices, presentMarked), ...none },
  { ...of('PATCH', '/notifications/:id/read', markNotices, presentMarked), ...none },
  { ...of('DELETE', '/notifications/:id', markNotices, presentMarked), readQuery: () => ({ removed: true }) },
  of('GET', '/reports', getServiceHealth, () =>
    inEnvelope(
      recentReports().map(({ report_id, report_type, created_at }) => toReport(report_id, report_type, created_at)),
    ),
  ),
  { ...of('POST', '/reports', getReport, presentReport), read: readRequested },
  of('GET', '/reports/:id', getReport, presentReport),
  { ...of('GET', '/reports/:id/download', getReport, presentDownload), readQuery: () => ({}) },
  of('GET', '/config', getSettings, presentSettings),
  of('GET', '/config/preferences', getPreferences, inEnvelope),
  { ...of('PUT', '/config/preferences', setPreferences, inEnvelope), read: readBody },
  { ...of('PUT', '/config/:key', getSettings, presentNoChange), ...none },
  of('GET', '/features', getServiceHealth, () => inEnvelope({})),
  of('GET', '/workflows/:id', getExecution, presentWorkflow),
  {
    ...of('POST', '/workflows/:id/actions', updateAction, presentWorkflow),
    read: async (request) => {
      const { action } = await readBody(request)
      const status = typeof action === 'string' ? actions[action] : undefined
      if (status === undefined) {
        throw new AppError('INVALID_REQUEST', `Use one of the actions ${Object.keys(actions).join(', ')}.`)
      }
      return { status }
    },
  },
]
