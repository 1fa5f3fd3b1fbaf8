import { z } from 'zod'
import { eventView, toEventView } from '../schema/event.ts'
import { eventFilter } from './filter.ts'
import { defineOperation } from './operation.ts'
import { pageOf, paging, q, range, toPage } from './paging.ts'
import { parseRange } from './time.ts'
import type { World } from './world.ts'

/** Finds events, newest first. */
export const listEvents = defineOperation({
  name: 'list_events',
  summary: 'Finds events by words, fields and time, newest first.',
  role: 'viewer',
  input: z.strictObject({ q, ...range, ...paging }),
  output: pageOf(eventView),
  async run({ q, from, to, limit, cursor }, { store, now }: Pick<World, 'store' | 'now'>) {
    const time = now()
    const filter = eventFilter(q, time)
    const span = parseRange({ from, to }, time)
    return toPage(await store.events.search({ ...filter, ...span, limit, after: cursor }), toEventView)
  },
})
