import { binomialTail } from '../shared/score.ts'
import { type DaySummary, type Period, quantileOf, timedIn } from './course.ts'

export const trendKinds = ['errors', 'durations', 'throughput', 'warnings', 'levels'] as const
export type TrendKind = (typeof trendKinds)[number]

/** How a day compares with the days before. */
export interface Worsening {
  readonly kind: TrendKind
  /** The share of errors or warnings, the 95th percentile in ms or of a level, or the lines of the day; and the usual range of days. */
  readonly value: number
  readonly usualLow: number
  readonly usualHigh: number
  /** By what factor it is worse than usual. */
  readonly factor: number
  readonly score: number
  /** The lines that it covers: failures, or all. */
  readonly lines: number
  readonly count: number
  /** How many days it covers, and how many it is compared with. */
  readonly span: number
  readonly days: number
}

/** A day needs so many lines, or durations, to be compared. */
const leastLines = 20
const leastTimed = 100
/** A level needs so many values a day, and so many days: with five, the older three include a working day. */
const leastValues = 24
const leastLevelDays = 5
const leastLevel = 1e-3
const fewOfLevel = 5
const leastErrors = 5
/** Days with fewer lines are joined; so many of them are compared together with the days before. */
const sparse = 100
const spans = [2, 4]
/** A service that fails less is in order, whatever its usual share is. */
const leastShare = 0.02
/** Fewer warnings are ordinary: services warn about their clients too. */
const leastWarnings = 0.1
const leastShareFactor = 3
const leastSlowFactor = 1.7
/** An increase of less than this is not noticed by anybody. In ms. */
const leastSlower = 10
/** The probability of the day's errors at the usual share must be below this. */
const surprise = 1e-6
/** How often the usual change from day to day a change must be. */
const changes = 4
const leastThroughput = 100
const daysOfWeek = 7
/** How many times more traffic one working day may have than another. */
const mostWeekly = 1.6

/**
 * Compares days in order of time with the older half of the days known, so that a slow change does not become the usual: a moving average
 * would follow it.
 */
const reference = <Days>(days: readonly Days[]): readonly Days[] => days.slice(0, Math.ceil(days.length / 2))

/** Lines and errors of a quarter, of a day or of several days. */
interface ErrorCount {
  readonly lines: number
  readonly errors: number
}

/**
 * Whether the last day has a larger share of errors, in most of its quarters. A service or route with few lines a day is compared by
 * several days together, because one of its days shows nothing.
 */
export const moreErrors = (
  last: Period,
  quarters: readonly Period[],
  before: readonly DaySummary[],
): Worsening | undefined => {
  return moreOf('errors', last, quarters, before)
}

/** Whether the last day has a larger share of warnings or of things tried again. */
export const moreWarnings = (
  last: Period,
  quarters: readonly Period[],
  before: readonly DaySummary[],
): Worsening | undefined => {
  const found = moreOf('warnings', toWarnings(last), quarters.map(toWarnings), before.map(toWarnings))
  return found && found.value >= leastWarnings ? found : undefined
}

const toWarnings = ({ lines, warnings }: ErrorCount & { readonly warnings: number }): ErrorCount => ({
  lines,
  errors: warnings,
})

const moreOf = (
  kind: 'errors' | 'warnings',
  last: ErrorCount,
  quarters: readonly ErrorCount[],
  before: readonly ErrorCount[],
): Worsening | undefined => {
  const ofDay = compareErrors(kind, last, quarters, before, 1)
  if (ofDay) return ofDay
  for (const span of spans) {
    const days = [...before.slice(1 - span), last]
    const together = countTogether(days)
    if (days.length < span || together.lines >= sparse * span) return undefined
    const ofDays = compareErrors(kind, together, days, before.slice(0, 1 - span), span)
    if (ofDays) return ofDays
  }
  return undefined
}

const countTogether = (days: readonly ErrorCount[]): ErrorCount => ({
  lines: sumOf(days.map(({ lines }) => lines)),
  errors: sumOf(days.map(({ errors }) => errors)),
})

/** Joins neighbouring days until each group has enough lines for a share; the last group takes the rest. */
const joinSparse = (days: readonly ErrorCount[]): readonly ErrorCount[] => {
  const groups: ErrorCount[] = []
  for (const one of days) {
    const newest = groups.at(-1)
    if (newest && newest.lines < sparse) groups.splice(-1, 1, countTogether([newest, one]))
    else groups.push(one)
  }
  const [rest, full] = [groups.at(-1), groups.at(-2)]
  return rest && full && rest.lines < sparse ? [...groups.slice(0, -2), countTogether([full, rest])] : groups
}

const compareErrors = (
  kind: 'errors' | 'warnings',
  last: ErrorCount,
  parts: readonly ErrorCount[],
  before: readonly ErrorCount[],
  span: number,
): Worsening | undefined => {
  const days = reference(before)
  const known = joinSparse(days)
  const lines = sumOf(known.map((one) => one.lines))
  if (lines < leastLines || last.lines < leastLines || last.errors < leastErrors) return undefined
  const usual = (sumOf(known.map(({ errors }) => errors)) + 0.5) / (lines + 1)
  const shares = known.map((one) => one.errors / one.lines)
  const usualHigh = Math.max(usual, ...shares)
  const value = last.errors / last.lines
  if (value < Math.max(leastShare, leastShareFactor * usual, 1.5 * usualHigh)) return undefined
  const rarity = binomialTail(last.errors, last.lines, Math.min(0.9, usualHigh + 1 / lines))
  if (rarity > Math.log10(surprise) || !lasts(parts, (one) => one.errors >= one.lines * Math.max(value / 3, usual)))
    return undefined
  return {
    kind,
    value,
    usualLow: Math.min(usual, ...shares),
    usualHigh,
    factor: value / usual,
    score: Math.min(1, -rarity / 10),
    lines: last.errors,
    count: last.lines,
    span,
    days: days.length,
  }
}

