import type { Reader, Writer } from '../bytes/codec.ts'
import { explainedKeep } from './level.ts'

/** The half-life of the recent rate, in buckets. */
const memory = 2
const keep = 0.5 ** (1 / memory)
/** The number of buckets that the recent rate is based on, in effect. */
const effectiveBuckets = (1 + keep) / (1 - keep)
/** The relative variance by which a rate drifts during a silence. */
const drift = 0.15
/** An unusual silence must be longer than the longest known one by this factor. */
const factor = 3
/** The decay of the longest silence with each new one. A stream may have fifty silences a day, and only one of them at night. */
const longestKeep = 0.999
/** Until this many silences have ended, no silence is unusual. */
const minSilences = 6
/** The learning rate of the dispersion, and the limit of what one bucket contributes. */
const learningRate = 0.01
const maxDispersion = 4
/** The largest change of the expected rate that counts as explained by the hour. */
const maxHourRatio = 4
/** A bucket of this many events has half the full weight for the dispersion. Small counts vary by chance. */
const halfWeightCount = 10

/** Learns how long a series is usually silent, and calculates the probability of the current silence. */
export interface SilenceModel {
  /** The probability of another zero at an hour with this expected count; 1 if such silences are known, or if too few are. */
  probability(expected: number): number
  learn(value: number, expected: number): void
  /** Accepts the current silence as the new level. */
  settle(): void
  /** Reduces the weight of past silences: the hours are learnt now, and explain most of them. */
  explain(): void
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * Measures a silence by the events that were due in it, at the rate just before it or the expected rate of the hour, whichever is
 * lower. So the same minutes are a long silence at noon and a short one at night, even before the hours are learnt. A bursty series
 * stops often, so its longest known silence is long.
 *
 * If a bucket has mean n and variance n + dispersion · n², the probability that it is empty is (1 + dispersion · n)^(−1 / dispersion),
 * the zero term of the negative binomial distribution. The probabilities of consecutive empty buckets multiply. A Gamma distribution
 * around the exponent covers the drift of the rate. `longest` grows in steps, so that one outage does not make outages usual.
 * O(1).
 */
export const createSilenceModel = (): SilenceModel => {
  let recent = 0
  /** The rate before the current silence. */
  let rate = 0
  let quiet = 0
  /** The surprise of the current silence so far, in nats. */
  let missed = 0
  /** The largest surprise of a past silence, and the number of silences. */
  let longest = 0
  let silences = 0
  let dispersion = 1
  /** The expected count over the buckets that `recent` covers. */
  let recentExpected = Number.NaN

  /** The surprise of an empty bucket at a given rate, in nats. */
  const surpriseOf = (before: number): number =>
    dispersion > 0.001 ? Math.log1p(before * dispersion) / dispersion : before

  /** The ratio of the expected count now to the recent one. */
  const hourRatio = (expected: number): number => {
    const ratio = expected / recentExpected
    return Number.isFinite(ratio) && ratio > 0 ? ratio : 1
  }

  return {
    probability(expected) {
      const before = quiet > 0 ? rate : recent
      const due = missed + surpriseOf(Math.min(before, expected))
      if (silences < minSilences || due <= factor * longest) return 1
      const spread = drift + 1 / (before * effectiveBuckets)
      return Math.exp(-Math.log1p(due * spread) / spread)
    },
    learn(value, expected) {
      if (recent > 0 && quiet === 0) {
        // A change that the hour explains is not dispersion: mornings and lunch breaks recur every day.
        const due = recent * Math.min(maxHourRatio, Math.max(1 / maxHourRatio, hourRatio(expected)))
        const excess = ((value - due) ** 2 - value - due / effectiveBuckets) / due ** 2
        // Keep negative values: without them, chance variation would add up to dispersion.
        const clipped = Math.min(maxDispersion, Math.max(-maxDispersion, excess))
        const weight = (learningRate * recent * recent) / (recent * recent + halfWeightCount * halfWeightCount)
        dispersion += weight * (clipped - dispersion)
      }
      if (value === 0) {
        if (quiet === 0) rate = recent
        quiet++
        missed += surpriseOf(Math.min(rate, expected))
      } else if (quiet > 0) {
        longest = Math.max(longest * longestKeep, Math.min(missed, 2 * longest + 3 * surpriseOf(rate)))
        silences++
        quiet = 0
        missed = 0
      }
      recent = recent * keep + value * (1 - keep)
      recentExpected = Number.isNaN(recentExpected) ? expected : recentExpected * keep + expected * (1 - keep)
    },
    settle() {
      rate = 0
      missed = 0
    },
    explain() {
      longest *= explainedKeep
    },
    save: (writer) => {
      for (const value of [recent, rate, quiet, missed, longest, silences, dispersion, recentExpected])
        writer.f64(value)
    },
    restore(reader) {
      recent = reader.f64()
      rate = reader.f64()
      quiet = reader.f64()
      missed = reader.f64()
      longest = reader.f64()
      silences = reader.f64()
      dispersion = reader.f64()
      recentExpected = reader.f64()
    },
  }
}
