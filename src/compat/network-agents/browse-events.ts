import { z } from 'zod'
import type { Deps } from '../../operations/deps.ts'
import { eventFilter } from '../../operations/filter.ts'
import { defineOperation } from '../../operations/operation.ts'
import { timeRange } from '../../operations/paging.ts'
import { parseTimeRange } from '../../operations/time.ts'
import type { Event } from '../../schema/event/event.ts'
import { eventView, textField, toEventView } from '../../schema/event/event.ts'

/** Clients count pages, so a search reads at most this many events of its time range. */
const mostEvents = 10_000
const mostPerPage = 1_000

const words = z.array(z.string().min(1).max(200)).max(100).optional()

/** Finds events by page number and named filters, for clients without cursors. */
export const browseEvents = defineOperation({
  name: 'browse_events',
  summary: 'Searches events by program, level and time, page by page, newest first; at most the newest 10,000.',
  role: 'viewer',
  input: z.strictObject({
    from: timeRange.from.default('now-24h'),
    to: timeRange.to,
    levels: words.describe('emerg, alert, crit, error, warning, notice, info or debug.'),
    programs: words,
    search: z.string().min(1).max(500).optional().describe('A phrase in the event.'),
    page: z.int().min(1).max(mostEvents).default(1),
    per_page: z.int().min(1).max(mostPerPage).default(25),
  }),
  output: z.object({
    data: z.array(eventView),
    /** Matches among the newest 10,000 events of the time range. */
    total: z.int(),
    /** The programs of all events in the time range. */
    programs: z.array(z.string()),
  }),
  async run({ levels, programs, search, page, per_page, ...span }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const time = now()
    const within = parseTimeRange(span, time)
    const q = [
      anyOf('process.name', programs),
      anyOf('log.level', levels),
      search === undefined ? undefined : JSON.stringify(search),
    ].flatMap((part) => part ?? [])
    const all = await newestEvents(store, { ...eventFilter('', time), ...within })
    const found = q.length === 0 ? all : await newestEvents(store, { ...eventFilter(q.join(' AND '), time), ...within })
    const names = new Set(all.flatMap((event) => textField(event, 'process.name') ?? []))
    return {
      data: found.slice((page - 1) * per_page, page * per_page).map(toEventView),
      total: found.length,
      programs: [...names].sort(),
    }
  },
})

const newestEvents = async (
  { events }: Pick<Deps['store'], 'events'>,
  query: Omit<Parameters<Deps['store']['events']['search']>[0], 'limit'>,
): Promise<readonly Event[]> => (await events.search({ ...query, limit: mostEvents })).items

const anyOf = (field: string, values: readonly string[] = []): string | undefined =>
  values.length === 0 ? undefined : `(${values.map((one) => `${field}:${JSON.stringify(one)}`).join(' OR ')})`
