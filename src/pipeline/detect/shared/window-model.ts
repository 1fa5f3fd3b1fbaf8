import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { IsolationForest } from '../../../lib/isolation-forest/isolation-forest.ts'

/** The number of windows before the first forest, and how many it remembers. */
const firstFit = 48
const mostRows = 512
const mostKnown = 2000
const trees = 64
const sampleSize = 128
/** The share of past scores that models the tail. */
const tailShare = 0.1

/** The model of one stream's windows: a forest over past windows, their scores, and known templates. */
export interface WindowModel {
  rows: readonly Float64Array[]
  windows: number
  fittedAt: number
  forest: IsolationForest | undefined
  /** Where the tail of past scores begins, and its mean excess. */
  tailFrom: number
  tailLength: number
  /** The usual range of each feature, which contains 98 % of windows. */
  ranges: readonly Range[]
  known: Set<string>
}

/** The usual range of a feature (98 % of windows) and, on the comparison scale, its extremes and how fast its ends fall off. */
interface Range {
  readonly low: number
  readonly high: number
  readonly least: number
  readonly most: number
  readonly fall: number
}

/** How the features of windows are compared. A difference below the grain, on that scale, means little. */
export interface Scale {
  readonly grains: readonly number[]
  toScale(row: Float64Array): Float64Array
}

/** The model's score of a window. */
export interface RowAssessment {
  /** The probability of a window as unusual as this one. */
  readonly probability: number
  /** The pull of each feature, and its usual range. */
  readonly parts: readonly {
    readonly pull: number
    readonly value: number
    readonly low: number
    readonly high: number
  }[]
}

export const startModel = (): WindowModel => ({
  rows: [],
  windows: 0,
  fittedAt: 0,
  forest: undefined,
  tailFrom: 1,
  tailLength: 0.01,
  ranges: [],
  known: new Set(),
})

/**
 * Scores a row. A forest's score is no probability, so it is compared with the scores of past windows. Beyond their top tenth, the tail is
 * modelled as exponential with the observed mean excess (Pickands, Annals of Statistics 1975, with shape 0). Returns undefined if the
 * probability is above `most`.
 */
export const assessRow = (
  { toScale }: Pick<Scale, 'toScale'>,
  model: WindowModel,
  row: Float64Array,
  most: number,
): RowAssessment | undefined => {
  const { forest, ranges, tailFrom, tailLength } = model
  if (!forest) return undefined
  const scaled = toScale(row)
  const score = forest.scoreRow(scaled)
  const within = score <= tailFrom ? 1 : tailShare * Math.exp(-(score - tailFrom) / tailLength)
  const excess = ranges.map((range, i) => excessOf(range, scaled[i] ?? 0))
  // Features correlate, so only the most extreme one counts.
  const probability = within * Math.exp(-Math.max(0, ...excess))
  if (probability > most) return undefined
  const attribution = forest.explain(scaled).map((pull) => Math.max(0, pull))
  const total = attribution.reduce((sum, pull) => sum + pull, 0) || 1
  return {
    probability,
    parts: attribution.map((pull, i) => ({
      pull: (-Math.log(within) * pull) / total + (excess[i] ?? 0),
      value: row[i] ?? 0,
      low: ranges[i]?.low ?? 0,
      high: ranges[i]?.high ?? 0,
    })),
  }
}

/**
 * How far a feature lies beyond all past windows, as the exponent of an exponential tail. The forest cannot show it, because it does not extrapolate
 * beyond its last split, and never splits a constant feature.
 */
const excessOf = ({ least, most, fall }: Range, value: number): number =>
  Math.max(0, (value - most) / fall, (least - value) / fall)

const rangesOf = ({ grains, toScale }: Scale, rows: readonly Float64Array[]): Range[] => {
  const scaled = rows.map(toScale)
  return grains.map((grain, i) => {
    const past = Float64Array.from(rows, (row) => row[i] ?? 0).sort()
    const onScale = Float64Array.from(scaled, (row) => row[i] ?? 0).sort()
    const least = onScale[0] ?? 0
    const most = onScale.at(-1) ?? 0
    const tail = onScale.slice(Math.floor((1 - tailShare) * onScale.length))
    const fall = tail.reduce((sum, value) => sum + value - (tail[0] ?? 0), 0) / Math.max(1, tail.length)
    return { low: quantile(past, 0.01), high: quantile(past, 0.99), least, most, fall: Math.max(grain, fall) }
  })
}

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

