/** One series, scored, with the anomalous windows: first and last row, both included. */
export interface ScoredSeries {
  readonly scores: readonly number[]
  readonly windows: readonly (readonly [number, number])[]
}

const falsePositiveWeight = 0.11

/**
 * The standard score of the Numenta Anomaly Benchmark (Lavin and Ahmad, ICMLA 2015): 100 is perfect, 0 what a detector gets that says
 * nothing. An early hit in a window earns more than a late one, alarms outside cost by their distance, and one threshold holds for all
 * series, the best there is. The first 15 % of a series, at most 750 rows, do not count. O(n log n).
 */
export const nabScore = (series: readonly ScoredSeries[]): number => {
  const points: { score: number; worth: number; window: number }[] = []
  let windows = 0
  for (const { scores, windows: own } of series) {
    const probation = Math.min(Math.floor(0.15 * scores.length), 750)
    let next = 0
    let last: readonly [number, number] | undefined
    for (const [row, score] of scores.entries()) {
      const [from, to] = own[next] ?? [Number.POSITIVE_INFINITY, 0]
      const inside = row >= from && row <= to
      const worth = inside
        ? worthAt(-(to - row + 1) / (to - from + 1)) / worthAt(-1)
        : last === undefined
          ? -1
          : worthAt(Math.abs(last[1] - row) / (last[1] - last[0]))
      if (row >= probation) points.push({ score, worth, window: inside ? windows + next : -1 })
      if (inside && row === to) {
        last = [from, to]
        next += 1
      }
    }
    windows += own.length
  }
  return (100 * (bestTotal(points) + windows)) / (2 * windows)
}

/** The worth of an alarm, by where it is: 1 early in a window, 0 at its end, −1 far behind it. */
const worthAt = (position: number): number => (position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1)

const bestTotal = (points: { score: number; worth: number; window: number }[]): number => {
  const sorted = points.toSorted((a, b) => b.score - a.score)
  const earned = new Map(sorted.filter(({ window }) => window >= 0).map(({ window }) => [window, -1]))
  let total = -earned.size
  let best = total
  for (const [index, { score, worth, window }] of sorted.entries()) {
    if (window < 0) total += falsePositiveWeight * worth
    else if (worth > (earned.get(window) ?? 0)) {
      total += worth - (earned.get(window) ?? 0)
      earned.set(window, worth)
    }
    if (sorted[index + 1]?.score !== score) best = Math.max(best, total)
  }
  return best
}
