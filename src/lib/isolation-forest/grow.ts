import type { Random } from '../random/random.ts'
import { averagePathLength } from './path-length.ts'

/**
 * Trees as complete binary trees in heap order: the children of node i are 2i + 1 and 2i + 2, and a row goes right when its
 * value is ≥ the threshold. Where a branch ends early its node is a pass: its threshold is NaN, so every row goes left
 * to a leaf that carries the length of the path. A walk is then `depth` equal steps without a test for the end.
 */
export interface Trees {
  readonly count: number
  readonly depth: number
  /** Inner nodes a tree: 2^depth − 1. */
  readonly inner: number
  /** The column that an inner node looks at. */
  readonly columns: Uint16Array<ArrayBuffer>
  readonly thresholds: Float64Array<ArrayBuffer>
  /** 1 where a missing value goes right. */
  readonly missingRight: Uint8Array<ArrayBuffer>
  /** The path length at a leaf: leaf j of a tree is the node `inner + j`. */
  readonly paths: Float32Array<ArrayBuffer>
  /** The mean path length of the training points under each node, leaves included; for explanations. */
  readonly means: Float32Array<ArrayBuffer>
  /** How many training points came to each node where a branch ends; 0 at all others. */
  readonly counts: Uint32Array<ArrayBuffer>
}

export const emptyTrees = (count: number, depth: number): Trees => {
  const inner = 2 ** depth - 1
  return {
    count,
    depth,
    inner,
    columns: new Uint16Array(count * inner),
    thresholds: new Float64Array(count * inner),
    missingRight: new Uint8Array(count * inner),
    paths: new Float32Array(count * (inner + 1)),
    means: new Float32Array(count * (2 * inner + 1)),
    counts: new Uint32Array(count * (2 * inner + 1)),
  }
}

/** Grows every tree on a sample of its own, drawn without replacement. */
export const growTrees = (
  matrix: Float64Array,
  width: number,
  rows: number,
  count: number,
  sample: number,
  random: Random,
): Trees => {
  const trees = emptyTrees(count, Math.max(1, Math.ceil(Math.log2(sample))))
  const drawn = new Int32Array(rows)
  for (let i = 0; i < rows; i++) drawn[i] = i
  for (let tree = 0; tree < count; tree++) {
    for (let i = 0; i < sample; i++) swap(drawn, i, i + random.below(rows - i))
    growTree(trees, tree, matrix, width, drawn, sample, random)
  }
  return trees
}

const swap = (list: Int32Array, a: number, b: number): void => {
  const kept = list[a] ?? 0
  list[a] = list[b] ?? 0
  list[b] = kept
}

const growTree = (
  trees: Trees,
  tree: number,
  matrix: Float64Array,
  width: number,
  sample: Int32Array,
  size: number,
  random: Random,
): void => {
  const { depth, inner, columns, thresholds, missingRight, means } = trees
  const innerAt = tree * inner
  const meanAt = tree * (2 * inner + 1)
  const order = new Uint16Array(width)

  /** Grows the node that holds sample[from, to) and returns the mean path length below it. */
  const grow = (node: number, level: number, from: number, to: number): number => {
    const points = to - from
    if (points <= 1 || level === depth) return endBranch(trees, tree, node, level, points)
    const split = chooseSplit(matrix, width, sample, from, to, order, random)
    if (!split) return endBranch(trees, tree, node, level, points)
    const { column, threshold } = split

    // Missing values are gathered at the end, counted apart, and go where more of the others went.
    let left = from
    let right = to
    let missingFrom = to
    for (let i = from; i < right; ) {
      const value = matrix[(sample[i] ?? 0) * width + column] ?? Number.NaN
      if (value < threshold) swap(sample, i++, left++)
      else if (value >= threshold) i++
      else {
        right--
        missingFrom--
        swap(sample, i, right)
      }
    }
    const lefts = left - from
    const rights = missingFrom - left
    const goRight = rights > lefts
    if (!goRight && missingFrom < to) {
      // The missing ones join the left: rotate them before the right ones.
      for (let i = missingFrom; i < to; i++) swap(sample, left++, i)
    }

    columns[innerAt + node] = column
    thresholds[innerAt + node] = threshold
    missingRight[innerAt + node] = goRight ? 1 : 0
    const leftMean = grow(2 * node + 1, level + 1, from, left)
    const rightMean = grow(2 * node + 2, level + 1, left, to)
    const mean = ((left - from) * leftMean + (to - left) * rightMean) / points
    means[meanAt + node] = mean
    return mean
  }
  grow(0, 0, 0, size)
}

/**
 * Ends a branch that holds so many points, and returns its path length: the steps so far and what a tree of the points would add on
 * average. Where the branch is shorter than the tree, passes lead to the first leaf below.
 */
export const endBranch = (trees: Trees, tree: number, node: number, level: number, points: number): number => {
  const { depth, inner, thresholds, paths, means, counts } = trees
  const path = level + averagePathLength(points)
  counts[tree * (2 * inner + 1) + node] = points
  let at = node
  for (let below = level; below <= depth; below++) {
    means[tree * (2 * inner + 1) + at] = path
    if (below === depth) paths[tree * (inner + 1) + at - inner] = path
    else thresholds[tree * inner + at] = Number.NaN
    at = 2 * at + 1
  }
  return path
}

/** A random column among those that still vary here, and a random value between its ends; undefined when none varies. */
const chooseSplit = (
  matrix: Float64Array,
  width: number,
  sample: Int32Array,
  from: number,
  to: number,
  order: Uint16Array,
  random: Random,
): { column: number; threshold: number } | undefined => {
  for (let i = 0; i < width; i++) order[i] = i
  for (let i = 0; i < width; i++) {
    const pick = i + random.below(width - i)
    const column = order[pick] ?? 0
    order[pick] = order[i] ?? 0
    order[i] = column
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let j = from; j < to; j++) {
      const value = matrix[(sample[j] ?? 0) * width + column] ?? Number.NaN
      if (value < low) low = value
      if (value > high) high = value
    }
    if (low < high) {
      return { column, threshold: chooseThreshold(low, high, random) }
    }
  }
  return undefined
}

/**
 * A random value that parts the ends: above `low`, at most `high`. A float where one lies between, so that a walk over floats takes the
 * same turns as one over doubles.
 */
const chooseThreshold = (low: number, high: number, random: Random): number => {
  const least = Math.max(low, -Number.MAX_VALUE)
  const most = Math.min(high, Number.MAX_VALUE)
  // Halved first, so that ends at opposite extremes of the doubles do not overflow.
  const exact = (least / 2 + random.next() * (most / 2 - least / 2)) * 2
  const parts = (threshold: number) => threshold > low && threshold <= high
  const float = Math.fround(exact)
  if (parts(float)) return float
  const highFloat = Math.fround(high)
  if (parts(highFloat)) return highFloat
  return parts(exact) ? exact : high
}
