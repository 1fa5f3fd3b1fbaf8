import { z } from 'zod'
import { presentIn } from '../../../api/rest/envelope.ts'
import type { Present, Refuse, Route } from '../../../api/rest/route.ts'
import { AppError } from '../../../errors.ts'
import { day } from '../../../lib/units/time.ts'
import { getServiceHealth } from '../../../operations/status/get-service-health.ts'
import { getReport } from './get-report.ts'

const inEnvelope = presentIn('')
const date = z.iso.date()

/** The id of a report from the parameters of the original. */
const wanted = z.looseObject({
  report_type: z.enum(['daily_summary', 'weekly_summary', 'incident_report'], {
    error: 'use daily_summary, weekly_summary or incident_report',
  }),
  date: z.string().optional(),
  alert_id: z.string().min(1).optional(),
})

const readWanted: NonNullable<Route['readQuery']> = (query) => {
  const parsed = wanted.safeParse(query)
  if (!parsed.success) throw invalid(parsed.error.issues[0]?.message ?? 'is invalid', 'report_type')
  const { report_type, date: day = today(), alert_id } = parsed.data
  if (report_type !== 'incident_report') {
    const on = day.slice(0, 10)
    if (!date.safeParse(on).success) throw invalid('is not a date: 2026-01-31', 'date')
    return { id: `${report_type}-${on}` }
  }
  if (alert_id === undefined) throw invalid('alert_id is required for incident reports', 'alert_id')
  return { id: `incident_report-${alert_id}` }
}

const today = () => new Date().toISOString().slice(0, 10)
const invalid = (message: string, path: string) =>
  new AppError('INVALID_REQUEST', `${path}: ${message}.`, { errors: [{ path, message }] })

const presentReport: Present = (answer, request, reply) => {
  const { text, html: _, ...report } = getReport.output.parse(answer)
  const data = { ...report.data, report_id: report.report_id, report_type: report.report_type, summary: text }
  return inEnvelope({ ...report, status: 'completed', data }, request, reply)
}

const presentGenerated: Present = (answer, request, reply) => {
  const { report_id, report_type } = getReport.output.parse(answer)
  return inEnvelope({ report_id, report_type, status: 'completed' }, request, reply)
}

const format = z.looseObject({ format: z.enum(['html', 'json', 'csv', 'pdf']).catch('html') })
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const cell = (text: string) => `"${text.replaceAll('"', '""')}"`

/** Presents a report as a file in the format of the query. */
export const presentDownload: Present = (answer, { query }, reply) => {
  const { format: as } = format.parse(query)
  const { report_id, report_type, created_at, data, text, html } = getReport.output.parse(answer)
  const send = (type: string, body: string) => {
    const name = report_id.replace(/[^\w.-]+/g, '_')
    reply.type(type).header('content-disposition', `attachment; filename="${name}.${as}"`)
    return body
  }
  if (as === 'json') return send('application/json; charset=utf-8', JSON.stringify({ report_id, report_type, ...data }))
  if (as === 'html') {
    return send(
      'text/html; charset=utf-8',
      html ?? `<!doctype html><title>${escaped(report_id)}</title><pre>${escaped(text)}</pre>`,
    )
  }
  if (as === 'csv') {
    const numbers = Object.entries(data).filter(([, value]) => typeof value === 'number' || typeof value === 'string')
    const rows = [
      ['Key', 'Value'],
      ['Report ID', report_id],
      ['Report Type', report_type],
      ['Generated At', created_at],
    ]
    return send(
      'text/csv; charset=utf-8',
      [...rows, ...numbers].map((row) => row.map((value) => cell(String(value))).join(',')).join('\r\n'),
    )
  }
  reply.code(501)
  return { success: false, error: 'Reports are not written as PDF. Print the HTML.' }
}

/** Returns the reports of the last seven days and four weeks; others are composed on request as well. */
export const recentReports = () => {
  const dates = (count: number, step: number) =>
    Array.from({ length: count }, (_, i) => new Date(Date.now() - i * step * day).toISOString().slice(0, 10))
  return [
    ...dates(7, 1).map((on) => ({ report_type: 'daily_summary', on })),
    ...dates(4, 7).map((on) => ({ report_type: 'weekly_summary', on })),
  ].map(({ report_type, on }) => ({
    report_id: `${report_type}-${on}`,
    report_type,
    status: 'completed',
    created_at: `${on}T00:00:00.000Z`,
  }))
}

const presentReports: Present = (_answer, request, reply) => {
  const { status, report_type } = z
    .looseObject({ status: z.string().optional(), report_type: z.string().optional() })
    .parse(request.query)
  const reports = recentReports().filter(
    (one) => (status ?? one.status) === one.status && (report_type ?? one.report_type) === one.report_type,
  )
  return inEnvelope({ reports, total: reports.length }, request, reply)
}

/** The routes of the reporting service. */
export const reportRoutes = (refuse: Refuse): readonly Route[] => [
  {
    ...{ method: 'POST', path: '/api/v1/reports/generate', operation: getReport, hide: true, refuse },
    ...{ read: async () => ({}), readQuery: readWanted, present: presentGenerated },
  },
  {
    ...{ method: 'GET', path: '/api/v1/reports', operation: getServiceHealth, hide: true, refuse },
    ...{ readQuery: () => ({}), present: presentReports },
  },
  { method: 'GET', path: '/api/v1/reports/:id', operation: getReport, hide: true, refuse, present: presentReport },
  {
    ...{ method: 'GET', path: '/api/v1/reports/:id/download', operation: getReport, hide: true, refuse },
    ...{ readQuery: () => ({}), present: presentDownload },
  },
]