/** Whether the slowest twentieth of the last day took longer, in most of its quarters. */
export const longerDurations = (
  last: Period,
  quarters: readonly Period[],
  before: readonly DaySummary[],
): Worsening | undefined =>
  compareHighest(
    'durations',
    last,
    quarters,
    before.filter(({ timed }) => timed >= leastTimed),
    {
      least: leastTimed,
      leastMore: leastSlower,
    },
  )

/**
 * Whether the highest twentieth of the values of a level is higher, in most quarters of the last day. Levels follow the traffic, so the
 * days before must include a working day.
 */
export const higherLevel = (
  last: Period,
  quarters: readonly Period[],
  before: readonly DaySummary[],
): Worsening | undefined => {
  const days = before.filter(({ timed }) => timed >= leastValues)
  if (days.length < leastLevelDays) return undefined
  return compareHighest('levels', last, quarters, days, { least: leastValues, leastMore: 0 })
}

const compareHighest = (
  kind: 'durations' | 'levels',
  last: Period,
  quarters: readonly Period[],
  days: readonly DaySummary[],
  { least, leastMore }: { readonly least: number; readonly leastMore: number },
): Worsening | undefined => {
  const known = reference(days)
  const timed = timedIn(last)
  if (known.length === 0 || timed < least) return undefined
  const slow = known.map((one) => one.slow)
  const usualHigh = Math.max(...slow)
  // A level may be 0 for most of the time.
  const usual = kind === 'levels' ? Math.max(medianOf(slow), usualHigh / 2, leastLevel) : medianOf(slow)
  const value = quantileOf(last, 0.95)
  // One or two more of what is nearly always none are no trend.
  if (kind === 'levels' && value < fewOfLevel && (usualHigh === 0 || value > 1)) return undefined
  const factor = value / usual
  const noise = usualChange(days.map((one) => one.slow))
  if (value - usual < leastMore || factor < leastSlowFactor || value < 1.25 * usualHigh) return undefined
  if (Math.log(factor) < changes * noise) return undefined
  const isSlow = (quarter: Period): boolean => quantileOf(quarter, 0.95) >= Math.sqrt(value * usual)
  if (
    !lasts(
      quarters.filter((quarter) => timedIn(quarter) > 0),
      isSlow,
    )
  )
    return undefined
  return {
    kind,
    value,
    usualLow: Math.min(...slow),
    usualHigh,
    factor,
    score: Math.min(1, 0.5 + Math.log(factor) / 4),
    lines: Math.round(timed / 20),
    count: timed,
    span: 1,
    days: known.length,
  }
}

/**
 * Whether three days in a row had less traffic than the same days of the week in the first week known. Compares whole days only,
 * because the hours of a day differ.
 */
export const lessThroughput = (days: readonly DaySummary[]): Worsening | undefined => {
  const [first] = days
  const last = days.at(-1)
  if (!first || !last) return undefined
  const length = 86_400_000
  const at = new Map(days.map((one) => [one.start, one.lines]))
  // The first day began in the middle.
  const firstWhole = first.start + length
  const pairs = [2, 1, 0].flatMap((ago) => {
    const now = at.get(last.start - ago * length)
    const start = last.start - ago * length
    const weeks = Math.floor((start - firstWhole) / (daysOfWeek * length))
    const then = weeks >= 1 ? at.get(start - weeks * daysOfWeek * length) : undefined
    return now === undefined || then === undefined ? [] : [{ now, then }]
  })
  const newest = pairs.at(-1)
  if (pairs.length < 3 || !newest || newest.then < leastThroughput) return undefined
  const share = newest.now / newest.then
  // Five days of a week are alike, unless the traffic depends on others, such as attackers.
  const week = days
    .slice(1, 1 + daysOfWeek)
    .map(({ lines }) => lines)
    .sort((a, b) => a - b)
  if ((week[5] ?? 0) > mostWeekly * (week[2] ?? 0)) return undefined
  const all = sumOf(pairs.map(({ now }) => now)) / sumOf(pairs.map(({ then }) => then))
  // A holiday is one day.
  const lessDays = pairs.filter(({ now, then }) => now <= 0.75 * then).length
  if (share > 0.6 || all > 0.75 || lessDays < 2) return undefined
  return {
    kind: 'throughput',
    value: newest.now,
    usualLow: newest.then,
    usualHigh: newest.then,
    factor: 1 / Math.max(share, 0.001),
    score: Math.min(1, 1 - share / 2),
    lines: newest.now,
    count: newest.now,
    span: 1,
    days: 1,
  }
}

/** Whether something is true of most quarters, and of more than one. */
const lasts = <Part extends { readonly lines: number }>(
  quarters: readonly Part[],
  isWorse: (quarter: Part) => boolean,
): boolean => {
  const counted = quarters.filter(({ lines }) => lines >= 5)
  return counted.length >= 2 && counted.filter(isWorse).length >= Math.max(2, counted.length - 1)
}

/** The median change from one day to the next, apart from a steady trend, as a logarithm. */
const usualChange = (values: readonly number[]): number => {
  const steps = values.slice(1).map((value, i) => Math.log((value + 1) / ((values[i] ?? 0) + 1)))
  if (steps.length < 3) return 0.1
  const trend = medianOf(steps)
  return medianOf(steps.map((step) => Math.abs(step - trend)))
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0)

const medianOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [below = 0, above = 0] = [sorted[middle - 1], sorted[middle]]
  return sorted.length % 2 === 1 ? above : (below + above) / 2
}
