import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Event } from '../../schema/event/event.ts'
import type { Deps } from '../deps.ts'
import { eventFilter } from '../filter.ts'
import { defineOperation } from '../operation.ts'
import { filterText } from '../paging.ts'
import { parseTimeRange } from '../time.ts'

const moment = z.string().max(40)
const pageSize = 4_000
const mostEvents = 200_000
const mostPatterns = 2_000
/** Smaller differences between rates may be chance. */
const leastRatio = 3
const leastCount = 5

const pattern = z.object({
  template_id: z.string(),
  template: z.string(),
  change: z.enum(['new', 'gone', 'more', 'less']),
  /** How often it occurred in each window. */
  baseline: z.int(),
  window: z.int(),
  sample: z.object({ event_id: z.string(), line: z.string() }),
})

export const compareWindows = defineOperation({
  name: 'compare_windows',
  summary: 'Compares the log templates of two time ranges: new, gone, or changed in frequency.',
  role: 'viewer',
  input: z.strictObject({
    q: filterText,
    from: moment.default('now-1h').describe('The start of the window: a time, or `now-1h`.'),
    to: moment.default('now').describe('The end of the window.'),
    baseline_from: moment.optional().describe('The start of the baseline. The default makes it as long as the window.'),
    baseline_to: moment.optional().describe('The end of the baseline. The default is the start of the window.'),
  }),
  output: z.object({
    window: z.object({ from: z.iso.datetime(), to: z.iso.datetime(), events: z.int() }),
    baseline: z.object({ from: z.iso.datetime(), to: z.iso.datetime(), events: z.int() }),
    /** Only the newest events of the range were read. */
    truncated: z.boolean(),
    patterns: z.array(pattern),
  }),
  async run({ q: filter, from, to, baseline_from, baseline_to }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const time = now()
    const window = span(parseTimeRange({ from, to }, time))
    const before = span({
      from: baseline_from ? parseTimeRange({ from: baseline_from }, time).from : 2 * window.from - window.to,
      to: baseline_to ? parseTimeRange({ to: baseline_to }, time).to : window.from - 1,
    })
    const look = (range: { from: number; to: number }) => tally(store, eventFilter(filter, time), range)
    const [now_, then] = [await look(window), await look(before)]
    const scale = (window.to - window.from) / Math.max(1, before.to - before.from)
    const patterns = [...new Set([...now_.counts.keys(), ...then.counts.keys()])].flatMap((id) => {
      const seen = now_.counts.get(id)
      const known = then.counts.get(id)
      const change = changeOf(seen?.count ?? 0, known?.count ?? 0, scale)
      const event = (seen ?? known)?.event
      return change === undefined || !event?.template
        ? []
        : [
            {
              template_id: id,
              template: event.template.text,
              change,
              baseline: known?.count ?? 0,
              window: seen?.count ?? 0,
              sample: { event_id: event.id, line: event.original.slice(0, 400) },
            },
          ]
    })
    return {
      window: { from: iso(window.from), to: iso(window.to), events: now_.events },
      baseline: { from: iso(before.from), to: iso(before.to), events: then.events },
      truncated: now_.truncated || then.truncated,
      patterns: patterns
        .toSorted((a, b) => rank[a.change] - rank[b.change] || weight(b) - weight(a))
        .slice(0, mostPatterns),
    }
  },
})

const rank = { new: 0, gone: 1, more: 2, less: 3 } as const
const weight = ({ baseline, window }: { baseline: number; window: number }): number => Math.abs(window - baseline)
const iso = (time: number): string => new Date(time).toISOString()

const span = ({ from, to }: { from?: number | undefined; to?: number | undefined }): { from: number; to: number } => {
  if (from !== undefined && to !== undefined && from < to) return { from, to }
  throw new AppError('INVALID_REQUEST', 'The window must start before it ends.', {
    hint: 'Give from and to: `now-1h`, `now`.',
  })
}

const changeOf = (seen: number, known: number, scale: number): z.infer<typeof pattern>['change'] | undefined => {
  if (known === 0) return 'new'
  const expected = known * scale
  if (seen === 0) return expected >= 1 ? 'gone' : undefined
  if (Math.max(seen, expected) < leastCount) return undefined
  if (seen >= expected * leastRatio) return 'more'
  return expected >= seen * leastRatio ? 'less' : undefined
}

const tally = async (
  store: Deps['store'],
  filter: ReturnType<typeof eventFilter>,
  range: { readonly from: number; readonly to: number },
) => {
  const counts = new Map<string, { count: number; readonly event: Event }>()
  let events = 0
  let after: string | undefined
  do {
    const page = await store.events.search({ ...filter, ...range, limit: pageSize, after })
    for (const event of page.items) {
      events += 1
      if (!event.template) continue
      const known = counts.get(event.template.id)
      if (known) known.count += 1
      else counts.set(event.template.id, { count: 1, event })
    }
    after = page.next
  } while (after !== undefined && events < mostEvents)
  return { counts, events, truncated: after !== undefined }
}
