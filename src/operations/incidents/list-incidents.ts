import { z } from 'zod'
import { incident, incidentStatuses } from '../../schema/incident/incident.ts'
import type { Deps } from '../deps.ts'
import { incidentFilter } from '../filter.ts'
import { defineOperation } from '../operation.ts'
import { filterText, pageOf, paging, timeRange, toPage } from '../paging.ts'
import { parseTimeRange } from '../time.ts'

const orders = { '-created_at': 'created_at', '-last_seen': 'last_seen', '-risk_score': 'risk_score' } as const

/** Lists incidents, newest first by default. */
export const listIncidents = defineOperation({
  name: 'list_incidents',
  summary: 'Lists incidents, newest first by default.',
  role: 'viewer',
  input: z.strictObject({
    q: filterText,
    status: z.enum(incidentStatuses).optional().describe('Only incidents with this status.'),
    sort: z
      .enum(['-created_at', '-last_seen', '-risk_score'])
      .default('-created_at')
      .describe('The sort order, descending.'),
    ...timeRange,
    ...paging,
  }),
  output: pageOf(incident),
  async run({ q, status, sort, from, to, limit, cursor }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const time = now()
    const { matches, everything, fragments } = incidentFilter(q, time)
    const page = await store.incidents.list({
      ...parseTimeRange({ from, to }, time),
      limit,
      after: cursor,
      order: orders[sort],
      status: status && [status],
      matches: everything ? undefined : matches,
      fragments,
    })
    return toPage(page, (item) => item)
  },
})
