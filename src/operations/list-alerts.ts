import { z } from 'zod'
import { alert, alertStatuses } from '../schema/alert.ts'
import { alertFilter } from './filter.ts'
import { defineOperation } from './operation.ts'
import { pageOf, paging, q, range, toPage } from './paging.ts'
import { parseRange } from './time.ts'
import type { World } from './world.ts'

/** Lists alerts, newest first. */
export const listAlerts = defineOperation({
  name: 'list_alerts',
  summary: 'Lists alerts, newest first.',
  role: 'viewer',
  input: z.strictObject({
    q,
    status: z.enum(alertStatuses).optional().describe('Only those with this status.'),
    ...range,
    ...paging,
  }),
  output: pageOf(alert),
  async run({ q, status, from, to, limit, cursor }, { store, now }: Pick<World, 'store' | 'now'>) {
    const time = now()
    const { matches, everything, pieces } = alertFilter(q, time)
    const page = await store.alerts.list({
      ...parseRange({ from, to }, time),
      limit,
      after: cursor,
      status: status && [status],
      matches: everything ? undefined : matches,
      pieces,
    })
    return toPage(page, (item) => item)
  },
})
