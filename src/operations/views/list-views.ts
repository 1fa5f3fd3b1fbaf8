import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { openAlertStatuses } from '../../schema/alert/alert.ts'
import { type View, view } from '../../schema/view.ts'
import type { Store } from '../../store/store.ts'
import { entryTest, parseAlertSearch } from '../alerts/search-alerts.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { usualViews } from './views.ts'

const openStatuses: ReadonlySet<string> = new Set(openAlertStatuses)

/** Lists the views of the queue that the caller can use, with the number of matching alerts. */
export const listViews = defineOperation({
  name: 'list_views',
  summary: 'Lists the available views of the alert queue with their alert counts.',
  role: 'viewer',
  input: z.strictObject({
    counted: z
      .boolean()
      .default(true)
      .describe('Whether to count the alerts of each view, which reads the whole index.'),
  }),
  output: z.object({
    data: z.array(
      view
        .extend({
          /** One that everybody has. */
          usual: z.boolean(),
          /** The number of its alerts, and of its open alerts; null if counts were not requested. */
          total: z.int().nullable(),
          open: z.int().nullable(),
        })
        .meta({ id: 'CountedView' }),
    ),
  }),
  async run({ counted }, { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    const time = now()
    // Older saved views lack it.
    const kept = (await store.views.list()).map((one) => view.parse(one))
    const own = kept.filter(({ shared, owner }) => shared || owner === actor.name)
    const usual = usualViews(actor, time)
    const views = [...usual, ...own]
    const counts = counted ? await countViews(views, time, store) : []
    return {
      data: views.map((one, index) => ({
        ...one,
        usual: usual.includes(one),
        total: counts[index]?.total ?? null,
        open: counts[index]?.open ?? null,
      })),
    }
  },
})

/** Counts for all views at once, because reading the index entries takes most of the time. */
const countViews = async (views: readonly View[], now: number, { alerts }: Pick<Store, 'alerts'>) => {
  const counts = await Promise.all(
    views.map(async ({ filter: q, from, to }) => ({
      fits: await entryTest(parseAlertSearch({ q, from: from ?? undefined, to: to ?? undefined }, now), alerts),
      total: 0,
      open: 0,
    })),
  )
  for await (const some of alerts.scan()) {
    for (const entry of some) {
      const open = openStatuses.has(entry.status)
      for (const one of counts) {
        if (!one.fits(entry)) continue
        one.total += 1
        if (open) one.open += 1
      }
    }
  }
  return counts
}
