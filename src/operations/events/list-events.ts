import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { closest } from '../../lib/spelling/closest.ts'
import { eventView, toEventView } from '../../schema/event/event.ts'
import { eventFields } from '../../schema/event/event-fields.ts'
import type { Deps } from '../deps.ts'
import { eventFilter } from '../filter.ts'
import { defineOperation } from '../operation.ts'
import { filterText, pageOf, paging, timeRange, toPage } from '../paging.ts'
import { parseTimeRange } from '../time.ts'

/** Finds events, newest first. */
export const listEvents = defineOperation({
  name: 'list_events',
  summary: 'Searches events by text, fields and time, newest first.',
  role: 'viewer',
  input: z.strictObject({ q: filterText, ...timeRange, ...paging }),
  output: pageOf(eventView),
  async run({ q, from, to, limit, cursor }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const time = now()
    const filter = eventFilter(q, time)
    const span = parseTimeRange({ from, to }, time)
    const page = await store.events.search({ ...filter, ...span, limit, after: cursor })
    if (page.items.length === 0 && cursor === undefined) await refuseMisspelt(filter.fields, store, span)
    return toPage(page, toEventView)
  },
})

const sampleSize = 500

/** Events have the fields that their sources send: a name that resembles one of ours is a mistake if recent events lack it. */
const refuseMisspelt = async (
  fields: readonly string[],
  { events }: Deps['store'],
  span: ReturnType<typeof parseTimeRange>,
): Promise<void> => {
  const doubtful = fields.flatMap((name) => {
    const meant = eventFields.names.has(name) || name.includes('.') ? undefined : closest(name, eventFields.names)
    return meant === undefined ? [] : [{ name, meant, read: eventFields.reader(name) }]
  })
  if (doubtful.length === 0) return
  const { items } = await events.search({ ...span, limit: sampleSize, matches: () => true })
  const misspelt = doubtful.find(({ read }) => items.every((event) => read(event) === undefined))
  if (!misspelt) return
  const hint = `Did you mean "${misspelt.meant}"? Quote it to search for it as text.`
  const message = `No recent event has a field "${misspelt.name}".`
  throw new AppError('FILTER_SYNTAX', message, { hint, errors: [{ path: 'q', message, hint }] })
}
