import type { Reader, Writer } from '../bytes/codec.ts'
import { explainedKeep } from './level.ts'

/** After how many buckets what was said counts half. */
const memory = 2
const keep = 0.5 ** (1 / memory)
/** So many buckets the last ones are worth. */
const worth = (1 + keep) / (1 - keep)
/** How far a rate may drift by itself while nothing is heard: its relative variance. */
const drift = 0.15
/** How much more must have been due than in any silence before. */
const factor = 3
/** How much of the record is left after another silence: a stream may have fifty of them a day, and one such night a day. */
const fading = 0.999
/** How many silences must have been heard out before the next can be called unusual. */
const leastSilences = 6
/** What is learnt of one bucket's unrest, and how large that may be. */
const pace = 0.01
const mostUnrest = 4
/** So much more or less may an hour explain. */
const mostTurn = 4
/** A bucket of so many events tells half of what it could of unrest: in fewer, chance alone looks like it. */
const telling = 10

/** Knows how long a series stays silent after it has spoken, and says how likely it is that it stops like this. */
export interface Stop {
  /** The probability of one more zero where so much is expected at this hour; 1 as long as silences like this are known, or too few are. */
  probability(expected: number): number
  learn(value: number, expected: number): void
  /** Takes the silence that goes on to be the new level. */
  settle(): void
  /** Trusts the record less: the hours are known now, and explain most of it. */
  explain(): void
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * Measures a silence by what was due in it if the series had gone on as in the buckets just before, or as it does at such an hour if that
 * is less. So it is long at noon and short at night with hardly anything known of hours, and a series that speaks in bursts, which stops
 * like that all the time, has long ones on record.
 *
 * A bucket of n events that differ from one bucket to the next by a variance of n + unrest · n² is empty by itself with the chance
 * (1 + unrest · n)^(−1 / unrest): the negative binomial's zero. The chances of empty buckets in a row multiply; that the rate itself has
 * drifted meanwhile is the Gamma around their exponent. One outage must not teach that outages are usual, so the record grows by steps.
 * O(1).
 */
export const createStop = (): Stop => {
  let recent = 0
  /** The rate before the silence that goes on, and what was due since. */
  let rate = 0
  let quiet = 0
  let missed = 0
  /** The most that was due in a silence, and how many there were. */
  let longest = 0
  let silences = 0
  let unrest = 1
  /** What was expected in the buckets that `recent` is made of. */
  let expectedOfLate = Number.NaN

  /** What a bucket promises to hold, in bits of surprise (base e) when it is empty. */
  const promiseOf = (before: number): number => (unrest > 0.001 ? Math.log1p(before * unrest) / unrest : before)

  /** How much more is expected now than of late. */
  const turn = (expected: number): number => {
    const ratio = expected / expectedOfLate
    return Number.isFinite(ratio) && ratio > 0 ? ratio : 1
  }

  return {
    probability(expected) {
      const before = quiet > 0 ? rate : recent
      const due = missed + promiseOf(Math.min(before, expected))
      if (silences < leastSilences || due <= factor * longest) return 1
      const spread = drift + 1 / (before * worth)
      return Math.exp(-Math.log1p(due * spread) / spread)
    },
    learn(value, expected) {
      if (recent > 0 && quiet === 0) {
        // What the hour explains is no unrest: mornings and lunch breaks come every day.
        const due = recent * Math.min(mostTurn, Math.max(1 / mostTurn, turn(expected)))
        const surprise = ((value - due) ** 2 - value - due / worth) / due ** 2
        // Less than nothing counts too, or what is chance would add up to unrest.
        const cut = Math.min(mostUnrest, Math.max(-mostUnrest, surprise))
        unrest += ((pace * recent * recent) / (recent * recent + telling * telling)) * (cut - unrest)
      }
      if (value === 0) {
        if (quiet === 0) rate = recent
        quiet++
        missed += promiseOf(Math.min(rate, expected))
      } else if (quiet > 0) {
        longest = Math.max(longest * fading, Math.min(missed, 2 * longest + 3 * promiseOf(rate)))
        silences++
        quiet = 0
        missed = 0
      }
      recent = recent * keep + value * (1 - keep)
      expectedOfLate = Number.isNaN(expectedOfLate) ? expected : expectedOfLate * keep + expected * (1 - keep)
    },
    settle() {
      rate = 0
      missed = 0
    },
    explain() {
      longest *= explainedKeep
    },
    save: (writer) => {
      for (const value of [recent, rate, quiet, missed, longest, silences, unrest, expectedOfLate]) writer.f64(value)
    },
    restore(reader) {
      recent = reader.f64()
      rate = reader.f64()
      quiet = reader.f64()
      missed = reader.f64()
      longest = reader.f64()
      silences = reader.f64()
      unrest = reader.f64()
      expectedOfLate = reader.f64()
    },
  }
}
