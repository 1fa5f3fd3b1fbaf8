import { createReader, createWriter } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { type Encoded, type Encoding, encodeRows, fitEncoding, readEncoding, writeEncoding } from './encode.ts'
import {
  fitMahalanobis,
  type Mahalanobis,
  mahalanobisDistances,
  mahalanobisShares,
  readMahalanobis,
  writeMahalanobis,
} from './mahalanobis.ts'
import {
  explainForests,
  forestScores,
  growForests,
  type MultiScaleForest,
  readForests,
  writeForests,
} from './multi-scale-forest.ts'
import {
  neighbourScores,
  neighbourShares,
  readNeighbours,
  type SampledNeighbours,
  sampleNeighbours,
  sampleOrdinary,
  writeNeighbours,
} from './sampled-neighbours.ts'
import { type Cell, matrixTable, pickRows, rowTable, type Table } from './table.ts'
import { fitTail, readTail, surpriseOf, type Tail, writeTail } from './tail.ts'

export type { Cell, Column, Table } from './table.ts'
export { matrixTable } from './table.ts'

/** The contribution of each column to a row's score. */
export interface ColumnPart {
  readonly column: string
  readonly part: number
}

/** The usual rows of a table. Scores are within [0, 1], high means anomalous, and a row's score does not depend on the rows beside it. */
export interface TabularModel {
  /** The columns that rows have, in order. */
  readonly columns: readonly string[]
  /** Scores the rows of a table with the same columns in the same order. */
  score(table: Table): Float64Array
  scoreRow(cells: readonly Cell[]): number
  /** Says what each column adds; the parts sum to `scoreRow(cells) − 0.5`, half being the score of a middling row. */
  explain(cells: readonly Cell[]): ColumnPart[]
  save(): Uint8Array
}

const kind = 'tabular'
const version = 3
/** More rows add nothing new, and memory stays bounded. */
const mostTrainingRows = 32_768
/** Numbers that are encoded at once. */
const chunkNumbers = 2 ** 20

interface Parts {
  readonly encoding: Encoding
  readonly forests: MultiScaleForest
  readonly neighbours: SampledNeighbours
  /** Undefined for rows that are too wide. */
  readonly mahalanobis: Mahalanobis | undefined
  /** The tails of the views, in their order. */
  readonly tails: readonly Tail[]
  /** The tail of their united surprises. */
  readonly tail: Tail
}

export interface FitOptions {
  readonly seed?: number
  /** Whether the rows are known to be normal: then even the rarest of them are learnt as usual. */
  readonly isClean?: boolean
}

/**
 * Learns what is usual in a table of numbers and words, anomalous rows included: no labels, nothing to tune. Three views are united:
 * fair-cut forests, which find rows that are few and different, the distance to the nearest row of small samples, which finds rows in a
 * gap, and the Mahalanobis distance of normal scores, which finds rows whose numbers do not go together. Each view's score becomes its
 * surprise among the training rows; the most surprised view counts most, and the score says how rare that much surprise is: 0.99 is one
 * training row in a hundred.
 *
 * Fit and score are O(rows · (trees · log sample + 3,200 · columns + columns²)); learns from at most 32,768 rows, drawn at random. Constant
 * columns, heavy tails, missing cells and words are all right. The same table and seed give the same model. Not for tables whose rows depend on
 * their order (see series), nor for free text.
 */
export const fitTable = (table: Table, { seed = 1, isClean = false }: FitOptions = {}): TabularModel =>
  toModel(fitParts(table, { seed, isClean, keepConstant: true }))

/**
 * Scores each row of a table among the others: fits a model and asks it, but a row is never its own neighbour. Throws RangeError when
 * there is no row or no column.
 */
export const scoreTable = (table: Table, { seed = 1 }: { readonly seed?: number } = {}): Float64Array =>
  scoreRows(fitParts(table, { seed, isClean: false, keepConstant: false }), table, true)

/** The same for a row-major matrix. */
export const scoreMatrix = (
  matrix: Float64Array,
  columns: number,
  options?: { readonly seed?: number },
): Float64Array => scoreTable(matrixTable(matrix, columns), options)

/** Reads a model that `save` wrote; throws StateError on another version. */
export const loadTable = (state: Uint8Array): TabularModel => {
  const reader = createReader(state, kind, version)
  const encoding = readEncoding(reader)
  const forests = readForests(reader)
  const neighbours = readNeighbours(reader)
  const mahalanobis = readMahalanobis(reader)
  const tails = Array.from({ length: reader.u8() }, () => readTail(reader))
  return toModel({ encoding, forests, neighbours, mahalanobis, tails, tail: readTail(reader) })
}

