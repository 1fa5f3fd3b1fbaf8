import { z } from 'zod'
import { parseAlertSearch, searchAlerts } from '../../operations/alerts/search-alerts.ts'
import { type AlertSort, createAlertPager } from '../../operations/alerts/sort-alerts.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import { timeRange } from '../../operations/paging.ts'
import { alert } from '../../schema/alert/alert.ts'
import { alertTypes } from '../../schema/detection/detection.ts'
import { severity } from '../../schema/severity.ts'

/** The statuses of the triage services as filters over ours. */
const statusFilters: Readonly<Record<string, string>> = {
  new: 'status:new',
  pending: 'status:new',
  analyzing: 'status:new',
  analyzed: 'status:triaged',
  triaged: 'status:triaged',
  pending_review: 'status:triaged AND requires_human_review:true',
  assigned: 'open:true AND assignee:*',
  in_progress: 'status:investigating',
  investigating: 'status:investigating',
  resolved: 'status:resolved',
  closed: '(status:resolved OR status:false_positive)',
  false_positive: 'status:false_positive',
  suppressed: 'status:suppressed',
}
const statuses = Object.keys(statusFilters)

const sorts = {
  timestamp: 'last_seen',
  received_at: 'created_at',
  created_at: 'created_at',
  updated_at: 'updated_at',
  severity: 'severity',
  risk_score: 'risk_score',
} as const
const sortable = ['timestamp', 'received_at', 'created_at', 'updated_at', 'severity', 'risk_score'] as const

const filters = z.object({
  alert_type: z.array(z.enum(alertTypes)).optional(),
  severity: z.array(severity).optional(),
  status: z
    .array(z.string().refine((word) => statuses.includes(word), `expected one of: ${statuses.join(', ')}`))
    .optional(),
  source_ip: z.string().min(1).max(100).optional(),
  search: z.string().min(1).max(500).optional().describe('A phrase in the alert.'),
  min_risk_score: z.number().min(0).max(100).optional(),
  active: z.boolean().optional().describe('Only open alerts.'),
})

/** Lists alerts by offset and named filters, for clients without cursors. */
export const browseAlerts = defineOperation({
  name: 'browse_alerts',
  summary: 'Lists alerts by named filters, with an offset and a limit.',
  role: 'viewer',
  input: z.strictObject({
    ...filters.shape,
    ...timeRange,
    skip: z.int().min(0).max(1_000_000).default(0),
    limit: z.int().min(1).max(1_000).default(100),
    sort_by: z.enum(sortable).default('timestamp'),
    sort_order: z.enum(['asc', 'desc']).default('desc'),
  }),
  output: z.object({ data: z.array(alert), total: z.int(), skip: z.int(), limit: z.int() }),
  async run({ skip, limit, sort_by, sort_order, from, to, ...wanted }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const sort: AlertSort = sort_order === 'desc' ? `-${sorts[sort_by]}` : sorts[sort_by]
    const pager = createAlertPager(sort, { limit: skip + limit })
    let total = 0
    for await (const some of searchAlerts(parseAlertSearch({ q: filterOf(wanted), from, to }, now()), store)) {
      total += some.length
      pager.add(some)
    }
    const page = pager.page()
    const data = await store.alerts.load(page.items.slice(skip).map(({ id }) => id))
    return { data: data.map(({ folded: _, ...item }) => item), total, skip, limit }
  },
})

const filterOf = (wanted: z.output<typeof filters>): string =>
  [
    anyOf(wanted.alert_type?.map((one) => `type:${one}`)),
    anyOf(wanted.severity?.map((one) => `severity:${one}`)),
    anyOf(wanted.status?.map((one) => statusFilters[one])),
    wanted.source_ip && `ip:${JSON.stringify(wanted.source_ip)}`,
    wanted.search && JSON.stringify(wanted.search),
    wanted.min_risk_score !== undefined && `risk_score:>=${wanted.min_risk_score}`,
    wanted.active && 'open:true',
  ]
    .flatMap((part) => (part ? [part] : []))
    .join(' AND ')

const anyOf = (parts: readonly (string | undefined)[] = []): string | undefined =>
  parts.length > 0 ? `(${parts.join(' OR ')})` : undefined
