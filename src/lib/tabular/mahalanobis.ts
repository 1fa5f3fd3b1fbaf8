import type { Reader, Writer } from '../bytes/codec.ts'

/** The share of the most central rows that each concentration step uses, and the number of steps. */
const ordinaryShare = 0.75
const steps = 2
/** Added to the variance of each number, in shares of the mean variance. */
const ridge = 0.3
/** Wider rows have no distance: the rows cannot determine so many covariances. */
const mostColumns = 256
/** The maximum number of products in a fit, which bounds its time for wide rows. */
const mostProducts = 2 ** 28

/** The means and covariances of the ordinary rows. */
export interface Mahalanobis {
  readonly means: Float64Array
  readonly deviations: Float64Array
  /** The lower Cholesky factor of the covariances of numbers in deviations, row by row. */
  readonly factor: Float64Array
}

/**
 * Learns the covariances of the ordinary rows of a row-major matrix: concentration steps (Rousseeuw and Van Driessen, "A fast algorithm for
 * the minimum covariance determinant estimator", Technometrics 1999) leave out rows that are far from most others, and a ridge keeps the
 * directions without variance from counting without bound. The first rows are enough where there are many. Undefined for rows of more than
 * 256 numbers. O(rows · width²).
 */
export const fitMahalanobis = (
  rows: Float64Array,
  width: number,
  { isClean }: { readonly isClean: boolean },
): Mahalanobis | undefined => {
  if (width > mostColumns) return undefined
  const count = Math.min(rows.length / width, Math.max(1024, Math.floor(mostProducts / (width * width))))
  const known = rows.subarray(0, count * width)
  const all = Uint32Array.from({ length: count }, (_, row) => row)
  const deviations = deviationsOf(known, width)
  let model = fitRows(known, width, all, deviations)
  for (let step = 0; step < steps && !isClean; step++) {
    const distances = mahalanobisDistances(model, known)
    const nearest = all.toSorted((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0) || a - b)
    model = fitRows(known, width, nearest.subarray(0, Math.ceil(ordinaryShare * count)), deviations)
  }
  return model
}

const deviationsOf = (rows: Float64Array, width: number): Float64Array => {
  const count = rows.length / width
  const sums = new Float64Array(width)
  const squares = new Float64Array(width)
  rows.forEach((value, at) => {
    sums[at % width] = (sums[at % width] ?? 0) + value / count
  })
  rows.forEach((value, at) => {
    squares[at % width] = (squares[at % width] ?? 0) + (value - (sums[at % width] ?? 0)) ** 2 / count
  })
  // A column that never varied must not divide by 0.
  return squares.map((square) => Math.sqrt(square) || 1)
}

const fitRows = (rows: Float64Array, width: number, kept: Uint32Array, deviations: Float64Array): Mahalanobis => {
  const means = new Float64Array(width)
  for (const row of kept)
    for (let j = 0; j < width; j++) means[j] = (means[j] ?? 0) + (rows[row * width + j] ?? 0) / kept.length
  const covariances = new Float64Array(width * width)
  const from = new Float64Array(width)
  for (const row of kept) {
    for (let j = 0; j < width; j++) from[j] = ((rows[row * width + j] ?? 0) - (means[j] ?? 0)) / (deviations[j] ?? 1)
    for (let j = 0; j < width; j++) {
      const share = (from[j] ?? 0) / kept.length
      const at = j * width
      for (let k = 0; k <= j; k++) covariances[at + k] = (covariances[at + k] ?? 0) + share * (from[k] ?? 0)
    }
  }
  let trace = 0
  for (let j = 0; j < width; j++) trace += covariances[j * width + j] ?? 0
  const added = ridge * (trace / width || 1)
  for (let j = 0; j < width; j++) covariances[j * width + j] = (covariances[j * width + j] ?? 0) + added
  return { means, deviations, factor: factorise(covariances, width) }
}

/** Replaces the lower half of a positive definite matrix by its Cholesky factor. */
const factorise = (matrix: Float64Array, width: number): Float64Array => {
  for (let j = 0; j < width; j++) {
    for (let k = 0; k <= j; k++) {
      let value = matrix[j * width + k] ?? 0
      for (let i = 0; i < k; i++) value -= (matrix[j * width + i] ?? 0) * (matrix[k * width + i] ?? 0)
      matrix[j * width + k] = j === k ? Math.sqrt(value) : value / (matrix[k * width + k] ?? 1)
    }
  }
  return matrix
}

/** The Mahalanobis distance of each row from the mean. O(width²) per row. */
export const mahalanobisDistances = (model: Mahalanobis, rows: Float64Array): Float64Array => {
  const width = model.means.length
  const solved = new Float64Array(width)
  return Float64Array.from({ length: rows.length / width }, (_, row) => {
    solve(model, rows, row * width, solved)
    let square = 0
    for (const value of solved) square += value * value
    return Math.sqrt(square)
  })
}

/** Transforms a row to uncorrelated numbers. */
const solve = ({ means, deviations, factor }: Mahalanobis, rows: Float64Array, from: number, solved: Float64Array) => {
  const width = means.length
  for (let j = 0; j < width; j++) {
    const at = j * width
    let value = ((rows[from + j] ?? 0) - (means[j] ?? 0)) / (deviations[j] ?? 1)
    for (let k = 0; k < j; k++) value -= (factor[at + k] ?? 0) * (solved[k] ?? 0)
    solved[j] = value / (factor[at + j] ?? 1)
  }
}

/** Returns the contribution of each number of a row to the square of its distance; 0 if it makes the row more ordinary. */
export const mahalanobisShares = (model: Mahalanobis, row: Float64Array): Float64Array => {
  const { means, deviations, factor } = model
  const width = means.length
  const solved = new Float64Array(width)
  solve(model, row, 0, solved)
  for (let j = width - 1; j >= 0; j--) {
    let value = solved[j] ?? 0
    for (let k = j + 1; k < width; k++) value -= (factor[k * width + j] ?? 0) * (solved[k] ?? 0)
    solved[j] = value / (factor[j * width + j] ?? 1)
  }
  return solved.map((value, j) => Math.max(0, (value * ((row[j] ?? 0) - (means[j] ?? 0))) / (deviations[j] ?? 1)))
}

export const writeMahalanobis = (writer: Writer, model: Mahalanobis | undefined): void => {
  writer.u8(model ? 1 : 0)
  if (model) writer.f64s(model.means).f64s(model.deviations).f64s(model.factor)
}

export const readMahalanobis = (reader: Reader): Mahalanobis | undefined =>
  reader.u8() === 1 ? { means: reader.f64s(), deviations: reader.f64s(), factor: reader.f64s() } : undefined
