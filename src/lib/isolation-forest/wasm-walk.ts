import type { Trees } from './grow.ts'
import { openWalker } from './walker.ts'

/** Trees in the layout of the WebAssembly walk: each its inner nodes, then its path lengths. */
export interface PackedTrees {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly count: number
  readonly depth: number
  /** Rows a block, a multiple of 8: the columns' places in the bytes depend on it. */
  readonly blockRows: number
}

/** A block's columns of floats should stay in the first-level cache beside a tree. */
const blockFloats = 4096

/** Packs trees for `walkBlocks`; undefined where floats would not do, or they are too deep or wide for it. */
export const packTrees = (trees: Trees, width: number): PackedTrees | undefined => {
  const { count, depth, inner, columns, thresholds, paths } = trees
  if (depth > mostDepth || width > 4096) return undefined
  const blockRows = Math.max(8, Math.min(256, Math.floor(blockFloats / width / 8) * 8))
  const treeBytes = 8 * (inner + 1)
  const bytes = new Uint8Array(count * treeBytes * 1.5)
  const view = new DataView(bytes.buffer)
  for (let tree = 0; tree < count; tree++) {
    const start = tree * treeBytes * 1.5
    for (let node = 0; node < inner; node++) {
      const index = tree * inner + node
      const threshold = thresholds[index] ?? 0
      if (!Object.is(threshold, Math.fround(threshold)) && !Number.isNaN(threshold)) return undefined
      view.setFloat32(start + 8 * (node + 1), threshold, true)
      view.setUint32(start + 8 * (node + 1) + 4, (columns[index] ?? 0) * blockRows * 4, true)
    }
    for (let leaf = 0; leaf <= inner; leaf++) {
      view.setFloat32(start + treeBytes + 4 * leaf, paths[tree * (inner + 1) + leaf] ?? 0, true)
    }
  }
  return { bytes, count, depth, blockRows }
}

/** Adds up the path lengths of each row; `walkMissing` does a block that lacks values. */
export const walkBlocks = (
  packed: PackedTrees,
  matrix: Float64Array,
  width: number,
  sums: Float64Array,
  walkMissing: (from: number, to: number) => void,
): void => {
  const { bytes, count, depth, blockRows } = packed
  const inputAt = Math.ceil((treesAt + bytes.length) / 64) * 64
  const blockAt = inputAt + blockRows * width * 8
  const sumsAt = blockAt + blockRows * width * 4
  const { memory, load, walk } = openWalker(sumsAt + blockRows * 8)
  new Uint8Array(memory.buffer).set(bytes, treesAt)
  const input = new Float64Array(memory.buffer, inputAt, blockRows * width)
  const blockSums = new Float64Array(memory.buffer, sumsAt, blockRows)
  for (let from = 0; from < sums.length; from += blockRows) {
    const to = Math.min(sums.length, from + blockRows)
    input.set(matrix.subarray(from * width, to * width))
    if (load(inputAt, blockAt, to - from, width, blockRows * 4) !== 0) {
      walkMissing(from, to)
      continue
    }
    blockSums.fill(0)
    walk(treesAt, count, 8 * 2 ** depth, depth, blockAt, to - from, sumsAt)
    sums.set(blockSums.subarray(0, to - from), from)
  }
}

/**
 * Where things lie in the memory of the WebAssembly walk. From 0 the inner nodes of the tree at work, eight bytes each (threshold as a
 * float, then how far the column's values lie behind the first column's), the root at 8; from `leavesAt` its path lengths as floats, at the number
 * of their node; from `treesAt` all trees one after the other, inner nodes then leaves; behind them a block of rows as it came, the same
 * block as columns of floats, and the sums.
 */
export const leavesAt = 32_768
export const treesAt = 98_304
/** Deeper trees do not fit; 2^12 rows a tree are far more than a forest needs. */
export const mostDepth = 12
