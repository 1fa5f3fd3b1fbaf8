import { createReader, createWriter } from '../bytes/codec.ts'
import { createRandom, type Random } from '../random/random.ts'
import { readFairTree, writeFairTree } from './fair-state.ts'
import { type FairTree, growFairTree } from './fair-tree.ts'
import { explainFairRow, sumFairPaths, sumPackedFairPaths } from './fair-walk.ts'
import { type PackedFairTrees, packFairTrees } from './fair-wasm-walk.ts'
import { averagePathLength } from './path-length.ts'

export interface FairCutOptions {
  /** How many numbers a row has. */
  readonly columns: number
  readonly trees?: number
  /** How many rows a tree is grown on. */
  readonly sampleSize?: number
  /** The share of splits that are placed by pooled gain; the others are placed at random. */
  readonly gainShare?: number
  /** The columns whose numbers are codes of categories: they are split by subsets, not by order. */
  readonly categories?: readonly number[]
  readonly seed?: number
}

const kind = 'fair-cut-forest'
const version = 1
/** Fewer rows are walked before the trees are packed. */
const fewRows = 64

/**
 * Fair-cut forest (Cortes, "Revisiting randomized choices in isolation forests", arXiv 2110.13402): isolation trees whose splits run
 * across two random columns in a random direction and, by `gainShare`, separate the sides that are most alike within. Trees grow until
 * points are alone, so clusters part early and dense regions late. Scores as the isolation forest's: s = 2^(−E(h)/c(n)), high means anomalous.
 *
 * Finds clustered and dependent outliers that axis-parallel random splits miss. A missing value (NaN) lies at the node's mean; a
 * category that a node did not see takes the smaller side. Fit O(trees · sample · log² sample), score about O(trees · log sample) a row and
 * twice as slow as the isolation forest. The same data, options and seed give the same forest on every machine. Not for outliers that
 * are anomalous only beside their nearest neighbours: small samples do not hold those.
 *
 * @example
 * const forest = FairCutForest.fit(matrix, { columns: 3, seed: 1 })
 * forest.scoreRow([0.1, 0.2, 99]) // 0.65
 */
export class FairCutForest {
  readonly columns: number
  /** How many rows each tree was grown on. */
  readonly sampleSize: number
  readonly #gainShare: number
  readonly #categories: ReadonlySet<number>
  readonly #seed: number
  /** How many trees were ever grown: each has random numbers of its own. */
  #grown: number
  #trees: readonly FairTree[]
  #packed: PackedFairTrees | undefined | 'unfit'

  private constructor(
    columns: number,
    sampleSize: number,
    gainShare: number,
    categories: Iterable<number>,
    seed: number,
    grown: number,
    trees: readonly FairTree[],
  ) {
    this.columns = columns
    this.sampleSize = sampleSize
    this.#gainShare = gainShare
    this.#categories = new Set(categories)
    this.#seed = seed
    this.#grown = grown
    this.#trees = trees
  }

  /** Grows a forest on a row-major matrix. Throws RangeError on an empty one, or one that is not whole rows. */
  static fit(matrix: Float64Array, options: FairCutOptions): FairCutForest {
    const { columns, trees = 100, sampleSize = 256, gainShare = 0.5, categories = [], seed = 1 } = options
    if (!(columns >= 1 && columns <= 65_535)) throw new RangeError(`A forest has 1 to 65,535 columns, not ${columns}.`)
    if (!(trees >= 1 && sampleSize >= 2)) {
      throw new RangeError(`A forest has at least 1 tree of 2 rows, not ${trees} of ${sampleSize}.`)
    }
    if (!(gainShare >= 0 && gainShare <= 1)) throw new RangeError(`A share is within 0 and 1, not ${gainShare}.`)
    const sample = Math.min(sampleSize, countRows(matrix, columns))
    const forest = new FairCutForest(columns, sample, gainShare, categories, seed, 0, [])
    forest.#trees = forest.#grow(matrix, trees)
    return forest
  }

  /** Reads a forest that `save` wrote; throws StateError on another version. */
  static load(state: Uint8Array): FairCutForest {
    const reader = createReader(state, kind, version)
    const columns = reader.varint()
    const sampleSize = reader.varint()
    const gainShare = reader.f64()
    const categories = reader.f64s()
    const seed = reader.f64()
    const grown = reader.varint()
    const trees = Array.from({ length: reader.varint() }, () => readFairTree(reader, columns))
    return new FairCutForest(columns, sampleSize, gainShare, categories, seed, grown, trees)
  }

