import type { Reader, Writer } from '../bytes/codec.ts'

/** Beyond these bounds a number is at the bound, so that no square overflows. */
const bound = 1e100
/** Distinct values whose ranks are remembered; ranks between them are interpolated. */
const mostKnots = 256
/** The standard deviation of ranks, which are uniform in [0, 1). */
const rankDeviation = Math.sqrt(1 / 12)
/** The normal score of values beyond all training values: that of the largest of the maximum number of training rows. */
const beyond = 4.2

/** A column of numbers as it lay in the training rows. */
export interface NumberScale {
  readonly mean: number
  /** The median: what stands for a missing value in the forest. */
  readonly middle: number
  readonly deviation: number
  /** Values in order, and the share of training values below each, ties counted half. */
  readonly knots: Float64Array
  readonly ranks: Float64Array
  /** The same ranks as numbers from the standard normal distribution. */
  readonly normals: Float64Array
  /** The share of training rows that lacked the value. */
  readonly missing: number
}

const bounded = (value: number): number => Math.max(-bound, Math.min(bound, value))

/** Learns a column's scale; undefined when it is the same throughout. */
export const fitNumbers = (values: Float64Array): NumberScale | undefined => {
  const known = values.filter((value) => !Number.isNaN(value)).map(bounded)
  const missing = 1 - known.length / values.length
  const sorted = known.toSorted()
  const low = sorted[0] ?? 0
  const high = sorted[sorted.length - 1] ?? 0
  if (!(low < high) && !(missing > 0 && missing < 1)) return undefined
  let sum = 0
  for (const value of sorted) sum += value / Math.max(1, sorted.length)
  let squares = 0
  for (const value of sorted) squares += (value - sum) * (value - sum)
  const deviation = low < high ? Math.sqrt(squares / sorted.length) : 0
  const middle = sorted[sorted.length >> 1] ?? 0
  const { knots, ranks } = rankKnots(sorted)
  return { mean: sum, middle, deviation, missing, knots, ranks, normals: ranks.map(normalScore) }
}

/** The quantile of the standard normal distribution (Abramowitz and Stegun, 26.2.23; error below 0.0005). */
const normalScore = (rank: number): number => {
  const t = Math.sqrt(-2 * Math.log(Math.min(rank, 1 - rank)))
  const score = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  return Math.min(beyond, score) * (rank < 0.5 ? -1 : 1)
}

const rankKnots = (sorted: Float64Array): Pick<NumberScale, 'knots' | 'ranks'> => {
  const knots: number[] = []
  const ranks: number[] = []
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from] ?? 0
    let to = from + 1
    while (to < sorted.length && sorted[to] === value) to++
    knots.push(value)
    ranks.push((from + to) / 2 / sorted.length)
    from = to
  }
  if (knots.length <= mostKnots) return { knots: Float64Array.from(knots), ranks: Float64Array.from(ranks) }
  // Knots at even steps of rank; the ends are always among them.
  const kept: number[] = []
  let next = 0
  ranks.forEach((rank, index) => {
    if (index !== 0 && index !== ranks.length - 1 && rank < next) return
    kept.push(index)
    next = rank + 1 / mostKnots
  })
  return {
    knots: Float64Array.from(kept, (index) => knots[index] ?? 0),
    ranks: Float64Array.from(kept, (index) => ranks[index] ?? 0),
  }
}

/** The value of a number in the forest: itself, or the median where it is missing. */
export const plainNumber = (scale: NumberScale, value: number): number =>
  Number.isNaN(value) ? scale.middle : bounded(value)

/**
 * The coordinates of a number among neighbours: its distance from the mean in deviations, and its rank in deviations of ranks. The first
 * shows how far out a value is, the second separates values that a few huge ones would press together.
 */
export const scaledNumber = (scale: NumberScale, value: number): number => {
  if (Number.isNaN(value) || scale.deviation === 0) return 0
  return (bounded(value) - scale.mean) / scale.deviation + (rankOf(scale, bounded(value)) - 0.5) / rankDeviation
}

const rankOf = ({ knots, ranks }: NumberScale, value: number): number => interpolate(knots, ranks, value, [0, 1])

/** The normal score of a number: the standard normal quantile of its rank, so that heavy tails do not dominate. */
export const normalNumber = ({ knots, normals, deviation }: NumberScale, value: number): number =>
  Number.isNaN(value) || deviation === 0 ? 0 : interpolate(knots, normals, bounded(value), [-beyond, beyond])

/** Returns the height at a value by linear interpolation between knots; beyond them, the given ends. */
const interpolate = (
  knots: Float64Array,
  heights: Float64Array,
  value: number,
  [below, above]: readonly [number, number],
): number => {
  let low = 0
  let high = knots.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((knots[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  const knot = knots[low]
  if (knot === undefined) return above
  const height = heights[low] ?? 0
  if (knot === value) return height
  if (low === 0) return below
  const before = knots[low - 1] ?? 0
  const heightBefore = heights[low - 1] ?? 0
  return heightBefore + ((value - before) / (knot - before)) * (height - heightBefore)
}

export const writeNumberScale = (writer: Writer, scale: NumberScale): void => {
  writer.f64(scale.mean).f64(scale.middle).f64(scale.deviation).f64(scale.missing).f64s(scale.knots).f64s(scale.ranks)
}

export const readNumberScale = (reader: Reader): NumberScale => {
  const [mean, middle, deviation, missing] = [reader.f64(), reader.f64(), reader.f64(), reader.f64()]
  const [knots, ranks] = [reader.f64s(), reader.f64s()]
  return { mean, middle, deviation, missing, knots, ranks, normals: ranks.map(normalScore) }
}
