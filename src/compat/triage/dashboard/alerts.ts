import { z } from 'zod'
import { bodyInputs } from '../../../api/rest/input.ts'
import { readJson } from '../../../api/rest/json.ts'
import type { Present, Route } from '../../../api/rest/route.ts'
import { getAlert } from '../../../operations/alerts/get-alert.ts'
import { alert } from '../../../schema/alert/alert.ts'
import { toTriageVerdict } from '../../../schema/alert/triage-formats.ts'
import { alertTypes } from '../../../schema/detection/detection.ts'
import { severity } from '../../../schema/severity.ts'
import { browseAlerts } from '../browse-alerts.ts'
import { judgeAlert } from '../judge-alert.ts'
import { setAlertStatus } from '../set-alert-status.ts'
import { judgeAlerts } from './judge-alerts.ts'
import { alertTypeOf, inEnvelope, refuseForDashboard, statusOf, toItem } from './labels.ts'
import { reportAlert } from './report-alert.ts'
import { setAlertStatuses } from './set-alert-statuses.ts'

type Inputs = Readonly<Record<string, unknown>>

const count = z.coerce.number().int().min(0).optional().catch(undefined)
const paging = z.looseObject({ limit: count, offset: count, page: count, page_size: count })
const sortable = new Set<unknown>(browseAlerts.input.shape.sort_by.unwrap().options)
const mostAtOnce = 1_000

/** The dashboard sends page and page_size, programs limit and offset. A filter with several values comes as `severity[]`. */
const readList = (query: Inputs): Inputs => {
  const { limit, offset, page, page_size } = paging.parse(query)
  const size = Math.min(mostAtOnce, Math.max(1, limit ?? page_size ?? 20))
  const several = (name: string) => [query[`${name}[]`] ?? query[name] ?? []].flat().filter((word) => word !== '')
  const { search, source_ip, sort_by, sort_order, date_from, date_to } = query
  const named = Object.entries({
    alert_type: several('alert_type').map(alertTypeOf),
    severity: several('severity'),
    status: several('status'),
  }).filter(([, words]) => words.length > 0)
  const texts = Object.entries({ search, source_ip, from: date_from, to: date_to }).filter(([, text]) => text !== '')
  return {
    ...Object.fromEntries([...named, ...texts]),
    limit: size,
    skip: offset ?? (Math.max(1, page ?? 1) - 1) * size,
    sort_by: sortable.has(sort_by) ? sort_by : 'received_at',
    sort_order: sort_order === 'asc' ? 'asc' : 'desc',
  }
}

const presentPage: Present = (answer) => {
  const { data, total, skip, limit } = browseAlerts.output.parse(answer)
  return inEnvelope({
    data: data.map(toItem),
    total,
    page: Math.floor(skip / limit) + 1,
    page_size: limit,
    total_pages: Math.ceil(total / limit),
  })
}

const readBody = async ({ raw }: Parameters<NonNullable<Route['read']>>[0]): Promise<Inputs> =>
  bodyInputs(await readJson(raw))

const presentReported: Present = (answer) => {
  const { target_ip, ...reported } = reportAlert.output.parse(answer)
  return inEnvelope({
    ...reported,
    destination_ip: target_ip ?? null,
    status: 'pending',
    updated_at: reported.created_at,
  })
}

const presentTriage: Present = (answer) => {
  const found = getAlert.output.parse(answer)
  return inEnvelope(found.triage && toTriageVerdict(found, found.triage, 0))
}

const asked = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  alert_id: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  severity: severity.catch('medium'),
  type: z.unknown().optional(),
  alert_type: z.unknown().optional(),
})
const known = z.enum(alertTypes).catch('other')
const address = z.union([z.ipv4(), z.ipv6()]).optional().catch(undefined)

/** Turns an alert of the dashboard into one that can be triaged. */
const toAlert = (sent: unknown): object | undefined => {
  const parsed = asked.safeParse(sent)
  if (!parsed.success) return undefined
  const { id, alert_id, title, description, severity, type, alert_type, ...rest } = parsed.data
  const words = [description, title].find((text) => text !== undefined && text.trim() !== '')
  return {
    alert_id: alert_id ?? String(id ?? 'unnamed'),
    timestamp: new Date().toISOString(),
    alert_type: known.parse(alertTypeOf(alert_type ?? type)),
    severity,
    ...(title !== undefined && { title }),
    description: words,
    source_ip: address.parse(rest.source_ip ?? rest.source),
    target_ip: address.parse(rest.destination_ip ?? rest.target_ip ?? rest.target),
  }
}

