import { createReader, createWriter } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { explainRow } from './explain.ts'
import { growTrees, type Trees } from './grow.ts'
import { averagePathLength } from './path-length.ts'
import { readTrees, writeTrees } from './trees-state.ts'
import { sumPackedPaths, sumPaths, sumRowPaths } from './walk.ts'
import { type PackedTrees, packTrees } from './wasm-walk.ts'

export interface ForestOptions {
  /** How many numbers a row has. */
  readonly columns: number
  readonly trees?: number
  /** How many rows a tree is grown on; 256 is the paper's, and enough. */
  readonly sampleSize?: number
  readonly seed?: number
}

const kind = 'isolation-forest'
const version = 2
/** Fewer rows are walked before the trees are packed. */
const fewRows = 64

/**
 * Isolation forest (Liu, Ting and Zhou, ICDM 2008): anomalies are few and different, so random splits isolate them early.
 * A row's score is s = 2^(−E(h)/c(n)) with E(h) its mean path length over the trees: towards 1 anomalous, about 0.5 or less ordinary.
 *
 * Fit O(trees · sample · log sample), score O(trees · log sample) a row. A missing value (NaN) goes where more of the training points
 * went. The same data, options and seed give the same forest on every machine. Not for local outliers, that is, rows unusual only beside
 * their neighbours, nor for more than some dozens of columns of which few matter.
 *
 * @example
 * const forest = IsolationForest.fit(matrix, { columns: 3, seed: 1 })
 * forest.scoreRow([0.1, 0.2, 99]) // 0.79
 */
export class IsolationForest {
  readonly columns: number
  /** How many rows each tree was grown on. */
  readonly sampleSize: number
  readonly #trees: Trees
  readonly #normal: number
  #packed: PackedTrees | undefined | 'unfit'

  private constructor(columns: number, sampleSize: number, trees: Trees) {
    this.columns = columns
    this.sampleSize = sampleSize
    this.#trees = trees
    this.#normal = averagePathLength(sampleSize)
  }

  /** Grows a forest on a row-major matrix. Throws RangeError on an empty one, or one that is not whole rows. */
  static fit(matrix: Float64Array, options: ForestOptions): IsolationForest {
    const { columns, trees = 100, sampleSize = 256, seed = 1 } = options
    if (!(columns >= 1 && columns <= 65_535)) throw new RangeError(`A forest has 1 to 65,535 columns, not ${columns}.`)
    if (!(trees >= 1 && sampleSize >= 2)) {
      throw new RangeError(`A forest has at least 1 tree of 2 rows, not ${trees} of ${sampleSize}.`)
    }
    const rows = matrix.length / columns
    if (rows < 1 || !Number.isInteger(rows)) {
      throw new RangeError(`${matrix.length} numbers are not one or more rows of ${columns}.`)
    }
    const sample = Math.min(sampleSize, rows)
    return new IsolationForest(columns, sample, growTrees(matrix, columns, rows, trees, sample, createRandom(seed)))
  }

  /** Reads a forest that `save` wrote; throws StateError on another version. */
  static load(state: Uint8Array): IsolationForest {
    const reader = createReader(state, kind, version)
    const columns = reader.varint()
    const sampleSize = reader.varint()
    return new IsolationForest(columns, sampleSize, readTrees(reader, columns))
  }

  /** The score of a row whose path is as long as the mean of the training rows' paths: what explanations start from. */
  get baseline(): number {
    const { means, count, inner } = this.#trees
    let sum = 0
    for (let tree = 0; tree < count; tree++) sum += means[tree * (2 * inner + 1)] ?? 0
    return this.#toScore(sum)
  }

  /**
   * Scores each row of a row-major matrix, in WebAssembly where the trees fit it: the answers are the same to the last bit, because
   * thresholds are floats where a float parts the points, and values are rounded down to floats, which no such comparison notices.
   */
  score(matrix: Float64Array): Float64Array {
    const packed = matrix.length < fewRows * this.columns ? undefined : this.#pack()
    const scores = packed
      ? sumPackedPaths(packed, this.#trees, matrix, this.columns)
      : sumPaths(this.#trees, matrix, this.columns)
    for (let row = 0; row < scores.length; row++) scores[row] = this.#toScore(scores[row] ?? 0)
    return scores
  }

  scoreRow(row: ArrayLike<number>): number {
    return this.#toScore(sumRowPaths(this.#trees, row, this.columns))
  }

  /**
   * Says what each column adds to a row's score: the numbers sum to `scoreRow(row) − baseline`, and a positive one means "anomalous because
   * of this". Each step of a path changes the mean path length of the training points ahead; that change belongs to the column of the split
   * (Saabas's path attribution).
   */
  explain(row: ArrayLike<number>): number[] {
    const changes = explainRow(this.#trees, row, this.columns)
    const { count } = this.#trees
    const total = changes.reduce((sum, change) => sum + change, 0) / count
    const excess = this.scoreRow(row) - this.baseline
    // The score falls as paths grow. Where the two agree the slope there stands for the ratio.
    const slope = Math.abs(total) > 1e-6 ? excess / total : (-Math.LN2 / this.#normal) * this.baseline
    return changes.map((change) => (change === 0 ? 0 : (change / count) * slope))
  }

  save(): Uint8Array {
    const writer = createWriter(kind, version).varint(this.columns).varint(this.sampleSize)
    writeTrees(writer, this.#trees)
    return writer.finish()
  }

  #pack(): PackedTrees | undefined {
    this.#packed ??= packTrees(this.#trees, this.columns) ?? 'unfit'
    return this.#packed === 'unfit' ? undefined : this.#packed
  }

  #toScore(pathSum: number): number {
    // A single row is neither anomalous nor ordinary.
    if (this.sampleSize < 2) return 0.5
    return 2 ** (-pathSum / this.#trees.count / this.#normal)
  }
}