const fitParts = (
  table: Table,
  options: { readonly seed: number; readonly isClean: boolean; readonly keepConstant: boolean },
): Parts => {
  if (table.rows < 1 || table.columns.length < 1) throw new RangeError('A table needs at least one row and one column.')
  const { seed, isClean } = options
  const random = createRandom(seed)
  const ids = drawRows(table.rows, random.below)
  const training = ids.length === table.rows ? table : pickRows(table, ids)
  const encoding = fitEncoding(training, options)
  const width = Math.max(1, encoding.origins.length)
  const encoded = encodeRows(encoding, training, 0, training.rows)
  const views = {
    forests: growForests(encoded.plain, { width, seed, isClean }),
    neighbours: (isClean ? sampleNeighbours : sampleOrdinary)(encoded.scaled, width, ids, random),
    mahalanobis: fitMahalanobis(encoded.normal, width, { isClean }),
  }
  const scores = scoreViews(views, encoded, ids)
  const tails = scores.map(fitTail)
  const united = Float64Array.from({ length: training.rows }, (_, row) => unite(surprisesAt(tails, scores, row)))
  return { encoding, ...views, tails, tail: fitTail(united) }
}

const scoreViews = (
  { forests, neighbours, mahalanobis }: Pick<Parts, 'forests' | 'neighbours' | 'mahalanobis'>,
  { plain, scaled, normal }: Encoded,
  ids: Uint32Array | undefined,
): Float64Array[] => [
  forestScores(forests, plain),
  neighbourScores(neighbours, scaled, ids),
  ...(mahalanobis ? [mahalanobisDistances(mahalanobis, normal)] : []),
]

const surprisesAt = (tails: readonly Tail[], scores: readonly Float64Array[], row: number): number[] =>
  tails.map((tail, view) => surpriseOf(tail, scores[view]?.[row] ?? 0))

/** The fourth root of the sum of fourth powers: nearly the greatest surprise, but a row that surprises several views comes first. */
const unite = (surprises: readonly number[]): number =>
  Math.sqrt(Math.sqrt(surprises.reduce((sum, surprise) => sum + surprise ** 4, 0)))

/** All rows, or as many as are learnt from, drawn without replacement and in order. */
const drawRows = (rows: number, below: (limit: number) => number): Uint32Array => {
  const ids = Uint32Array.from({ length: rows }, (_, row) => row)
  if (rows <= mostTrainingRows) return ids
  for (let i = 0; i < mostTrainingRows; i++) {
    const pick = i + below(rows - i)
    const kept = ids[i] ?? 0
    ids[i] = ids[pick] ?? 0
    ids[pick] = kept
  }
  return ids.slice(0, mostTrainingRows).sort()
}

const scoreRows = (parts: Parts, table: Table, own: boolean): Float64Array => {
  const { encoding, tails, tail } = parts
  const scores = new Float64Array(table.rows)
  const chunk = Math.max(256, Math.floor(chunkNumbers / Math.max(1, encoding.origins.length)))
  for (let from = 0; from < table.rows; from += chunk) {
    const to = Math.min(table.rows, from + chunk)
    const ids = own ? Uint32Array.from({ length: to - from }, (_, row) => from + row) : undefined
    const views = scoreViews(parts, encodeRows(encoding, table, from, to), ids)
    for (let row = from; row < to; row++) {
      scores[row] = 1 - Math.exp(-surpriseOf(tail, unite(surprisesAt(tails, views, row - from))))
    }
  }
  return scores
}

const toModel = (parts: Parts): TabularModel => {
  const { encoding, forests, neighbours, mahalanobis, tails, tail } = parts
  const { columns, origins } = encoding
  const scoreRow = (cells: readonly Cell[]): number => scoreRows(parts, rowTable(columns, cells), false)[0] ?? 0
  return {
    columns: columns.map(({ name }) => name),
    score: (table) => scoreRows(parts, table, false),
    scoreRow,
    explain(cells) {
      const encoded = encodeRows(encoding, rowTable(columns, cells), 0, 1)
      const views = [
        explainForests(forests, encoded.plain).map((part) => Math.max(0, part)),
        neighbourShares(neighbours, encoded.scaled),
        ...(mahalanobis ? [mahalanobisShares(mahalanobis, encoded.normal)] : []),
      ]
      // The view with the highest surprise explains the score; if it has no contribution, the next one does.
      const surprises = surprisesAt(tails, scoreViews(parts, encoded, undefined), 0)
      const view = views
        .map((parts, index) => ({ parts, surprise: surprises[index] ?? 0 }))
        .toSorted((a, b) => b.surprise - a.surprise)
        .find(({ parts }) => parts.some((part) => part > 0))?.parts
      const shares = new Float64Array(columns.length)
      origins.forEach((column, index) => {
        shares[column] = (shares[column] ?? 0) + (view?.[index] ?? 0)
      })
      const sum = shares.reduce((total, share) => total + share, 0)
      const excess = scoreRow(cells) - 0.5
      return columns.map(({ name }, column) => ({
        column: name,
        part: excess * (sum > 0 ? (shares[column] ?? 0) / sum : 1 / columns.length),
      }))
    },
    save() {
      const writer = createWriter(kind, version)
      writeEncoding(writer, encoding)
      writeForests(writer, forests)
      writeNeighbours(writer, neighbours)
      writeMahalanobis(writer, mahalanobis)
      writer.u8(tails.length)
      for (const one of tails) writeTail(writer, one)
      writeTail(writer, tail)
      return writer.finish()
    },
  }
}
