import type { Reader, Writer } from '../bytes/codec.ts'
import { createQuantiles } from './quantiles.ts'

/** The quantiles that are tracked. A tail begins where 3 % of the numbers lie outside, on either side. */
const shares = [0, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 1]
const tailShare = 0.03
const tailRarity = -Math.log10(tailShare)
const lowMarker = 2
const midMarker = 5
const highMarker = 8
const lastMarker = shares.length - 1
/** The heaviness of a tail without data: the fourth moment just exists. */
const priorHeaviness = 0.25
/** The weight of the prior, in numbers. */
const priorWeight = 5
/** Until this many numbers, nothing is surprising. */
const minCount = 30
/** The minimum distance of a tail from the middle, as a share of the range. It matters if nearly all numbers are equal. */
const minReach = 1e-3

/** How far a number lies outside the range of earlier numbers. */
export interface Surprise {
  /**
   * Returns −log10 of the share of earlier numbers at least as far out on that side, or 0 while there are too few. Then learns the
   * number. A distance from the middle below `grain` may be rounding and never counts as far out.
   */
  score(value: number, grain: number): number
  /** The difference between the largest and the smallest number. */
  readonly range: number
  readonly mid: number
  readonly low: number
  readonly high: number
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * A tail probability learnt from the stream alone. Within the usual range it is linear. Beyond, it follows a power law whose exponent is
 * Hill's estimate (Hill, Annals of Statistics 1975), one for each side. So bursts become usual in a bursty stream, and small changes
 * stand out in a calm one. There is nothing to configure, and scale and shift of the numbers do not matter.
 *
 * O(1) per number, 250 bytes.
 */
export const createSurprise = (memory: number): Surprise => {
  const quantiles = createQuantiles(shares, memory)
  const keep = 1 - 1 / (tailShare * memory)
  /** Sums of log excesses over the start of the tail, and their counts: above, below. */
  const excesses = new Float64Array(2)
  const counts = new Float64Array(2)

  const range = (): number => quantiles.at(lastMarker) - quantiles.at(0)
  const reachOf = (marker: number, grain: number): number =>
    Math.max(Math.abs(quantiles.at(marker) - quantiles.at(midMarker)), minReach * range(), grain)

  return {
    score(value, grain) {
      const isKnown = quantiles.count >= minCount
      const mid = quantiles.at(midMarker)
      const above = value > mid
      const times = Math.abs(value - mid) / reachOf(above ? highMarker : lowMarker, grain)
      quantiles.learn(value)
      if (!isKnown || value === mid) return 0
      if (times <= 1) return tailRarity * times
      const side = above ? 0 : 1
      const excess = excesses[side] ?? 0
      const count = counts[side] ?? 0
      const heaviness = (excess + priorHeaviness * priorWeight) / (count + priorWeight)
      excesses[side] = excess * keep + Math.log(Math.min(times, 1 / minReach))
      counts[side] = count * keep + 1
      return tailRarity + Math.log10(times) / heaviness
    },
    get range() {
      return range()
    },
    get mid() {
      return quantiles.at(midMarker)
    },
    get low() {
      return quantiles.at(lowMarker)
    },
    get high() {
      return quantiles.at(highMarker)
    },
    save(writer) {
      writer.f64s(excesses).f64s(counts)
      quantiles.save(writer)
    },
    restore(reader) {
      excesses.set(reader.f64s().subarray(0, 2))
      counts.set(reader.f64s().subarray(0, 2))
      quantiles.restore(reader)
    },
  }
}
