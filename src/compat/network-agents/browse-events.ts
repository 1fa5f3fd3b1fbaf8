import { z } from 'zod'
import type { Deps } from '../../operations/deps.ts'
import { eventFilter } from '../../operations/filter.ts'
import { defineOperation } from '../../operations/operation.ts'
import { timeRange } from '../../operations/paging.ts'
import { parseRange } from '../../operations/time.ts'
import type { Event } from '../../schema/event.ts'
import { eventView, textField, toEventView } from '../../schema/event.ts'

/** More than this many of a span are not looked through, for those who count pages. */
const mostEvents = 10_000
const mostPerPage = 1_000

const words = z.array(z.string().min(1).max(200)).max(100).optional()

/** Finds events by page numbers and named filters, for clients that know no cursors. */
export const browseEvents = defineOperation({
  name: 'browse_events',
  summary: 'Finds events by programs, levels and time, so many a page, newest first; of a span the newest 10,000.',
  role: 'viewer',
  input: z.strictObject({
    from: timeRange.from.default('now-24h'),
    to: timeRange.to,
    levels: words.describe('emerg, alert, crit, error, warning, notice, info or debug.'),
    programs: words,
    search: z.string().min(1).max(500).optional().describe('Words that stand together in an event.'),
    page: z.int().min(1).max(mostEvents).default(1),
    per_page: z.int().min(1).max(mostPerPage).default(25),
  }),
  output: z.object({
    data: z.array(eventView),
    /** How many match, of the newest 10,000 of the span. */
    total: z.int(),
    /** The programs of all that there were in the span. */
    programs: z.array(z.string()),
  }),
  async run({ levels, programs, search, page, per_page, ...span }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const time = now()
    const within = parseRange(span, time)
    const q = [
      anyOf('process.name', programs),
      anyOf('log.level', levels),
      search === undefined ? undefined : JSON.stringify(search),
    ].flatMap((part) => part ?? [])
    const all = await newest(store, { ...eventFilter('', time), ...within })
    const found = q.length === 0 ? all : await newest(store, { ...eventFilter(q.join(' AND '), time), ...within })
    const names = new Set(all.flatMap((event) => textField(event, 'process.name') ?? []))
    return {
      data: found.slice((page - 1) * per_page, page * per_page).map(toEventView),
      total: found.length,
      programs: [...names].sort(),
    }
  },
})

const newest = async (
  { events }: Pick<Deps['store'], 'events'>,
  query: Omit<Parameters<Deps['store']['events']['search']>[0], 'limit'>,
): Promise<readonly Event[]> => (await events.search({ ...query, limit: mostEvents })).items

const anyOf = (field: string, values: readonly string[] = []): string | undefined =>
  values.length === 0 ? undefined : `(${values.map((one) => `${field}:${JSON.stringify(one)}`).join(' OR ')})`
