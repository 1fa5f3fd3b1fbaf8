/** The time range in the URL: relative, or the absolute range of a zoom. */
export interface OverviewSearch {
  readonly range?: Range
  /** ISO times, both or neither. */
  readonly from?: string
  readonly to?: string
}

export const ranges = ['24h', '7d', '30d'] as const
export type Range = (typeof ranges)[number]

/** Parses the URL and ignores invalid values. */
export const readOverviewSearch = (search: Record<string, unknown>): OverviewSearch => {
  const range = ranges.find((one) => one === search.range)
  const [from, to] = [toIso(search.from), toIso(search.to)]
  return { ...(range && { range }), ...(from && to && from < to && { from, to }) }
}

const toIso = (value: unknown): string | undefined => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

/** The time range for the API. */
export const toTimeRange = ({ range, from, to }: OverviewSearch, fallback: Range): { from: string; to: string } =>
  from !== undefined && to !== undefined ? { from, to } : { from: `now-${range ?? fallback}`, to: 'now' }
