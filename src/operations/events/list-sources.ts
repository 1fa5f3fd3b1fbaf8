import { z } from 'zod'
import { sourceHealth } from '../../schema/analysis.ts'
import type { MissingRulePack } from '../../schema/rule/rule-pack.ts'
import type { ParseHealthRow } from '../../store/events/parse-health.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf } from '../paging.ts'

/** The maximum number of shapes of unparsed lines per source. */
const mostShapes = 5

const source = sourceHealth
  .extend({
    parsed_percent: z.number(),
    /** The parsed formats, most common first. */
    formats: z.array(z.object({ format: z.string(), count: z.int() })),
    last_seen: z.iso.datetime(),
  })
  .meta({ id: 'Source' })

export const listSources = defineOperation({
  name: 'list_sources',
  summary: 'Lists the sources with parse rates and samples of unparsed lines.',
  role: 'viewer',
  input: z.strictObject({}),
  output: pageOf(source),
  async run(_input, { store, reach }: Pick<Deps, 'store' | 'reach'>) {
    const { missingPacks } = await reach()
    const rows = Map.groupBy(await store.parseHealth.list(), (row) => row.source)
    const data = [...rows].map(([name, list]) => toSource(name, list, missingPacks(name)))
    return { data: data.toSorted((a, b) => b.records - a.records || (a.source < b.source ? -1 : 1)), next_cursor: null }
  },
})

const toSource = (
  name: string,
  rows: readonly ParseHealthRow[],
  missing_packs: readonly MissingRulePack[],
): z.input<typeof source> => {
  const byCount = rows.toSorted((a, b) => b.count - a.count)
  const formats = byCount.filter((row) => row.parsed)
  const records = total(byCount)
  const parsed = total(formats)
  const [commonest] = formats
  return {
    source: name,
    records,
    parsed,
    parsed_percent: records === 0 ? 100 : Math.round((parsed / records) * 1_000) / 10,
    format: commonest?.format ?? 'none',
    format_share: commonest && records > 0 ? commonest.count / records : 0,
    formats: formats.map(({ format, count }) => ({ format, count })),
    unparsed: byCount
      .filter((row) => !row.parsed)
      .slice(0, mostShapes)
      .map(({ format, count, sample }) => ({ shape: format, count, sample })),
    missing_packs: [...missing_packs],
    last_seen: new Date(Math.max(...rows.map((row) => row.last_seen_at))).toISOString(),
  }
}

const total = (rows: readonly ParseHealthRow[]): number => rows.reduce((sum, row) => sum + row.count, 0)
