import { z } from 'zod'
import { alertStatuses } from '../../schema/alert.ts'
import { severity } from '../../schema/severity.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { filterText, timeRange } from '../paging.ts'
import { createAlertBars } from './alert-bars.ts'
import { countFacets, type Facet, facetFields } from './alert-facets.ts'
import { askAlerts, asOf } from './search-alerts.ts'

const facet = z.object({
  field: z.enum(facetFields),
  /** The most frequent values. */
  values: z.array(z.object({ value: z.string(), count: z.int() })),
  /** How many values there are in all, and how many alerts have none. */
  distinct: z.int(),
  without: z.int(),
})

/** Counts alerts that match: in all, by the values of fields, and over time. */
export const countAlerts = defineOperation({
  name: 'count_alerts',
  summary: 'Counts the alerts that match, by the values of their fields and over time.',
  role: 'viewer',
  input: z.strictObject({
    q: filterText,
    status: z.enum(alertStatuses).optional().describe('Only those with this status.'),
    ...timeRange,
    as_of: asOf,
    fields: z
      .array(z.enum(facetFields))
      .max(facetFields.length)
      .default(['status', 'severity', 'type', 'verdict', 'source', 'detector', 'technique', 'assignee'])
      .describe(
        'By which fields. What the filter says of a field itself is left out of its counts, so that other values can be chosen.',
      ),
    limit: z.int().min(1).max(100).default(12).describe('How many values of each field.'),
    contains: z.string().max(200).optional().describe('Only values that contain this.'),
    bars: z.int().min(0).max(500).default(0).describe('Into how many steps of time to divide them.'),
  }),
  output: z
    .object({
      /** How many match, of how many. */
      total: z.int(),
      of: z.int(),
      as_of: z.iso.datetime(),
      facets: z.array(facet),
      /** How many were last seen in each step of time, by severity. */
      bars: z.object({
        step_ms: z.int(),
        steps: z.array(z.object({ time: z.iso.datetime(), counts: z.partialRecord(severity, z.int()) })),
      }),
    })
    .meta({ id: 'AlertCounts' }),
  async run({ fields, limit, contains, bars, ...search }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const question = askAlerts(search, now())
    const chart = createAlertBars(bars)
    const { total, of, facets } = await countFacets(question, store, fields, chart.add)
    return {
      total,
      of,
      as_of: question.as_of,
      facets: facets.map((one) => mostFrequent(one, limit, contains?.toLowerCase())),
      bars: chart.bars(),
    }
  },
})

const mostFrequent = (
  { field, counts, without }: Facet,
  limit: number,
  contains: string | undefined,
): z.input<typeof facet> => ({
  field,
  values: [...counts]
    .filter(([value]) => contains === undefined || value.toLowerCase().includes(contains))
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([value, count]) => ({ value, count })),
  distinct: counts.size,
  without,
})
