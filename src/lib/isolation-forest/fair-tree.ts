import type { Random } from '../random/random.ts'
import { chooseFairSplit, type GrowOptions, type SplitChoice } from './fair-split.ts'
import { averagePathLength } from './path-length.ts'

/**
 * One tree of hyperplane splits, its nodes as rows of parallel arrays, the root first and every left child just before its right one. A row
 * goes right when first weight · first value + second weight · second value ≥ threshold; or, where `codes` says so, when its first value is
 * not among the node's categories.
 */
export interface FairTree {
  readonly first: Uint16Array<ArrayBuffer>
  readonly second: Uint16Array<ArrayBuffer>
  readonly firstWeight: Float64Array<ArrayBuffer>
  readonly secondWeight: Float64Array<ArrayBuffer>
  /** The substitutes of a missing value: the means of the node's training points. */
  readonly firstMean: Float64Array<ArrayBuffer>
  readonly secondMean: Float64Array<ArrayBuffer>
  readonly threshold: Float64Array<ArrayBuffer>
  /** The left child; 0 for a leaf. */
  readonly left: Uint32Array<ArrayBuffer>
  /** How many training points came to the node. */
  readonly count: Uint32Array<ArrayBuffer>
  /** The mean path length of the training points under the node; a leaf's own. */
  readonly mean: Float32Array<ArrayBuffer>
  /** The categories that go left, of nodes that split by them. */
  readonly codes: ReadonlyMap<number, ReadonlySet<number>>
  readonly depth: number
}

interface Growing {
  readonly splits: (SplitChoice | undefined)[]
  readonly left: number[]
  readonly count: number[]
  readonly level: number[]
}

/** Grows a tree on the rows of `sample` until every leaf holds one point, or points that are all alike. */
export const growFairTree = (
  matrix: Float64Array,
  sample: Int32Array,
  options: GrowOptions,
  random: Random,
): FairTree => {
  const tree: Growing = { splits: [undefined], left: [0], count: [sample.length], level: [0] }
  const held = [sample]
  // Nodes are split in the order in which they were made; there is no recursion, so a deep tree needs no deep stack.
  for (let node = 0; node < held.length; node++) {
    const rows = held[node] ?? new Int32Array(0)
    held[node] = new Int32Array(0)
    const choice = rows.length > 1 ? chooseFairSplit(matrix, rows, options, random) : undefined
    if (!choice) continue
    const { goesRight } = choice
    let rights = 0
    for (const right of goesRight) rights += right
    const left = new Int32Array(rows.length - rights)
    const right = new Int32Array(rights)
    let lefts = 0
    rights = 0
    for (let i = 0; i < rows.length; i++) {
      if (goesRight[i] === 1) right[rights++] = rows[i] ?? 0
      else left[lefts++] = rows[i] ?? 0
    }
    tree.splits[node] = choice
    tree.left[node] = held.length
    for (const child of [left, right]) {
      held.push(child)
      tree.splits.push(undefined)
      tree.left.push(0)
      tree.count.push(child.length)
      tree.level.push((tree.level[node] ?? 0) + 1)
    }
  }
  return finish(tree)
}

const finish = ({ splits, left, count, level }: Growing): FairTree => {
  const column = (pick: (split: SplitChoice) => number) =>
    Float64Array.from(splits, (split) => (split ? pick(split) : 0))
  const codes = new Map<number, ReadonlySet<number>>()
  splits.forEach((split, node) => {
    if (split?.codes) codes.set(node, split.codes)
  })
  return buildFairTree({
    first: Uint16Array.from(column((split) => split.first)),
    second: Uint16Array.from(column((split) => split.second)),
    firstWeight: column((split) => split.firstWeight),
    secondWeight: column((split) => split.secondWeight),
    firstMean: column((split) => split.firstMean),
    secondMean: column((split) => split.secondMean),
    threshold: column((split) => split.threshold),
    left: Uint32Array.from(left),
    count: Uint32Array.from(count),
    codes,
    level,
  })
}

/** Adds what follows from the nodes: the path lengths, from the leaves up, and the depth. */
export const buildFairTree = ({
  level,
  ...nodes
}: Omit<FairTree, 'mean' | 'depth'> & { readonly level: readonly number[] }): FairTree => {
  const { left, count } = nodes
  const exact = new Float64Array(left.length)
  let depth = 0
  for (let node = left.length - 1; node >= 0; node--) {
    const child = left[node] ?? 0
    const points = count[node] ?? 0
    depth = Math.max(depth, level[node] ?? 0)
    if (child === 0) exact[node] = (level[node] ?? 0) + averagePathLength(points)
    else {
      const sum = (count[child] ?? 0) * (exact[child] ?? 0) + (count[child + 1] ?? 0) * (exact[child + 1] ?? 0)
      exact[node] = sum / points
    }
  }
  return { ...nodes, mean: Float32Array.from(exact), depth }
}
