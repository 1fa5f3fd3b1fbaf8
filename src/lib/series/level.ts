import type { Reader, Writer } from '../codec/codec.ts'
import type { Tails } from './tail.ts'

/** What is expected of the next number, and its usual range (all but one in two hundred on either side). */
export interface Expectation {
  readonly expected: number
  readonly low: number
  readonly high: number
}

/** A robust, forgetting estimate of where a number lies and how far it strays. `season` is what the hour adds to it. */
export interface Level {
  expect(season: number): Expectation
  tails(value: number, season: number): Tails
  /** Learns a value, cut to what is believable unless `relearn` says that the level has moved. */
  learn(value: number, season: number, relearn: boolean): void
  /** Widens what is expected after `buckets` that nobody saw. */
  forget(buckets: number): void
  /** How likely a run of zeros is in which `expected` were due; undefined for numbers that cannot be silent. */
  silence?(expected: number): number
  /** The level over weeks, and a value relative to it as the season learns it. */
  relative(value: number): number
  save(writer: Writer): void
  restore(reader: Reader): void
}

/** The normal deviate of one in two hundred. */
export const usualDeviate = 2.5758
/** Beyond this many deviations a value is cut before it is learnt. */
export const clipDeviations = 4
/** What is left of the past at each bucket while a moved level is learnt again. */
export const relearnKeep = 0.6
/** The long-run level forgets half in about 20 days of minutes; short series average over all they have. */
export const longMemory = 30_000