const toAnalysis = ({ alert: judged, triage, seconds }: z.output<typeof judgeAlert.output>) => {
  const verdict = toTriageVerdict(judged, triage, seconds)
  const { risk_score, risk_level, confidence, reasoning } = verdict
  return {
    alert_id: verdict.alert_id,
    analysis: {
      ...{ risk_score, risk_level, confidence },
      summary: triage.summary,
      analysis: reasoning,
      threat_indicators: verdict.indicators_of_compromise,
      recommended_actions: verdict.recommended_actions.map(({ action }) => action),
      priority: risk_level === 'info' ? 'low' : risk_level,
    },
    model: verdict.model_used,
    usage: { prompt_tokens: triage.model?.input_tokens ?? 0, completion_tokens: triage.model?.output_tokens ?? 0 },
  }
}

const presentAnalyses: Present = (answer) =>
  inEnvelope(
    judgeAlerts.output.parse(answer).results.map((one) => ('error' in one ? { error: one.error } : toAnalysis(one))),
  )

const of = (route: Omit<Route, 'refuse' | 'hide'>): Route => ({ ...route, hide: true, refuse: refuseForDashboard })

/** The routes of the dashboard for alerts. */
export const dashboardAlertRoutes: readonly Route[] = [
  of({ method: 'GET', path: '/api/v1/alerts', operation: browseAlerts, readQuery: readList, present: presentPage }),
  of({
    method: 'POST',
    path: '/api/v1/alerts',
    operation: reportAlert,
    read: async (request) => {
      const { title, description, severity, source_ip, protocol, ...sent } = await readBody(request)
      const port = (given: unknown) => (given === '' || given == null ? undefined : Number(given))
      return Object.fromEntries(
        Object.entries({
          ...{ title, description, severity, source_ip, protocol },
          alert_type: alertTypeOf(sent.alert_type ?? sent.type),
          target_ip: sent.destination_ip ?? sent.target_ip,
          source_port: port(sent.source_port),
          destination_port: port(sent.destination_port),
        }).filter(([, value]) => value !== '' && value !== null),
      )
    },
    present: presentReported,
  }),
  of({
    method: 'GET',
    path: '/api/v1/alerts/:id',
    operation: getAlert,
    present: (answer) => inEnvelope(toItem(getAlert.output.parse(answer))),
  }),
  of({ method: 'GET', path: '/api/v1/alerts/:id/triage', operation: getAlert, present: presentTriage }),
  of({
    method: 'POST',
    path: '/api/v1/alerts/bulk/status',
    operation: setAlertStatuses,
    read: async (request) => {
      const { alert_ids, status, note } = await readBody(request)
      return { alert_ids, status: statusOf(status), comment: note ?? undefined }
    },
    present: inEnvelope,
  }),
  of({
    method: 'PATCH',
    path: '/api/v1/alerts/:id/status',
    operation: setAlertStatus,
    read: async (request) => {
      const { status, note, comment } = await readBody(request)
      return { status: statusOf(status), comment: note ?? comment ?? undefined }
    },
    present: (answer) => inEnvelope(toItem(alert.parse(answer))),
  }),
  of({
    method: 'PATCH',
    path: '/api/v1/alerts/:id/assign',
    operation: setAlertStatus,
    read: async (request) => ({ status: 'assigned', assigned_to: (await readBody(request)).assigned_to }),
    present: (answer) => inEnvelope(toItem(alert.parse(answer))),
  }),
  of({
    method: 'POST',
    path: '/api/v1/ai/analyze-alert',
    operation: judgeAlert,
    read: async (request) => ({ alert: toAlert((await readBody(request)).alert) }),
    present: (answer) => inEnvelope(toAnalysis(judgeAlert.output.parse(answer))),
  }),
  of({
    method: 'POST',
    path: '/api/v1/ai/batch-analyze',
    operation: judgeAlerts,
    read: async (request) => {
      const { alerts } = await readBody(request)
      return { alerts: Array.isArray(alerts) ? alerts.map(toAlert) : undefined }
    },
    present: presentAnalyses,
  }),
]
