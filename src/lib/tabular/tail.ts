import type { Reader, Writer } from '../bytes/codec.ts'

/**
 * A detector's scores as surprise: −ln of the share of training rows that scored as high, ties counted half. Scores of different
 * detectors become comparable, and rare ones weigh by how rare they are.
 */
export interface Tail {
  /** Scores in rising order, and the surprise at each. */
  readonly scores: Float64Array
  readonly surprises: Float64Array
  /** The unit of a score beyond all of them. */
  readonly unit: number
}

/** The step between remembered shares: each is a twentieth smaller than the one before. */
const step = 1.05
/** A double cannot distinguish more surprise than this from certainty. */
const mostSurprise = 36

export const fitTail = (scores: Float64Array): Tail => {
  const sorted = scores.toSorted()
  const count = sorted.length
  const knots: [number, number][] = []
  let next = 0
  for (let to = count; to > 0; ) {
    const score = sorted[to - 1] ?? 0
    let from = to - 1
    while (from > 0 && sorted[from - 1] === score) from--
    const above = count - to
    if (above >= next || from === 0) {
      knots.push([score, -Math.log((above + (to - from) / 2 + 0.5) / (count + 1))])
      next = Math.max(above + 1, above * step)
    }
    to = from
  }
  knots.reverse()
  const top = sorted[count - 1] ?? 0
  const usual = sorted[Math.floor(count / 2)] ?? 0
  return {
    scores: Float64Array.from(knots, ([score]) => score),
    surprises: Float64Array.from(knots, ([, surprise]) => surprise),
    unit: top > usual ? top - usual : Math.max(1e-9, Math.abs(top) / 100),
  }
}

/**
 * The surprise of a score. Beyond the training scores it grows further, with the logarithm of the distance in units of the training scores'
 * upper half: the order stays, and nothing is claimed of how rare such rows are.
 */
export const surpriseOf = ({ scores, surprises, unit }: Tail, score: number): number => {
  let low = 0
  let high = scores.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((scores[middle] ?? 0) < score) low = middle + 1
    else high = middle
  }
  const surprise = surprises[low]
  const before = scores[low - 1]
  if (surprise === undefined) {
    const beyond = (surprises[low - 1] ?? 0) + Math.log1p((score - (before ?? 0)) / unit)
    return Math.min(mostSurprise, beyond)
  }
  if (before === undefined) return surprise
  const surpriseBefore = surprises[low - 1] ?? 0
  return surpriseBefore + ((score - before) / ((scores[low] ?? 0) - before)) * (surprise - surpriseBefore)
}

export const writeTail = (writer: Writer, { scores, surprises, unit }: Tail): void => {
  writer.f64s(scores).f64s(surprises).f64(unit)
}

export const readTail = (reader: Reader): Tail => ({
  scores: reader.f64s(),
  surprises: reader.f64s(),
  unit: reader.f64(),
})
