import { z } from 'zod'
import { openAlertStatuses } from '../schema/alert.ts'
import type { Actor } from '../schema/role.ts'
import { view } from '../schema/view.ts'
import { defineOperation } from './operation.ts'
import { askAlerts, searchAlerts } from './search-alerts.ts'
import { usualViews } from './views.ts'
import type { World } from './world.ts'

/** Lists the looks at the queue that somebody can choose from, with how much waits in each. */
export const listViews = defineOperation({
  name: 'list_views',
  summary: 'Lists the views of the queue that you can choose from, with how many alerts each shows.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({
    data: z.array(
      view
        .extend({
          /** One that everybody has. */
          usual: z.boolean(),
          /** How many alerts it shows, and how many of them are open. */
          total: z.int(),
          open: z.int(),
        })
        .meta({ id: 'CountedView' }),
    ),
  }),
  async run(_input, { store, now, actor }: Pick<World, 'store' | 'now'> & { readonly actor: Actor }) {
    const time = now()
    const own = (await store.views.list()).filter(({ shared, owner }) => shared || owner === actor.name)
    const usual = usualViews(actor, time)
    const counted = []
    for (const one of [...usual, ...own]) {
      const { filter: q, from, to } = one
      const question = askAlerts({ q, from: from ?? undefined, to: to ?? undefined }, time)
      const found = await searchAlerts(question, store)
      const open = found.filter(({ status }) => openAlertStatuses.some((name) => name === status)).length
      counted.push({ ...one, usual: usual.includes(one), total: found.length, open })
    }
    return { data: counted }
  },
})
