import type { Reader, Writer } from '../bytes/codec.ts'
import type { Random } from '../random/random.ts'
import { nearestSquares } from './nearest-squares.ts'

/** How many samples there are, and how many rows the smallest and the largest holds. */
const mostMembers = 150
const fewestMembers = 24
const smallest = 4
const largest = 64
/** The share of rows that samples are drawn from the second time. */
const ordinaryShare = 0.9
/** Numbers of a row that are compared before asking whether it can still be the nearest. */
const stride = 8

interface Member {
  /** The sampled rows, row-major. */
  readonly points: Float32Array
  /** Which rows of the training table they are. */
  readonly rows: Uint32Array
}

/**
 * Mean distance to the nearest row of small samples (Sugiyama and Borgwardt, "Rapid distance-based outlier detection via sampling",
 * NIPS 2013, as an ensemble over sample sizes). A sample of a few rows sees only the great masses, so a small cluster far from them is
 * anomalous as a whole; one of some dozens sees gaps between near groups. Sizes are spread evenly in ratio, so neither view outweighs.
 *
 * A score costs the sum of the sample sizes (about 3,200) distances. Rows must be scaled: every number counts as it is.
 */
export interface SampledNeighbours {
  readonly width: number
  readonly members: readonly Member[]
}

/** Draws samples from scaled rows; `ids` says which rows of the table they are. Wide and long tables get fewer of them. */
export const sampleNeighbours = (
  rows: Float64Array,
  width: number,
  ids: Uint32Array,
  random: Random,
): SampledNeighbours => {
  const count = Math.max(fewestMembers, Math.min(mostMembers, Math.floor((mostMembers * 2 ** 24) / rows.length)))
  const high = Math.max(1, Math.min(largest, ids.length >> 1))
  const low = Math.min(smallest, high)
  const members = Array.from({ length: count }, (_, number) => {
    const size = Math.round(between(low, high, (number + 0.5) / count))
    const drawn = new Set<number>()
    while (drawn.size < size) drawn.add(random.below(ids.length))
    const points = new Float32Array(size * width)
    const own = new Uint32Array(size)
    let at = 0
    for (const row of drawn) {
      points.set(rows.subarray(row * width, (row + 1) * width), at * width)
      own[at++] = ids[row] ?? 0
    }
    return { points, rows: own }
  })
  return { width, members }
}

/**
 * Draws the samples twice, the second time from the nine tenths of the rows that are nearest to the first samples, so that rows far from
 * most others do not stand for what is usual: the concentration step of Rousseeuw and Van Driessen ("A fast algorithm for the minimum
 * covariance determinant estimator", Technometrics 1999).
 */
export const sampleOrdinary = (
  rows: Float64Array,
  width: number,
  ids: Uint32Array,
  random: Random,
): SampledNeighbours => {
  const distances = neighbourScores(sampleNeighbours(rows, width, ids, random), rows, ids)
  const kept = Uint32Array.from(ids, (_, row) => row)
    .sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0) || a - b)
    .slice(0, Math.ceil(ordinaryShare * ids.length))
    .sort()
  const ordinary = new Float64Array(kept.length * width)
  kept.forEach((row, at) => {
    ordinary.set(rows.subarray(row * width, (row + 1) * width), at * width)
  })
  return sampleNeighbours(
    ordinary,
    width,
    kept.map((row) => ids[row] ?? 0),
    random,
  )
}

/** Between two sizes, evenly in ratio. Twenty halvings of the logarithm by square roots are the same on every machine. */
const between = (low: number, high: number, share: number): number => {
  let a = low
  let b = high
  let rest = share
  for (let i = 0; i < 20; i++) {
    const middle = Math.sqrt(a * b)
    if (rest < 0.5) b = middle
    else a = middle
    rest = rest < 0.5 ? rest * 2 : rest * 2 - 1
  }
  return a
}

/**
 * Scores scaled rows, in WebAssembly with floats. A training row is not its own neighbour: `ids` says which rows they are, in rising order,
 * when they are the training table's.
 */
export const neighbourScores = (
  { width, members }: SampledNeighbours,
  rows: Float64Array,
  ids: Uint32Array | undefined,
): Float64Array => {
  const scores = new Float64Array(rows.length / width)
  nearestSquares(
    members.map(({ points }) => points),
    rows,
    width,
    (number, from, squares) => {
      for (let row = 0; row < squares.length; row++) {
        scores[from + row] = (scores[from + row] ?? 0) + Math.sqrt(squares[row] ?? 0) / members.length
      }
      const member = members[number]
      if (!ids || !member) return
      // The few rows that are among the points found themselves: they are done again without.
      const first = ids[from] ?? 0
      const last = ids[from + squares.length - 1] ?? 0
      for (const id of member.rows) {
        if (id < first || id > last) continue
        const row = from + ids.subarray(from, from + squares.length).indexOf(id)
        if (row < from) continue
        const { square } = nearest(member, rows, row * width, width, id)
        const found = Math.sqrt(squares[row - from] ?? 0)
        scores[row] = (scores[row] ?? 0) + (Math.sqrt(square) - found) / members.length
      }
    },
  )
  return scores
}

const nearest = (
  { points, rows }: Member,
  row: Float64Array,
  at: number,
  width: number,
  id: number,
): { square: number; point: number } => {
  let best = Number.POSITIVE_INFINITY
  let point = 0
  for (let i = 0, from = 0; i < rows.length; i++, from += width) {
    if (rows[i] === id) continue
    let square = 0
    for (let start = 0; start < width && square < best; start += stride) {
      const end = Math.min(width, start + stride)
      for (let j = start; j < end; j++) {
        const distance = (row[at + j] ?? 0) - (points[from + j] ?? 0)
        square += distance * distance
      }
    }
    if (square < best) {
      best = square
      point = from
    }
  }
  return { square: best === Number.POSITIVE_INFINITY ? 0 : best, point }
}

/** The share of a row's distances that each number of it makes up. */
export const neighbourShares = ({ width, members }: SampledNeighbours, row: Float64Array): Float64Array => {
  const shares = new Float64Array(width)
  for (const member of members) {
    const { square, point } = nearest(member, row, 0, width, -1)
    if (square === 0) continue
    for (let j = 0; j < width; j++) {
      const distance = (row[j] ?? 0) - (member.points[point + j] ?? 0)
      shares[j] = (shares[j] ?? 0) + (distance * distance) / square / members.length
    }
  }
  return shares
}

export const writeNeighbours = (writer: Writer, { width, members }: SampledNeighbours): void => {
  writer.varint(width).varint(members.length)
  for (const { points } of members) writer.f32s(points)
}

/** Reads samples back. They no longer know which rows they were, so training rows are scored as any others are. */
export const readNeighbours = (reader: Reader): SampledNeighbours => {
  const width = reader.varint()
  const members = Array.from({ length: reader.varint() }, () => {
    const points = reader.f32s()
    return { points, rows: new Uint32Array(points.length / Math.max(1, width)).fill(0xffffffff) }
  })
  return { width, members }
}
