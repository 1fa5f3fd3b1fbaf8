import { type Reader, StateError, type Writer } from '../codec/codec.ts'
import { emptyTrees, type Trees } from './grow.ts'

const leaf = 0
const branch = 1
const branchMissingRight = 2

/** Writes each tree from its root down, leaving out the passes below branches that end early. */
export const writeTrees = (writer: Writer, trees: Trees): void => {
  const { count, depth, inner, columns, thresholds, missingRight, means } = trees
  writer.varint(count).varint(depth)
  const write = (tree: number, node: number): void => {
    const index = tree * inner + node
    const mean = means[tree * (2 * inner + 1) + node] ?? 0
    if (node >= inner || Number.isNaN(thresholds[index])) {
      writer.u8(leaf).f32(mean)
      return
    }
    writer.u8(missingRight[index] === 1 ? branchMissingRight : branch).f32(mean)
    writer.varint(columns[index] ?? 0).f64(thresholds[index] ?? 0)
    write(tree, 2 * node + 1)
    write(tree, 2 * node + 2)
  }
  for (let tree = 0; tree < count; tree++) write(tree, 0)
}

export const readTrees = (reader: Reader, width: number): Trees => {
  const count = reader.varint()
  const depth = reader.varint()
  const broken = (): StateError =>
    new StateError('The saved forest is damaged.', 'Delete it; it is fitted again from the stored events.')
  if (depth > 24 || count * 2 ** depth > 2 ** 28) throw broken()
  const trees = emptyTrees(count, depth)
  const { inner, columns, thresholds, missingRight, paths, means } = trees
  const end = (tree: number, node: number, path: number): void => {
    means[tree * (2 * inner + 1) + node] = path
    if (node >= inner) paths[tree * (inner + 1) + node - inner] = path
    else {
      thresholds[tree * inner + node] = Number.NaN
      end(tree, 2 * node + 1, path)
    }
  }
  const read = (tree: number, node: number): void => {
    const tag = reader.u8()
    const mean = reader.f32()
    if (tag === leaf) {
      end(tree, node, mean)
      return
    }
    const column = reader.varint()
    if (node >= inner || column >= width) throw broken()
    means[tree * (2 * inner + 1) + node] = mean
    columns[tree * inner + node] = column
    thresholds[tree * inner + node] = reader.f64()
    missingRight[tree * inner + node] = tag === branchMissingRight ? 1 : 0
    read(tree, 2 * node + 1)
    read(tree, 2 * node + 2)
  }
  for (let tree = 0; tree < count; tree++) read(tree, 0)
  return trees
}
