import { type Reader, StateError, type Writer } from '../bytes/codec.ts'
import { buildFairTree, type FairTree } from './fair-tree.ts'

/** Writes a tree's nodes: leaves as their count, splits with their columns, weights, means and threshold. */
export const writeFairTree = (writer: Writer, tree: FairTree): void => {
  const { left, count } = tree
  writer.varint(left.length)
  for (let node = 0; node < left.length; node++) {
    const child = left[node] ?? 0
    // Children follow their parents in order, so whether there are any says where.
    writer.u8(child === 0 ? 0 : tree.codes.has(node) ? 2 : 1)
    if (child === 0) {
      writer.varint(count[node] ?? 0)
      continue
    }
    writer.varint(tree.first[node] ?? 0)
    const codes = tree.codes.get(node)
    if (codes) {
      writer.f64s(Float64Array.from(codes))
      continue
    }
    writer.varint(tree.second[node] ?? 0)
    for (const values of [tree.firstWeight, tree.secondWeight, tree.firstMean, tree.secondMean]) {
      writer.f32(values[node] ?? 0)
    }
    writer.f64(tree.threshold[node] ?? 0)
  }
}

/** Reads what `writeFairTree` wrote; throws StateError when it makes no tree. */
export const readFairTree = (reader: Reader, width: number): FairTree => {
  const broken = (): StateError =>
    new StateError('The saved forest is damaged.', 'Delete it; it is fitted again from the stored events.')
  const size = reader.varint()
  if (size < 1 || size > 2 ** 24) throw broken()
  const first = new Uint16Array(size)
  const second = new Uint16Array(size)
  const firstWeight = new Float64Array(size)
  const secondWeight = new Float64Array(size)
  const firstMean = new Float64Array(size)
  const secondMean = new Float64Array(size)
  const threshold = new Float64Array(size)
  const left = new Uint32Array(size)
  const count = new Uint32Array(size)
  const codes = new Map<number, ReadonlySet<number>>()
  const level = new Array<number>(size).fill(0)
  let free = 1
  for (let node = 0; node < size; node++) {
    const tag = reader.u8()
    if (tag === 0) {
      count[node] = reader.varint()
      continue
    }
    left[node] = free
    level[free] = level[free + 1] = (level[node] ?? 0) + 1
    free += 2
    first[node] = reader.varint()
    if (tag === 2) {
      second[node] = first[node] ?? 0
      firstMean[node] = secondMean[node] = Number.NaN
      codes.set(node, new Set(reader.f64s()))
    } else {
      second[node] = reader.varint()
      firstWeight[node] = reader.f32()
      secondWeight[node] = reader.f32()
      firstMean[node] = reader.f32()
      secondMean[node] = reader.f32()
      threshold[node] = reader.f64()
    }
    if (tag > 2 || free > size || (first[node] ?? 0) >= width || (second[node] ?? 0) >= width) throw broken()
  }
  if (free !== size) throw broken()
  for (let node = size - 1; node >= 0; node--) {
    const child = left[node] ?? 0
    if (child !== 0) count[node] = (count[child] ?? 0) + (count[child + 1] ?? 0)
  }
  return buildFairTree({
    first,
    second,
    firstWeight,
    secondWeight,
    firstMean,
    secondMean,
    threshold,
    left,
    count,
    codes,
    level,
  })
}
