import type { Random } from '../random/random.ts'

/** A row's value as splits see it: one beyond these bounds is at the bound, so that no sum overflows. */
export const bound = 1e100
export const bounded = (value: number): number => (value > bound ? bound : value < -bound ? -bound : value)

export interface GrowOptions {
  readonly columns: number
  /** The share of splits that part where the two sides are most alike within; the others part at random. */
  readonly gainShare: number
  readonly categories: ReadonlySet<number>
}

/** A split of a node's points, and which of them go right. */
export interface SplitChoice {
  readonly first: number
  readonly second: number
  readonly firstWeight: number
  readonly secondWeight: number
  readonly firstMean: number
  readonly secondMean: number
  readonly threshold: number
  /** The categories that go left, when the split is by categories. */
  readonly codes?: ReadonlySet<number>
  readonly goesRight: Uint8Array
}

/** A column as it lies in a node: its mean and deviation there. */
interface Spread {
  readonly column: number
  readonly mean: number
  readonly deviation: number
}

/** Chooses two random columns that vary here, a random direction in them, and where to part it; undefined when nothing varies. */
export const chooseFairSplit = (
  matrix: Float64Array,
  rows: Int32Array,
  options: GrowOptions,
  random: Random,
): SplitChoice | undefined => {
  const { columns, categories } = options
  const order = new Uint16Array(columns)
  for (let i = 0; i < columns; i++) order[i] = i
  let chosen: Spread | undefined
  for (let i = 0; i < columns; i++) {
    const pick = i + random.below(columns - i)
    const column = order[pick] ?? 0
    order[pick] = order[i] ?? 0
    if (categories.has(column)) {
      if (chosen) continue
      const split = splitCategories(matrix, rows, columns, column, random)
      if (split) return split
      continue
    }
    const spread = spreadOf(matrix, rows, columns, column)
    if (!spread) continue
    if (chosen) return splitPlane(matrix, rows, chosen, spread, options, random)
    chosen = spread
  }
  return chosen && splitPlane(matrix, rows, chosen, undefined, options, random)
}

const spreadOf = (matrix: Float64Array, rows: Int32Array, columns: number, column: number): Spread | undefined => {
  let sum = 0
  let known = 0
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    const value = bounded(matrix[row * columns + column] ?? Number.NaN)
    if (Number.isNaN(value)) continue
    sum += value
    known++
    if (value < low) low = value
    if (value > high) high = value
  }
  if (!(low < high)) return undefined
  const mean = sum / known
  let squares = 0
  for (const row of rows) {
    const distance = bounded(matrix[row * columns + column] ?? Number.NaN) - mean
    if (!Number.isNaN(distance)) squares += distance * distance
  }
  const deviation = Math.sqrt(squares / known)
  return deviation > 0 ? { column, mean, deviation } : undefined
}

/**
 * Points a random direction into the plane of two columns, each measured in its deviations, so that neither outweighs the other for its
 * unit; with one column the direction is that column's.
 */
const splitPlane = (
  matrix: Float64Array,
  rows: Int32Array,
  a: Spread,
  b: Spread | undefined,
  { columns, gainShare }: GrowOptions,
  random: Random,
): SplitChoice | undefined => {
  const [x, y] = b ? direction(random) : [1, 0]
  // Floats, so that saving them loses nothing.
  const firstWeight = Math.fround(x / a.deviation)
  const secondWeight = b ? Math.fround(y / b.deviation) : 0
  const second = b?.column ?? a.column
  const firstMean = Math.fround(a.mean)
  const secondMean = Math.fround(b?.mean ?? a.mean)
  const projections = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    const at = (rows[i] ?? 0) * columns
    projections[i] = project(
      matrix[at + a.column],
      firstWeight,
      firstMean,
      matrix[at + second],
      secondWeight,
      secondMean,
    )
  }
  const sorted = projections.toSorted()
  const threshold = random.next() < gainShare ? bestCut(sorted) : randomCut(sorted, random)
  if (threshold === undefined) return undefined
  const goesRight = Uint8Array.from(projections, (projection) => (projection >= threshold ? 1 : 0))
  return { first: a.column, second, firstWeight, secondWeight, firstMean, secondMean, threshold, goesRight }
}

