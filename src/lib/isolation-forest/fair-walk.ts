import { project } from './fair-split.ts'
import type { FairTree } from './fair-tree.ts'
import { type PackedFairTrees, walkFairBlocks } from './fair-wasm-walk.ts'

/** Rows that stay in the first-level cache while a tree passes over them. */
const blockRows = 256

/** The node that a row goes to from an inner one. */
const next = (tree: FairTree, node: number, row: ArrayLike<number>, at: number): number => {
  const left = tree.left[node] ?? 0
  const first = row[at + (tree.first[node] ?? 0)]
  if (Number.isNaN(tree.firstMean[node])) {
    return tree.codes.get(node)?.has(first ?? Number.NaN) ? left : left + 1
  }
  const projection = project(
    first,
    tree.firstWeight[node] ?? 0,
    tree.firstMean[node] ?? 0,
    row[at + (tree.second[node] ?? 0)],
    tree.secondWeight[node] ?? 0,
    tree.secondMean[node] ?? 0,
  )
  return projection >= (tree.threshold[node] ?? 0) ? left + 1 : left
}

/** Sums the path lengths of every row over all trees, in WebAssembly; blocks that lack a value with plain arrays. */
export const sumPackedFairPaths = (
  packed: PackedFairTrees,
  trees: readonly FairTree[],
  matrix: Float64Array,
  width: number,
): Float64Array => {
  const sums = new Float64Array(matrix.length / width)
  walkFairBlocks(packed, matrix, width, sums, (from, to) => {
    sums.set(sumFairPaths(trees, matrix.subarray(from * width, to * width), width), from)
  })
  return sums
}

/** The same with plain arrays: tree by tree over blocks of rows. */
export const sumFairPaths = (trees: readonly FairTree[], matrix: ArrayLike<number>, width: number): Float64Array => {
  const sums = new Float64Array(matrix.length / width)
  for (let from = 0; from < sums.length; from += blockRows) {
    const to = Math.min(sums.length, from + blockRows)
    for (const tree of trees) {
      for (let row = from; row < to; row++) {
        let node = 0
        while ((tree.left[node] ?? 0) !== 0) node = next(tree, node, matrix, row * width)
        sums[row] = (sums[row] ?? 0) + (tree.mean[node] ?? 0)
      }
    }
  }
  return sums
}

/**
 * Sums over all trees how much each column's splits changed the path length to be expected, root to leaf. Where two columns split
 * together, each takes the part that its distance from the node's mean has in the projection.
 */
export const explainFairRow = (trees: readonly FairTree[], row: ArrayLike<number>, width: number): number[] => {
  const changes = new Array<number>(width).fill(0)
  for (const tree of trees) {
    let node = 0
    while ((tree.left[node] ?? 0) !== 0) {
      const child = next(tree, node, row, 0)
      const change = (tree.mean[child] ?? 0) - (tree.mean[node] ?? 0)
      const first = tree.first[node] ?? 0
      const second = tree.second[node] ?? 0
      const a = pull(row[first], tree.firstWeight[node], tree.firstMean[node])
      const b = pull(row[second], tree.secondWeight[node], tree.secondMean[node])
      const share = a + b > 0 ? a / (a + b) : 1
      changes[first] = (changes[first] ?? 0) + change * share
      changes[second] = (changes[second] ?? 0) + change * (1 - share)
      node = child
    }
  }
  return changes
}

const pull = (value = Number.NaN, weight = 0, mean = 0): number => {
  const distance = Math.abs(weight) * Math.abs(value - mean)
  return Number.isNaN(distance) ? 0 : Math.min(distance, 1e100)
}
