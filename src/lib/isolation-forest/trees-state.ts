import { type Reader, StateError, type Writer } from '../bytes/codec.ts'
import { emptyTrees, endBranch, type Trees } from './grow.ts'

const end = 0
const branch = 1
/** The missing go right. */
const right = 2
/** The threshold is no float. */
const double = 4

/**
 * Writes each tree from its root down, leaving out the passes below branches that end early. Path lengths are not written: they follow
 * from the number of points where the branches end.
 */
export const writeTrees = (writer: Writer, trees: Trees): void => {
  const { count, depth, inner, columns, thresholds, missingRight, counts } = trees
  writer.varint(count).varint(depth)
  const write = (tree: number, node: number): void => {
    const index = tree * inner + node
    const threshold = thresholds[index] ?? 0
    if (node >= inner || Number.isNaN(threshold)) {
      writer.u8(end).varint(counts[tree * (2 * inner + 1) + node] ?? 0)
      return
    }
    const isFloat = Math.fround(threshold) === threshold
    writer.u8(branch + (missingRight[index] === 1 ? right : 0) + (isFloat ? 0 : double)).varint(columns[index] ?? 0)
    if (isFloat) writer.f32(threshold)
    else writer.f64(threshold)
    write(tree, 2 * node + 1)
    write(tree, 2 * node + 2)
  }
  for (let tree = 0; tree < count; tree++) write(tree, 0)
}

/** Reads what `writeTrees` wrote; throws StateError when it makes no trees. */
export const readTrees = (reader: Reader, width: number): Trees => {
  const count = reader.varint()
  const depth = reader.varint()
  const broken = (): StateError =>
    new StateError('The saved forest is damaged.', 'Delete it; it is fitted again from the stored events.')
  if (depth > 24 || count * 2 ** depth > 2 ** 28) throw broken()
  const trees = emptyTrees(count, depth)
  const { inner, columns, thresholds, missingRight, means } = trees
  const read = (tree: number, node: number, level: number): { points: number; mean: number } => {
    const tag = reader.u8()
    if (tag === end) {
      const points = reader.varint()
      return { points, mean: endBranch(trees, tree, node, level, points) }
    }
    const column = reader.varint()
    if (level >= depth || column >= width || tag > branch + right + double) throw broken()
    columns[tree * inner + node] = column
    thresholds[tree * inner + node] = (tag - branch) & double ? reader.f64() : reader.f32()
    missingRight[tree * inner + node] = (tag - branch) & right ? 1 : 0
    const left = read(tree, 2 * node + 1, level + 1)
    const other = read(tree, 2 * node + 2, level + 1)
    const points = left.points + other.points
    const mean = (left.points * left.mean + other.points * other.mean) / points
    means[tree * (2 * inner + 1) + node] = mean
    return { points, mean }
  }
  for (let tree = 0; tree < count; tree++) read(tree, 0, 0)
  return trees
}