/** Where a row lies along a direction, with the means in place of what it lacks. */
export const project = (
  first: number | undefined,
  firstWeight: number,
  firstMean: number,
  second: number | undefined,
  secondWeight: number,
  secondMean: number,
): number => {
  const a = first === undefined || Number.isNaN(first) ? firstMean : bounded(first)
  const b = second === undefined || Number.isNaN(second) ? secondMean : bounded(second)
  return firstWeight * a + secondWeight * b
}

/** A point of the unit disc, as a direction: every angle is as likely, and no function of an angle is needed. */
const direction = (random: Random): [number, number] => {
  for (;;) {
    const x = 2 * random.next() - 1
    const y = 2 * random.next() - 1
    const square = x * x + y * y
    if (square <= 1 && square > 1e-4) return [x, y]
  }
}

/** The cut that leaves the least deviation within the two sides, each weighed by its points: the pooled gain. */
const bestCut = (sorted: Float64Array): number | undefined => {
  const points = sorted.length
  const centre = ((sorted[0] ?? 0) + (sorted[points - 1] ?? 0)) / 2
  let allSquares = 0
  let all = 0
  for (const value of sorted) {
    all += value - centre
    allSquares += (value - centre) * (value - centre)
  }
  let sum = 0
  let squares = 0
  let best = Number.POSITIVE_INFINITY
  let cut: number | undefined
  for (let lefts = 1; lefts < points; lefts++) {
    const value = sorted[lefts - 1] ?? 0
    const next = sorted[lefts] ?? 0
    sum += value - centre
    squares += (value - centre) * (value - centre)
    if (value === next) continue
    const rights = points - lefts
    // n·s = √(n·Σx² − (Σx)²)
    const left = Math.sqrt(Math.max(0, lefts * squares - sum * sum))
    const right = Math.sqrt(Math.max(0, rights * (allSquares - squares) - (all - sum) * (all - sum)))
    if (left + right < best) {
      best = left + right
      cut = between(value, next)
    }
  }
  return cut
}

const between = (low: number, high: number): number => {
  const middle = low + (high - low) / 2
  return middle > low ? middle : high
}

const randomCut = (sorted: Float64Array, random: Random): number | undefined => {
  const low = sorted[0] ?? 0
  const high = sorted[sorted.length - 1] ?? 0
  if (!(low < high)) return undefined
  const cut = low + random.next() * (high - low)
  return cut > low && cut <= high ? cut : high
}

/**
 * Sends a random half of the categories that occur here to the side of the more common, which is the left one; the rest go right, and so
 * does whatever does not occur here, or is missing: what was never seen is among the few.
 */
const splitCategories = (
  matrix: Float64Array,
  rows: Int32Array,
  columns: number,
  column: number,
  random: Random,
): SplitChoice | undefined => {
  const codeOf = (row: number) => matrix[row * columns + column] ?? Number.NaN
  const counts = new Map<number, number>()
  for (const row of rows) counts.set(codeOf(row), (counts.get(codeOf(row)) ?? 0) + 1)
  if (counts.size < 2) return undefined
  const present = [...counts.keys()].toSorted((a, b) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b))
  const sides: [Set<number>, Set<number>] = [new Set(), new Set()]
  for (const code of present) sides[random.next() < 0.5 ? 0 : 1].add(code)
  for (const [here, there] of [sides, sides.toReversed()]) {
    if (here?.size !== 0) continue
    const code = present[random.below(present.length)] ?? 0
    there?.delete(code)
    here.add(code)
  }
  const weigh = (side: Set<number>) => [...side].reduce((sum, code) => sum + (counts.get(code) ?? 0), 0)
  const [a, b] = sides
  const codes = weigh(a) >= weigh(b) ? a : b
  const goesRight = Uint8Array.from(rows, (row) => (codes.has(codeOf(row)) ? 0 : 1))
  return {
    first: column,
    second: column,
    firstWeight: 0,
    secondWeight: 0,
    firstMean: Number.NaN,
    secondMean: Number.NaN,
    threshold: 0,
    codes,
    goesRight,
  }
}
