import type { Reader, Writer } from '../bytes/codec.ts'
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
  /** Learns a value, cut to what is believable; returns what it took. */
  learn(value: number, season: number): number
  /** Where the level is, leaving the hour out of account. */
  readonly mean: number
  /** Starts from another level, seen in so many buckets; `season` is the sum of what the hours added to them. */
  move(sum: number, buckets: number, season: number): void
  /** Forgets most of how far the number strays: what was noise is now explained by the hour. */
  explain(): void
  /** Widens what is expected after `buckets` that nobody saw. */
  forget(buckets: number): void
  /** How likely a run of zeros is in which `expected` were due; undefined for numbers that cannot be silent. */
  silence?(expected: number): number
  save(writer: Writer): void
  restore(reader: Reader): void
}

/** The normal deviate of one in two hundred. */
export const usualDeviate = 2.5758
/** Beyond this many deviations a value is cut before it is learnt. */
export const clipDeviations = 4
/** What is left of the spread once the hours explain a part of it. */
export const explainedKeep = 0.05
