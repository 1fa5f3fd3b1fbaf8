import { bound } from './fair-split.ts'
import type { FairTree } from './fair-tree.ts'
import { openWalker } from './walker.ts'

/**
 * Trees in the layout of the WebAssembly walk: first the root's address and the depth of each tree, then the nodes, 32 bytes each:
 * threshold (a double), two weights (floats), how far the two columns lie behind the first, the left child's address, the path length (a float).
 */
export interface PackedFairTrees {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly count: number
  /** Rows a block, a multiple of 8: the columns' places in the bytes depend on it. */
  readonly blockRows: number
}

/** A block's columns of doubles should stay in the first-level cache beside a tree. */
const blockDoubles = 2048
const nodeBytes = 32
/** In front of the trees lie the bounds that values are held to. */
const treesAt = 16

/** Packs trees for `walkFairBlocks`; undefined where a tree splits by categories, or rows are too wide. */
export const packFairTrees = (trees: readonly FairTree[], width: number): PackedFairTrees | undefined => {
  if (width > 4096 || trees.some((tree) => tree.codes.size > 0)) return undefined
  const blockRows = Math.max(8, Math.min(256, Math.floor(blockDoubles / width / 8) * 8))
  const nodes = trees.reduce((sum, tree) => sum + tree.left.length, 0)
  const bytes = new Uint8Array(trees.length * 8 + nodes * nodeBytes)
  const view = new DataView(bytes.buffer)
  let start = trees.length * 8
  trees.forEach((tree, number) => {
    view.setUint32(number * 8, treesAt + start, true)
    view.setUint32(number * 8 + 4, Math.max(1, tree.depth), true)
    for (let node = 0; node < tree.left.length; node++) {
      const at = start + node * nodeBytes
      const child = tree.left[node] ?? 0
      view.setFloat64(at, child === 0 ? Number.POSITIVE_INFINITY : (tree.threshold[node] ?? 0), true)
      view.setFloat32(at + 8, tree.firstWeight[node] ?? 0, true)
      view.setFloat32(at + 12, tree.secondWeight[node] ?? 0, true)
      view.setUint32(at + 16, (tree.first[node] ?? 0) * blockRows * 8, true)
      view.setUint32(at + 20, (tree.second[node] ?? 0) * blockRows * 8, true)
      // A leaf is its own child: a row that has come there stays.
      view.setUint32(at + 24, treesAt + start + (child === 0 ? node : child) * nodeBytes, true)
      view.setFloat32(at + 28, tree.mean[node] ?? 0, true)
    }
    start += tree.left.length * nodeBytes
  })
  return { bytes, count: trees.length, blockRows }
}

/** Adds up the path lengths of each row; `walkMissing` does a block that lacks values. */
export const walkFairBlocks = (
  packed: PackedFairTrees,
  matrix: Float64Array,
  width: number,
  sums: Float64Array,
  walkMissing: (from: number, to: number) => void,
): void => {
  const { bytes, count, blockRows } = packed
  const inputAt = Math.ceil((treesAt + bytes.length) / 64) * 64
  const blockAt = inputAt + blockRows * width * 8
  const sumsAt = blockAt + blockRows * width * 8
  const { memory, loadDoubles, walkFair } = openWalker(sumsAt + blockRows * 8)
  new Float64Array(memory.buffer, 0, 2).set([bound, -bound])
  new Uint8Array(memory.buffer).set(bytes, treesAt)
  const input = new Float64Array(memory.buffer, inputAt, blockRows * width)
  const blockSums = new Float64Array(memory.buffer, sumsAt, blockRows)
  for (let from = 0; from < sums.length; from += blockRows) {
    const to = Math.min(sums.length, from + blockRows)
    input.set(matrix.subarray(from * width, to * width))
    if (loadDoubles(inputAt, blockAt, to - from, width, blockRows * 8, 0) !== 0) {
      walkMissing(from, to)
      continue
    }
    blockSums.fill(0)
    walkFair(treesAt, count, blockAt, to - from, sumsAt)
    sums.set(blockSums.subarray(0, to - from), from)
  }
}
