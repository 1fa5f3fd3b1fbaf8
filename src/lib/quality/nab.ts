/** One series, scored, with the anomalous windows: first and last row, both included. */
export interface ScoredSeries {
  readonly scores: readonly number[]
  readonly windows: readonly (readonly [number, number])[]
}

const falsePositiveWeight = 0.11

/** The score of a set of series, and the threshold that it was reached with. */
export interface NabScore {
  readonly score: number
  readonly threshold: number
}

/**
 * The standard score of the Numenta Anomaly Benchmark (Lavin and Ahmad, ICMLA 2015): 100 is perfect, 0 what a detector gets that says
 * nothing. An early hit in a window earns more than a late one, alarms outside cost by their distance, and one threshold holds for all
 * series: the best there is. The first 15 % of a series, at most 750 rows, do not count. O(n log n).
 */
export const nabScore = (series: readonly ScoredSeries[]): NabScore => {
  const { total, threshold } = bestTotal(series.flatMap(pointsOf))
  return { score: scoreOf(total, series), threshold }
}

/** The same score with a given threshold, such as the default. */
export const nabScoreAt = (series: readonly ScoredSeries[], threshold: number): number =>
  scoreOf(totalAt(series.flatMap(pointsOf), threshold), series)

/**
 * The same score, but the threshold for each group of series is the best one for the other groups: what a detector reaches on series that
 * its threshold was not chosen for.
 */
export const nabScoreLeftOut = (groups: readonly (readonly ScoredSeries[])[]): number => {
  const totals = groups.map((group) => {
    const { threshold } = bestTotal(
      groups.filter((other) => other !== group).flatMap((other) => other.flatMap(pointsOf)),
    )
    return totalAt(group.flatMap(pointsOf), threshold)
  })
  return scoreOf(
    totals.reduce((sum, total) => sum + total, 0),
    groups.flat(),
  )
}

/** A row that counts: its value as an alarm, and its window. */
interface Point {
  readonly score: number
  readonly worth: number
  readonly window: readonly [number, number] | undefined
}

const pointsOf = ({ scores, windows }: ScoredSeries): Point[] => {
  const points: Point[] = []
  const probation = Math.min(Math.floor(0.15 * scores.length), 750)
  let next = 0
  let last: readonly [number, number] | undefined
  for (const [row, score] of scores.entries()) {
    const window = windows[next]
    const [from, to] = window ?? [Number.POSITIVE_INFINITY, 0]
    const inside = row >= from && row <= to
    const worth = inside
      ? worthAt(-(to - row + 1) / (to - from + 1)) / worthAt(-1)
      : last === undefined
        ? -1
        : worthAt(Math.abs(last[1] - row) / (last[1] - last[0]))
    if (row >= probation) points.push({ score, worth, window: inside ? window : undefined })
    if (inside && row === to) {
      last = [from, to]
      next += 1
    }
  }
  return points
}

const scoreOf = (total: number, series: readonly ScoredSeries[]): number => {
  const windows = series.reduce((sum, one) => sum + one.windows.length, 0)
  return (100 * (total + windows)) / (2 * windows)
}

/** The value of an alarm by its position: 1 early in a window, 0 at its end, −1 far behind it. */
const worthAt = (position: number): number => (position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1)

/** The highest total of all thresholds. */
const bestTotal = (points: readonly Point[]): { readonly total: number; readonly threshold: number } => {
  const sorted = points.toSorted((a, b) => b.score - a.score)
  const earned = new Map(sorted.flatMap(({ window }) => (window ? [[window, -1]] : [])))
  let sum = -earned.size
  let total = sum
  let threshold = Number.POSITIVE_INFINITY
  for (const [index, { score, worth, window }] of sorted.entries()) {
    if (!window) sum += falsePositiveWeight * worth
    else if (worth > (earned.get(window) ?? 0)) {
      sum += worth - (earned.get(window) ?? 0)
      earned.set(window, worth)
    }
    if (sorted[index + 1]?.score !== score && sum > total) {
      total = sum
      threshold = score
    }
  }
  return { total, threshold }
}

const totalAt = (points: readonly Point[], threshold: number): number => {
  const earned = new Map<Point['window'], number>()
  let total = 0
  for (const { score, worth, window } of points) {
    if (window) earned.set(window, Math.max(earned.get(window) ?? -1, score >= threshold ? worth : -1))
    else if (score >= threshold) total += falsePositiveWeight * worth
  }
  for (const worth of earned.values()) total += worth
  return total
}
