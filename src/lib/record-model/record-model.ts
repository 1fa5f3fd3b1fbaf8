import { createReader, createWriter } from '../bytes/codec.ts'
import { outsideBy } from '../data-drift/numeric.ts'
import type { RecordRow } from '../data-drift/record-table.ts'
import { IsolationForest } from '../isolation-forest/isolation-forest.ts'
import { encode, type Feature, featureKinds, learnFeatures, marksOf } from './features.ts'

/** Why a record is anomalous, the field that contributes most first. */
export interface RecordReason {
  readonly field: string
  /** Whether the value is outside of all training data, not only in a rare place. */
  readonly outside: boolean
  /** Its contribution to the score. */
  readonly weight: number
}

export interface JudgedRecord {
  /** 0–1, high = anomalous; independent of the other records. */
  readonly score: number
  readonly isAnomaly: boolean
  /** The numbers that the record became, by the names of `features`. */
  readonly vector: readonly number[]
  readonly reasons: readonly RecordReason[]
}

const kind = 'record-model'
const version = 2
const seed = 42
/** The shares of the training records whose scores are usual, and may be exceeded by a margin, or not at all. */
const usualShare = 0.9
const ordinaryShare = 0.998
/** The margin for which the second share holds. */
const usualMargin = 0.1
/** An unseen word makes a record anomalous if a share of the training records below this had a word of their own (Good and Turing's estimate). */
const mostNewWords = 0.002
/** How far outside of its range, in widths of it, a value alone makes a record anomalous. */
const farOutside = 0.5
/** So many of the training records define the usual score: more move it little. */
const mostRanked = 1_000
const mostReasons = 3
const leastWeight = 0.02

/**
 * Scores the records of one query by an isolation forest (Liu et al., 2008) over its former records, a number a field (`features.ts`). A
 * forest does not see how far outside a single value lies, so a value more than half a range outside of its range counts by itself, and so do a
 * negative number among others, a new word where hardly any word is new, and punctuation that no value of a field had, as in `' OR 1=1--`,
 * where hardly any value has marks of its own. Scoring never trains.
 *
 * Fit O(records · fields), score O(trees · log sample) a record. Not for fewer than some dozens of records.
 */
export class RecordModel {
  readonly features: readonly Feature[]
  /** How many records it was fitted to. */
  readonly records: number
  readonly #forest: IsolationForest
  /** The score that nine of ten training records stay below, or a margin less than the one that nearly all stay below. */
  readonly #usual: number

  private constructor(features: readonly Feature[], records: number, forest: IsolationForest, usual: number) {
    this.features = features
    this.records = records
    this.#forest = forest
    this.#usual = usual
  }

  /** Learns from records; undefined when they have no fields. */
  static fit(rows: readonly RecordRow[]): RecordModel | undefined {
    const features = learnFeatures(rows)
    if (features.length === 0 || rows.length === 0) return undefined
    const matrix = toMatrix(rows, features)
    const forest = IsolationForest.fit(matrix, { columns: features.length, seed })
    const step = Math.ceil(rows.length / mostRanked)
    const some =
      step === 1
        ? matrix
        : toMatrix(
            rows.filter((_, row) => row % step === 0),
            features,
          )
    const ranked = forest.score(some).sort()
    const quantile = (share: number): number => ranked[Math.floor(share * (ranked.length - 1))] ?? 0.5
    // Skewed numbers have a long tail of scores.
    const usual = Math.max(quantile(usualShare), quantile(ordinaryShare) - usualMargin)
    return new RecordModel(features, rows.length, forest, usual)
  }

  /** Reads a model that `save` wrote; throws StateError on another version. */
  static load(state: Uint8Array): RecordModel {
    const reader = createReader(state, kind, version)
    const many = <Value>(read: () => Value): Value[] => Array.from({ length: reader.varint() }, read)
    const records = reader.varint()
    const usual = reader.f64()
    const features = many(() => ({
      name: reader.text(),
      kind: featureKinds[reader.u8()] ?? 'text',
      least: reader.f64(),
      most: reader.f64(),
      counts: new Map(many(() => [reader.varint(), reader.varint()] as const)),
      marks: new Map(many(() => [reader.varint(), reader.varint()] as const)),
      records,
    }))
    return new RecordModel(features, records, IsolationForest.load(reader.bytes()), usual)
  }

