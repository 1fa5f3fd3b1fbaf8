import { z } from 'zod'
import { alertStatuses } from '../../schema/alert/alert.ts'
import { severity } from '../../schema/severity.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { filterText, timeRange } from '../paging.ts'
import { createAlertBars } from './alert-bars.ts'
import { countFacets, type Facet, facetFields } from './alert-facets.ts'
import { asOf, parseAlertSearch } from './search-alerts.ts'

const facet = z.object({
  field: z.enum(facetFields),
  /** The most frequent values. */
  values: z.array(z.object({ value: z.string(), count: z.int() })),
  /** The number of distinct values, and of alerts without a value. */
  distinct: z.int(),
  without: z.int(),
})

export const countAlerts = defineOperation({
  name: 'count_alerts',
  summary: 'Counts matching alerts by field values and over time.',
  role: 'viewer',
  input: z.strictObject({
    q: filterText,
    status: z.enum(alertStatuses).optional().describe('Only alerts with this status.'),
    ...timeRange,
    as_of: asOf,
    fields: z
      .array(z.enum(facetFields))
      .max(facetFields.length)
      .default(['status', 'severity', 'type', 'verdict', 'source', 'detector', 'technique', 'assignee'])
      .describe('The fields to count by. The count of a field ignores the filter’s own terms on that field.'),
    limit: z.int().min(1).max(100).default(12).describe('The maximum number of values per field.'),
    contains: z.string().max(200).optional().describe('Only values that contain this text.'),
    bars: z.int().min(0).max(500).default(0).describe('The maximum number of time steps.'),
  }),
  output: z
    .object({
      /** The number of matches, and of all alerts. */
      total: z.int(),
      of: z.int(),
      as_of: z.iso.datetime(),
      facets: z.array(facet),
      /** Alerts per time step of last_seen and severity. */
      bars: z.object({
        step_ms: z.int(),
        steps: z.array(z.object({ time: z.iso.datetime(), counts: z.partialRecord(severity, z.int()) })),
      }),
    })
    .meta({ id: 'AlertCounts' }),
  async run({ fields, limit, contains, bars, ...search }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const question = parseAlertSearch(search, now())
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