  /**
   * Lets the forest follow what is usual now: grows so many trees on the rows of a recent window, in place of the oldest. Throws
   * RangeError when the window has fewer rows than a tree's sample.
   */
  renew(matrix: Float64Array, trees: number): void {
    const rows = countRows(matrix, this.columns)
    if (rows < this.sampleSize) {
      throw new RangeError(`A tree of this forest takes ${this.sampleSize} rows, but the window has ${rows}.`)
    }
    const count = Math.min(trees, this.#trees.length)
    this.#trees = [...this.#trees.slice(count), ...this.#grow(matrix, count)]
    this.#packed = undefined
  }

  /** The score of a row whose path is as long as the mean of the training rows' paths: what explanations start from. */
  get baseline(): number {
    return this.#toScore(this.#trees.reduce((sum, tree) => sum + (tree.mean[0] ?? 0), 0))
  }

  /** Scores each row of a row-major matrix, in WebAssembly where the trees fit it; the answers are the same to the last bit. */
  score(matrix: Float64Array): Float64Array {
    const packed = matrix.length < fewRows * this.columns ? undefined : this.#pack()
    const sums = packed
      ? sumPackedFairPaths(packed, this.#trees, matrix, this.columns)
      : sumFairPaths(this.#trees, matrix, this.columns)
    return sums.map((sum) => this.#toScore(sum))
  }

  scoreRow(row: ArrayLike<number>): number {
    const whole = Float64Array.from({ length: this.columns }, (_, column) => row[column] ?? Number.NaN)
    return this.#toScore(sumFairPaths(this.#trees, whole, this.columns)[0] ?? 0)
  }

  /**
   * Says what each column adds to a row's score: the numbers sum to `scoreRow(row) − baseline`, and a positive one means "anomalous because
   * of this". Each step of a path changes the mean path length of the training points ahead; the columns of the split share it.
   */
  explain(row: ArrayLike<number>): number[] {
    const changes = explainFairRow(this.#trees, row, this.columns)
    const total = changes.reduce((sum, change) => sum + change, 0)
    const excess = this.scoreRow(row) - this.baseline
    // The score falls as paths grow. Where the two agree the slope there stands for the ratio.
    const count = this.#trees.length
    const slope =
      Math.abs(total / count) > 1e-6
        ? excess / total
        : (-Math.LN2 / averagePathLength(this.sampleSize) / count) * this.baseline
    return changes.map((change) => (change === 0 ? 0 : change * slope))
  }

  save(): Uint8Array {
    const writer = createWriter(kind, version).varint(this.columns).varint(this.sampleSize).f64(this.#gainShare)
    writer.f64s(Float64Array.from(this.#categories)).f64(this.#seed).varint(this.#grown).varint(this.#trees.length)
    for (const tree of this.#trees) writeFairTree(writer, tree)
    return writer.finish()
  }

  #grow(matrix: Float64Array, count: number): FairTree[] {
    const rows = countRows(matrix, this.columns)
    const drawn = Int32Array.from({ length: rows }, (_, row) => row)
    const options = { columns: this.columns, gainShare: this.#gainShare, categories: this.#categories }
    return Array.from({ length: count }, () => {
      const random = createRandom(this.#seed + 7919 * this.#grown++)
      return growFairTree(matrix, draw(drawn, this.sampleSize, random), options, random)
    })
  }

  #pack(): PackedFairTrees | undefined {
    this.#packed ??= packFairTrees(this.#trees, this.columns) ?? 'unfit'
    return this.#packed === 'unfit' ? undefined : this.#packed
  }

  #toScore(pathSum: number): number {
    // A single row is neither anomalous nor ordinary.
    if (this.sampleSize < 2) return 0.5
    return 2 ** (-pathSum / this.#trees.length / averagePathLength(this.sampleSize))
  }
}

const countRows = (matrix: Float64Array, columns: number): number => {
  const rows = matrix.length / columns
  if (rows >= 1 && Number.isInteger(rows)) return rows
  throw new RangeError(`${matrix.length} numbers are not one or more rows of ${columns}.`)
}

/** Draws without replacement, and puts the list back in order, so that a tree does not depend on those before. */
const draw = (list: Int32Array, size: number, random: Random): Int32Array => {
  const swaps = new Int32Array(size)
  const swap = (a: number, b: number) => {
    const kept = list[a] ?? 0
    list[a] = list[b] ?? 0
    list[b] = kept
  }
  for (let i = 0; i < size; i++) {
    swaps[i] = i + random.below(list.length - i)
    swap(i, swaps[i] ?? 0)
  }
  const sample = list.slice(0, size)
  for (let i = size - 1; i >= 0; i--) swap(i, swaps[i] ?? 0)
  return sample
}
