import type { Reader, Writer } from '../bytes/codec.ts'
import { FairCutForest } from '../isolation-forest/fair-cut-forest.ts'

/** How many rows the trees of each forest are grown on. */
const mixedSizes = [32, 64, 128, 256, 512]
const cleanSizes = [256]
/** Of all sizes together: twice the usual, so that the answer hardly changes with the seed. */
const trees = 200

/**
 * Fair-cut forests of samples of several sizes, whose scores are averaged. Small samples hold too few of a cluster of anomalous rows to
 * make it look usual (masking), large ones show the rows between near groups: no size is best for all tables. Sizes are spread evenly in
 * ratio.
 */
export type MultiScaleForest = readonly FairCutForest[]

/** Grows forests on the rows of a row-major matrix. Without anomalous rows, nothing is masked: then it is one, of large samples. */
export const growForests = (
  rows: Float64Array,
  { width, seed, isClean }: { readonly width: number; readonly seed: number; readonly isClean: boolean },
): MultiScaleForest => {
  const sizes = isClean ? cleanSizes : mixedSizes
  return sizes.map((sampleSize, index) =>
    // Far apart, so that no tree of one has the random numbers of another.
    FairCutForest.fit(rows, { columns: width, trees: trees / sizes.length, sampleSize, seed: seed + 1e6 * index }),
  )
}

/** The mean of the forests' scores of each row. */
export const forestScores = (forests: MultiScaleForest, rows: Float64Array): Float64Array => {
  const [first, ...others] = forests.map((forest) => forest.score(rows))
  if (!first) return new Float64Array(0)
  for (const other of others)
    for (let row = 0; row < first.length; row++) first[row] = (first[row] ?? 0) + (other[row] ?? 0)
  return first.map((sum) => sum / forests.length)
}

/** The contribution of each number of a row to its score. */
export const explainForests = (forests: MultiScaleForest, row: Float64Array): Float64Array => {
  const parts = new Float64Array(row.length)
  for (const forest of forests) {
    forest.explain(row).forEach((part, column) => {
      parts[column] = (parts[column] ?? 0) + part / forests.length
    })
  }
  return parts
}

export const writeForests = (writer: Writer, forests: MultiScaleForest): void => {
  writer.varint(forests.length)
  for (const forest of forests) writer.bytes(forest.save())
}

export const readForests = (reader: Reader): MultiScaleForest =>
  Array.from({ length: reader.varint() }, () => FairCutForest.load(reader.bytes()))
