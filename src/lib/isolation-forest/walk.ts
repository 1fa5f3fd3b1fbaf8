import type { Trees } from './grow.ts'
import { type PackedTrees, walkBlocks } from './wasm-walk.ts'

/** Rows that stay in the first-level cache while a tree passes over them. */
const blockRows = 256

/** Sums the path lengths of every row over all trees, in WebAssembly; rows that lack a value one by one. */
export const sumPackedPaths = (
  packed: PackedTrees,
  trees: Trees,
  matrix: Float64Array,
  width: number,
): Float64Array<ArrayBuffer> => {
  const sums = new Float64Array(Math.floor(matrix.length / width))
  walkBlocks(packed, matrix, width, sums, (from, to) => {
    for (let row = from; row < to; row++) {
      sums[row] = sumRowPaths(trees, matrix.subarray(row * width, (row + 1) * width), width)
    }
  })
  return sums
}

/** The same with plain arrays, for trees that do not fit there: tree by tree over blocks of rows. */
export const sumPaths = (trees: Trees, matrix: Float64Array, width: number): Float64Array<ArrayBuffer> => {
  const rows = Math.floor(matrix.length / width)
  const sums = new Float64Array(rows)
  for (let from = 0; from < rows; from += blockRows) {
    const to = Math.min(rows, from + blockRows)
    if (hasMissing(matrix, from * width, to * width)) {
      for (let row = from; row < to; row++)
        sums[row] = sumRowPaths(trees, matrix.subarray(row * width, (row + 1) * width), width)
    } else {
      for (let tree = 0; tree < trees.count; tree++) addTree(trees, tree, matrix, width, from, to, sums)
    }
  }
  return sums
}

const hasMissing = (matrix: Float64Array, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) {
    const value = matrix[i]
    if (value === undefined || Number.isNaN(value)) return true
  }
  return false
}

const addTree = (
  trees: Trees,
  tree: number,
  matrix: Float64Array,
  width: number,
  from: number,
  to: number,
  sums: Float64Array,
): void => {
  const { depth, inner, columns, thresholds, paths } = trees
  const innerAt = tree * inner
  const leafAt = tree * (inner + 1) - inner
  for (let row = from; row < to; row++) {
    const at = row * width
    let node = 0
    for (let level = 0; level < depth; level++) {
      const index = innerAt + node
      node = 2 * node + 1 + Number((matrix[at + (columns[index] ?? 0)] ?? 0) >= (thresholds[index] ?? 0))
    }
    sums[row] = (sums[row] ?? 0) + (paths[leafAt + node] ?? 0)
  }
}

/** The same for one row, which may lack values. */
export const sumRowPaths = (trees: Trees, row: ArrayLike<number>, width: number): number => {
  const whole = Float64Array.from({ length: width }, (_, column) => row[column] ?? Number.NaN)
  return hasMissing(whole, 0, width) ? sumMissingRow(trees, whole) : sumWholeRow(trees, whole)
}

const sumWholeRow = ({ count, depth, inner, columns, thresholds, paths }: Trees, row: Float64Array): number => {
  let sum = 0
  for (let tree = 0, innerAt = 0; tree < count; tree++, innerAt += inner) {
    let node = 0
    for (let level = 0; level < depth; level++) {
      const index = innerAt + node
      // A number made of the comparison, because a branch would be mispredicted every other time.
      node = 2 * node + 1 + Number((row[columns[index] ?? 0] ?? 0) >= (thresholds[index] ?? 0))
    }
    sum += paths[innerAt + tree + node - inner] ?? 0
  }
  return sum
}

const sumMissingRow = (trees: Trees, row: Float64Array): number => {
  const { count, depth, inner, columns, thresholds, missingRight, paths } = trees
  let sum = 0
  for (let tree = 0; tree < count; tree++) {
    const innerAt = tree * inner
    let node = 0
    for (let level = 0; level < depth; level++) {
      const index = innerAt + node
      const value = row[columns[index] ?? 0] ?? Number.NaN
      const right = value >= (thresholds[index] ?? 0) || (missingRight[index] === 1 && Number.isNaN(value))
      node = 2 * node + (right ? 2 : 1)
    }
    sum += paths[tree * (inner + 1) + node - inner] ?? 0
  }
  return sum
}