  save(): Uint8Array {
    const writer = createWriter(kind, version).varint(this.records).f64(this.#usual).varint(this.features.length)
    for (const { name, kind: feature, least, most, counts, marks } of this.features) {
      writer.text(name).u8(featureKinds.indexOf(feature)).f64(least).f64(most)
      for (const map of [counts, marks]) {
        writer.varint(map.size)
        for (const [hash, count] of map) writer.varint(hash).varint(count)
      }
    }
    return writer.bytes(this.#forest.save()).finish()
  }

  /** Scores records; anomalous ones score more than `margin` above the usual. */
  judge(rows: readonly RecordRow[], margin: number): readonly JudgedRecord[] {
    const columns = this.features.length
    const matrix = toMatrix(rows, this.features)
    const scores = this.#forest.score(matrix)
    const knowsMarks = this.features.map(({ marks, records }) => isNewRare(marks, records))
    return rows.map((cells, row) => {
      const vector = [...matrix.subarray(row * columns, (row + 1) * columns)]
      const outside = this.features.map((feature, column) => {
        const isStrange = knowsMarks[column] === true && !feature.marks.has(marksOf(cells[feature.name]))
        return Math.max(isStrange ? 1 : 0, outsideOf(feature, vector[column] ?? 0))
      })
      const surprise = this.features.some((feature, column) => isNewWord(feature, vector[column] ?? 0)) ? 1 : 0
      const far = outside.reduce((a, b) => Math.max(a, b), surprise)
      const alone = far > farOutside ? 1 - 0.4 * Math.exp(-far) : 0
      const forest = scores[row] ?? 0
      const isAnomaly = forest > this.#usual + margin || alone > 0
      const score = Math.max(forest, alone)
      return { score, isAnomaly, vector, reasons: isAnomaly ? this.#reasons(vector, outside) : [] }
    })
  }

  #reasons(vector: readonly number[], outside: readonly number[]): readonly RecordReason[] {
    const weights = this.#forest.explain(vector)
    return this.features
      .map(({ name }, column) => {
        const beyond = outside[column] ?? 0
        return {
          field: name,
          outside: beyond > farOutside,
          weight: (weights[column] ?? 0) + (beyond > farOutside ? 1 : 0),
        }
      })
      .filter(({ weight }) => weight > leastWeight)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, mostReasons)
  }
}

/** How far a value lies outside of all that was learnt, in widths of its range; a new sign is at least one. */
const outsideOf = ({ kind, least, most }: Feature, value: number): number => {
  if ((kind !== 'number' && kind !== 'text') || most <= least) return 0
  const beyond = outsideBy(value, least, most)
  return kind === 'number' && least >= 0 && value < 0 ? Math.max(1, beyond) : beyond
}

/** Whether a word is new where hardly any word is. */
const isNewWord = ({ kind, most, counts, records }: Feature, value: number): boolean =>
  kind === 'word' && value > most && isNewRare(counts, records)

/** Whether hardly any record has a value of its own, by Good and Turing's estimate. */
const isNewRare = (counts: ReadonlyMap<number, number>, records: number): boolean => {
  let once = 0
  for (const count of counts.values()) if (count === 1) once += 1
  return once / records < mostNewWords
}

const toMatrix = (rows: readonly RecordRow[], features: readonly Feature[]): Float64Array => {
  const matrix = new Float64Array(rows.length * features.length)
  rows.forEach((row, i) => {
    features.forEach((feature, column) => {
      const value = encode(row[feature.name], feature)
      // A date after all others is the passage of time.
      matrix[i * features.length + column] = feature.kind === 'date' ? Math.min(value, feature.most) : value
    })
  })
  return matrix
}
