import type { Reader, Writer } from '../bytes/codec.ts'
import { createQuantiles } from './quantiles.ts'

/** Markers: a tail begins where three in a hundred lie outside, on either side. */
const shares = [0, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 1]
const tailShare = 0.03
const tailRarity = -Math.log10(tailShare)
const lowMarker = 2
const midMarker = 5
const highMarker = 8
const lastMarker = shares.length - 1
/** The heaviness of a tail before it has shown its own (a fourth moment that just exists), and how many numbers that is worth. */
const priorHeaviness = 0.25
const priorWeight = 5
/** Numbers seen before anything is surprising. */
const fewest = 30
/** Where nearly all numbers are the same, a tail still begins this share of the whole range away from them. */
const leastReach = 1e-3

/** How far out a number is, judged by its own past. */
export interface Surprise {
  /**
   * −log10 of the share of earlier numbers at least as far out on that side, 0 while nothing is known; then learns the number. What is
   * less than `grain` away from the middle is never far out: it may be nothing but rounding.
   */
  judge(value: number, grain: number): number
  /** From the smallest number seen to the largest. */
  readonly range: number
  readonly mid: number
  readonly low: number
  readonly high: number
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * A tail probability learnt from the stream alone: rising evenly within the usual range, beyond it by a power law whose exponent is Hill's
 * estimate (Hill, Annals of Statistics 1975), one for each side. A stream full of bursts thereby learns that bursts are usual, a calm
 * one is surprised by little; nothing has to be set, and neither scale nor shift matters.
 *
 * O(1) a number, 250 bytes.
 */
export const createSurprise = (memory: number): Surprise => {
  const quantiles = createQuantiles(shares, memory)
  const keep = 1 - 1 / (tailShare * memory)
  /** Sums of logarithms beyond the tail's beginning, and how many, above and below. */
  const excesses = new Float64Array(2)
  const counts = new Float64Array(2)

  const range = (): number => quantiles.at(lastMarker) - quantiles.at(0)
  const reachOf = (marker: number, grain: number): number =>
    Math.max(Math.abs(quantiles.at(marker) - quantiles.at(midMarker)), leastReach * range(), grain)

  return {
    judge(value, grain) {
      const known = quantiles.count >= fewest
      const mid = quantiles.at(midMarker)
      const above = value > mid
      const times = Math.abs(value - mid) / reachOf(above ? highMarker : lowMarker, grain)
      quantiles.learn(value)
      if (!known || value === mid) return 0
      if (times <= 1) return tailRarity * times
      const side = above ? 0 : 1
      const excess = excesses[side] ?? 0
      const count = counts[side] ?? 0
      const heaviness = (excess + priorHeaviness * priorWeight) / (count + priorWeight)
      excesses[side] = excess * keep + Math.log(Math.min(times, 1 / leastReach))
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
