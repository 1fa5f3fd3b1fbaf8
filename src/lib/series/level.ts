import type { Reader, Writer } from '../bytes/codec.ts'
import type { Tails } from './tail.ts'

/** The expected value of the next number, and its usual range: 0.5 % of values lie below it, 0.5 % above. */
export interface Expectation {
  readonly expected: number
  readonly low: number
  readonly high: number
}

/** A robust estimate of location and spread, with forgetting. `season` is the ratio or difference that `Season` gives for the hour. */
export interface LevelEstimate {
  expect(season: number): Expectation
  /** The expected value alone; without a season, the level without the effect of the hour. */
  meanAt(season?: number): number
  tails(value: number, season: number): Tails
  /** Clips a value to a plausible range and learns it. Returns the clipped value. */
  learn(value: number, season: number): number
  /** Replaces the level. `sum` and `season` are totals over the given number of buckets. */
  move(sum: number, buckets: number, season: number): void
  /** Forgets most of the spread: the hour of the day now explains it. */
  explain(): void
  /** Widens the expected range after a gap of `buckets`. */
  forget(buckets: number): void
  /** The probability of a run of zeros in which `expected` events were due. Undefined for measurements, where zero is a value. */
  silence?(expected: number): number
  save(writer: Writer): void
  restore(reader: Reader): void
}

/** The standard normal quantile at 99.5 %. */
export const usualDeviate = 2.5758
/** Values beyond this many deviations are clipped before they are learnt. */
export const clipDeviations = 4
/** The share of the spread that remains once the hours explain a part of it. */
export const explainedKeep = 0.05
