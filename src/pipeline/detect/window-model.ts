import type { Reader, Writer } from '../../lib/codec/codec.ts'
import { IsolationForest } from '../../lib/isolation-forest/isolation-forest.ts'
import { features, toScale } from './feature-window.ts'

const columns = features.length
/** Windows from which on there is a forest, and how many it remembers. */
const firstFit = 48
const mostRows = 512
const mostKnown = 2000
const trees = 64
const sampleSize = 128
/** The share of past scores whose excess gives the shape of the tail. */
const tailShare = 0.1

/** What is usual in the windows of one stream: a forest over the past ones, their scores, and the templates seen. */
export interface WindowModel {
  rows: readonly Float64Array[]
  windows: number
  fittedAt: number
  forest: IsolationForest | undefined
  /** Where the tail of the past scores begins, and how long it is. */
  tailFrom: number
  tailLength: number
  known: Set<string>
}

/** What the model makes of a window. */
export interface Verdict {
  /** How likely a window is that is as odd as this one. */
  readonly probability: number
  /** What each feature adds to the oddness, and its usual range. */
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
  known: new Set(),
})

/**
 * Judges a row. A forest's score is no probability, so it is compared with those of the past windows; past their last tenth the tail is
 * taken to fall exponentially with the mean excess seen there (Pickands, Annals of Statistics 1975, with shape 0).
 */
export const judgeRow = (
  { forest, rows, tailFrom, tailLength }: WindowModel,
  row: Float64Array,
): Verdict | undefined => {
  if (!forest) return undefined
  const scaled = toScale(row)
  const score = forest.scoreRow(scaled)
  if (score <= tailFrom) return undefined
  const probability = tailShare * Math.exp(-(score - tailFrom) / tailLength)
  const pulls = forest.explain(scaled)
  return {
    probability,
    parts: pulls.map((pull, i) => {
      const past = rows.map((one) => one[i] ?? 0).sort((a, b) => a - b)
      return { pull, value: row[i] ?? 0, low: quantile(past, 0.01), high: quantile(past, 0.99) }
    }),
  }
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

/** Returns a model that has learnt a row; the one given stays as it is. The forest is grown anew whenever there is half as much more. */
export const learnRow = (
  model: WindowModel,
  row: Float64Array,
  templates: Iterable<string>,
  seed: number,
): WindowModel => {
  const rows = [...model.rows.slice(1 - mostRows), row]
  const windows = model.windows + 1
  let { known } = model
  for (const id of templates) {
    if (known.has(id) || known.size >= mostKnown) continue
    if (known === model.known) known = new Set(known)
    known.add(id)
  }
  const next: WindowModel = { ...model, rows, windows, known }
  return windows >= Math.max(firstFit, model.fittedAt + Math.min(mostRows / 2, model.fittedAt / 2))
    ? growAnew(next, seed)
    : next
}

const growAnew = (model: WindowModel, seed: number): WindowModel => {
  const matrix = new Float64Array(model.rows.length * columns)
  model.rows.forEach((row, i) => {
    matrix.set(toScale(row), i * columns)
  })
  const forest = IsolationForest.fit(matrix, { columns, trees, sampleSize, seed })
  const scores = forest.score(matrix).sort()
  const at = Math.floor((1 - tailShare) * (scores.length - 1))
  const tailFrom = scores[at] ?? 1
  let excess = 0
  for (let i = at + 1; i < scores.length; i++) excess += (scores[i] ?? 0) - tailFrom
  // A tail of a few equal windows would call anything else impossible.
  const tailLength = Math.max(0.01, excess / Math.max(1, scores.length - at - 1))
  return { ...model, forest, fittedAt: model.windows, tailFrom, tailLength }
}

export const writeModel = (writer: Writer, model: WindowModel): void => {
  writer.varint(model.windows).varint(model.fittedAt).f64(model.tailFrom).f64(model.tailLength)
  writer.varint(model.rows.length)
  for (const row of model.rows) writer.f32s(Float32Array.from(row))
  writer.varint(model.known.size)
  for (const id of model.known) writer.text(id)
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
  const forest = reader.bytes()
  if (forest.length > 0) model.forest = IsolationForest.load(forest)
  return model
}
