import { z } from 'zod'
import { type Alert, alert, alertStatuses } from '../schema/alert.ts'
import { defineOperation } from './operation.ts'
import { pageOf, paging, q, range } from './paging.ts'
import { askAlerts, asOf, searchAlerts } from './search-alerts.ts'
import { alertSort, sortPage } from './sort-alerts.ts'
import type { World } from './world.ts'

/** Lists alerts that match, in an order, and counts them. */
export const listAlerts = defineOperation({
  name: 'list_alerts',
  summary: 'Lists alerts, newest first unless said otherwise, and says how many there are.',
  role: 'viewer',
  input: z.strictObject({
    q,
    status: z.enum(alertStatuses).optional().describe('Only those with this status.'),
    ...range,
    as_of: asOf,
    sort: alertSort.default('-created_at').describe('What they are sorted by; a minus means downwards.'),
    ...paging,
  }),
  output: pageOf(alert).extend({
    /** How many match, on all pages together. */
    total: z.int(),
    /** When this was so: asked for with it, further pages and counts leave out what came since. */
    as_of: z.iso.datetime(),
  }),
  async run({ sort, limit, cursor, ...search }, { store, now }: Pick<World, 'store' | 'now'>) {
    const question = askAlerts(search, now())
    const found = await searchAlerts(question, store)
    const page = sortPage(found, sort, { limit, after: cursor })
    const items = await store.alerts.load(page.items.map(({ id }) => id))
    return { data: items.map(forList), next_cursor: page.next ?? null, total: found.length, as_of: question.as_of }
  },
})

/** Leaves out what an alert remembers only to count rightly. */
const forList = ({ folded: _, ...item }: Alert): Alert => item
