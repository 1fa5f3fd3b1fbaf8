import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { day } from '../../../lib/units/time.ts'
import { requireAlert } from '../../../operations/alerts/require-alert.ts'
import type { Deps } from '../../../operations/deps.ts'
import { getDigest } from '../../../operations/digests/get-digest.ts'
import { getIncident } from '../../../operations/incidents/get-incident.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/account/role.ts'

const periods = { daily_summary: 'day', weekly_summary: 'week' } as const
const periodic = /^(daily_summary|weekly_summary)-(\d{4}-\d{2}-\d{2})$/
const about = /^incident_report-(.+)$/

const report = z.object({
  report_id: z.string(),
  report_type: z.string(),
  created_at: z.iso.datetime(),
  /** The digest of the period, or the incident with its alerts. */
  data: z.looseObject({}),
  text: z.string(),
  html: z.string().nullable(),
})

/** Composes a report on request. Its ID contains its type and subject, so nothing is stored. */
export const getReport = defineOperation({
  name: 'get_report',
  summary: 'Composes a report of a day, a week or an incident, for clients of the triage services.',
  role: 'viewer',
  input: z.strictObject({
    id: z.string().max(1_100).describe('`daily_summary-2026-01-31` or `incident_report-INC-3`.'),
  }),
  output: report,
  async run({ id }, deps: Pick<Deps, 'store' | 'learning' | 'now' | 'publicUrl'> & { readonly actor: Actor }) {
    const created_at = new Date(deps.now()).toISOString()
    const [, type, date] = periodic.exec(id) ?? []
    if ((type === 'daily_summary' || type === 'weekly_summary') && date !== undefined) {
      const end = Date.parse(date) + day
      if (Number.isNaN(end)) throw notFound(id)
      const to = new Date(end).toISOString()
      const { digest, text, html } = await getDigest.run({ period: periods[type], to }, deps)
      return { report_id: id, report_type: type, created_at, data: { date, ...digest }, text, html }
    }
    const subject = about.exec(id)?.[1]
    if (subject === undefined) throw notFound(id)
    const incident = /^INC-\d+$/.test(subject) ? subject : (await requireAlert(deps.store, subject)).incident_id
    if (incident === null) throw new AppError('CONFLICT', `The alert "${subject}" belongs to no incident.`)
    // The history has addresses of users, and this port needs no token.
    const { history: _, ...found } = await getIncident.run({ id: incident }, deps)
    const text = [
      found.title,
      '',
      found.summary ?? found.reason,
      '',
      ...found.timeline.map(({ time, text }) => `${time} ${text}`),
    ]
    return { report_id: id, report_type: 'incident_report', created_at, data: found, text: text.join('\n'), html: null }
  },
})

const notFound = (id: string) =>
  new AppError('NOT_FOUND', `Report "${id}" not found.`, {
    hint: 'Generate a report of the type daily_summary, weekly_summary or incident_report.',
  })