/** Returns a model that has learned a row. The forest is regrown when its rows have doubled, and later when all are replaced. */
export const learnRow = (
  scale: Scale,
  model: WindowModel,
  row: Float64Array,
  templates: Iterable<string>,
  seed: number,
): WindowModel => {
  // As it is saved, so that a restored model grows the same forest.
  const rows = [...model.rows.slice(1 - mostRows), row.map(Math.fround)]
  const windows = model.windows + 1
  let { known } = model
  for (const id of templates) {
    if (known.has(id) || known.size >= mostKnown) continue
    if (known === model.known) known = new Set(known)
    known.add(id)
  }
  const next: WindowModel = { ...model, rows, windows, known }
  return windows >= nextFit(model.fittedAt) ? growAnew(scale, next, seed) : next
}

/** How many windows until the forest is regrown. */
const nextFit = (fittedAt: number): number => Math.max(firstFit, fittedAt + Math.min(mostRows, fittedAt))

/** How many windows until a forest has learned at least this many. */
export const fitBehind = (windows: number): number => {
  let fit = firstFit
  while (fit < windows) fit = nextFit(fit)
  return fit
}

const growAnew = (scale: Scale, model: WindowModel, seed: number): WindowModel => {
  const columns = scale.grains.length
  const matrix = new Float64Array(model.rows.length * columns)
  model.rows.forEach((row, i) => {
    matrix.set(scale.toScale(row), i * columns)
  })
  const forest = IsolationForest.fit(matrix, { columns, trees, sampleSize, seed })
  const scores = forest.score(matrix).sort()
  const at = Math.floor((1 - tailShare) * (scores.length - 1))
  const tailFrom = scores[at] ?? 1
  let excess = 0
  for (let i = at + 1; i < scores.length; i++) excess += (scores[i] ?? 0) - tailFrom
  // Without a minimum, a tail of equal windows would make anything else impossible.
  const tailLength = Math.max(0.01, excess / Math.max(1, scores.length - at - 1))
  return { ...model, forest, fittedAt: model.windows, tailFrom, tailLength, ranges: rangesOf(scale, model.rows) }
}

export const writeModel = (writer: Writer, model: WindowModel): void => {
  writer.varint(model.windows).varint(model.fittedAt).f64(model.tailFrom).f64(model.tailLength)
  writer.varint(model.rows.length)
  for (const row of model.rows) writer.f32s(Float32Array.from(row))
  writer.varint(model.known.size)
  for (const id of model.known) writer.text(id)
  writer.varint(model.ranges.length)
  for (const { low, high, least, most, fall } of model.ranges) {
    for (const value of [low, high, least, most, fall]) writer.f64(value)
  }
  writer.bytes(model.forest?.save() ?? new Uint8Array())
}

export const readModel = (reader: Reader): WindowModel => {
  const model = startModel()
  model.windows = reader.varint()
  model.fittedAt = reader.varint()
  model.tailFrom = reader.f64()
  model.tailLength = reader.f64()
  model.rows = Array.from({ length: reader.varint() }, () => Float64Array.from(reader.f32s()))
  for (let left = reader.varint(); left > 0; left--) model.known.add(reader.text())
  model.ranges = Array.from({ length: reader.varint() }, () => ({
    low: reader.f64(),
    high: reader.f64(),
    least: reader.f64(),
    most: reader.f64(),
    fall: reader.f64(),
  }))
  const forest = reader.bytes()
  if (forest.length > 0) model.forest = IsolationForest.load(forest)
  return model
}

export const writeAssessment = (writer: Writer, { probability, parts }: RowAssessment): void => {
  writer.f64(probability).varint(parts.length)
  for (const { pull, value, low, high } of parts) writer.f64(pull).f64(value).f64(low).f64(high)
}

export const readAssessment = (reader: Reader): RowAssessment => ({
  probability: reader.f64(),
  parts: Array.from({ length: reader.varint() }, () => ({
    pull: reader.f64(),
    value: reader.f64(),
    low: reader.f64(),
    high: reader.f64(),
  })),
})
