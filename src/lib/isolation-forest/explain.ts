import type { Trees } from './grow.ts'

/** Sums over all trees how much each column's splits changed the path length to be expected, root to leaf. */
export const explainRow = (trees: Trees, row: ArrayLike<number>, width: number): number[] => {
  const { count, depth, inner, columns, thresholds, missingRight, means } = trees
  const changes = new Array<number>(width).fill(0)
  for (let tree = 0; tree < count; tree++) {
    const innerAt = tree * inner
    const meanAt = tree * (2 * inner + 1)
    let node = 0
    for (let level = 0; level < depth; level++) {
      const index = innerAt + node
      const column = columns[index] ?? 0
      const value = row[column] ?? Number.NaN
      const right = value >= (thresholds[index] ?? 0) || (missingRight[index] === 1 && Number.isNaN(value))
      const next = 2 * node + (right ? 2 : 1)
      changes[column] = (changes[column] ?? 0) + (means[meanAt + next] ?? 0) - (means[meanAt + node] ?? 0)
      node = next
    }
  }
  return changes
}
