import type { Reader, Writer } from '../codec/codec.ts'
import { createQuantiles } from './quantiles.ts'

/** Markers: a tail begins where three in a hundred lie outside, on either side. */
const shares = [0, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 1]
const tailShare = 0.03
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
   * −log10 of the share of numbers at least as far out on that side; 0 while nothing is known. What is less than `grain` away from the
   * middle is never far out: it may be nothing but rounding.
   */
  rarity(value: number, grain: number): number
  /** From the smallest number seen to the largest. */
  readonly range: number
  readonly mid: number
  readonly low: number
  readonly high: number
  learn(value: number, grain: number): void
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * A tail probability learnt from the stream alone: within the usual range by rank, beyond it by a power law whose exponent is Hill's
 * estimate (Hill, Annals of Statistics 1975), one for each side. A stream full of bursts thereby learns that bursts are usual, a calm
 * one is surprised by little; nothing has to be set, and neither scale nor shift matters.
 *
 * O(1) a number, 250 bytes.
 */
export const createSurprise = (memory: number): Surprise => {
  const quantiles = createQuantiles(shares, memory)
  const keep = 1 - 1 / (tailShare * memory)
  let excessAbove = 0
  let countAbove = 0
  let excessBelow = 0
  let countBelow = 0

  const range = (): number => quantiles.at(lastMarker) - quantiles.at(0)
  const reachOf = (marker: number, grain: number): number =>
    Math.max(Math.abs(quantiles.at(marker) - quantiles.at(midMarker)), leastReach * range(), grain)
  /** How many times further out than the tail's beginning. */
  const timesOf = (value: number, grain: number): number => {
    const away = value - quantiles.at(midMarker)
    if (away === 0) return 0
    return Math.abs(away) / reachOf(away > 0 ? highMarker : lowMarker, grain)
  }

  return {
    rarity(value, grain) {
      if (quantiles.count < fewest) return 0
      const times = timesOf(value, grain)
      const above = value > quantiles.at(midMarker)
      if (times === 0) return 0
      if (times <= 1) {
        const share = quantiles.share(value)
        return -Math.log10(Math.max(tailShare, above ? 1 - share : share))
      }
      const heaviness = above
        ? (excessAbove + priorHeaviness * priorWeight) / (countAbove + priorWeight)
        : (excessBelow + priorHeaviness * priorWeight) / (countBelow + priorWeight)
      return -Math.log10(tailShare) + Math.log10(times) / heaviness
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
    learn(value, grain) {
      if (quantiles.count >= fewest) {
        const times = timesOf(value, grain)
        const excess = times > 1 ? Math.log(Math.min(times, 1 / leastReach)) : 0
        if (times > 1 && value > quantiles.at(midMarker)) {
          excessAbove = excessAbove * keep + excess
          countAbove = countAbove * keep + 1
        } else if (times > 1) {
          excessBelow = excessBelow * keep + excess
          countBelow = countBelow * keep + 1
        }
      }
      quantiles.learn(value)
    },
    save(writer) {
      for (const value of [excessAbove, countAbove, excessBelow, countBelow]) writer.f64(value)
      quantiles.save(writer)
    },
    restore(reader) {
      excessAbove = reader.f64()
      countAbove = reader.f64()
      excessBelow = reader.f64()
      countBelow = reader.f64()
      quantiles.restore(reader)
    },
  }
}
