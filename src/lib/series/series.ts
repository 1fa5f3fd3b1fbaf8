import { createReader, createWriter, StateError } from '../bytes/codec.ts'
import { createCountLevel } from './count-level.ts'
import { createRecurrence } from './recurrence.ts'
import { createSeason } from './season.ts'
import { createStop } from './stop.ts'
import { createValueLevel } from './value-level.ts'

export interface SeriesOptions {
  /** `count`: non-negative whole numbers, events per bucket. `value`: any measurement. */
  readonly kind?: 'count' | 'value'
  /** The length of a bucket in ms. */
  readonly bucket?: number
  /** After how many buckets an observation counts half. */
  readonly memory?: number
  /** How many buckets must be seen before the series calls itself learnt. */
  readonly warmup?: number
  /** After how many surprising buckets in a row, on the same side, the level is taken to have moved and is learnt again. */
  readonly patience?: number
}

export interface Assessment {
  /**
   * How odd the value is, from 0 to 1: −log10(p) / 8, where p is the two-sided probability of a value this far out, or how often one
   * was seen if that is a habit. 0.25 is one bucket in a hundred, 0.5 one in 10,000 (once a week of minutes), 0.75 one in a million, 1
   * one in a hundred million or rarer.
   */
  readonly score: number
  readonly expected: number
  /** The usual range: one bucket in a hundred lies outside. */
  readonly expectedLow: number
  readonly expectedHigh: number
  /** Where it lies when it is outside of the usual range; `silence` is a zero, or a run of zeros, where something was due. */
  readonly direction: 'spike' | 'drop' | 'silence' | undefined
  /** How many zeros there were in a row, this one included. */
  readonly quiet: number
  /** Whether what is usual is still being learnt, and how many buckets that needs yet. */
  readonly learning: boolean
  readonly need: number
}

export interface Series {
  /** Judges a bucket's number by what was learnt before; changes nothing. */
  assess(time: number, value: number): Assessment
  /** Learns a bucket's number. A bucket that is never learnt is unknown, not zero: whoever knows of a silence learns a 0. */
  learn(time: number, value: number): void
  save(): Uint8Array
  restore(state: Uint8Array): void
}

const kindName = 'series'
const version = 3
/** Rarer than this is a surprise. */
const surprise = 1e-3
const decades = 8
/** Larger numbers than this would overflow when squared. */
const largest = 1e100
/** Habits are remembered this much longer than levels. */
const habitMemory = 12

/**
 * The learnt normal of one number per bucket of time, online: a robust level with a tail probability (see `count-level.ts` and
 * `value-level.ts`), a profile by hour of week (`season.ts`), a memory for surprises that come back (`recurrence.ts`), and patience: one spike is
 * cut before it is learnt and so moves nothing, but when `patience` buckets in a row are surprising they are the new level.
 *
 * O(1) a point, 1.5 kB of state. Not for cycles other than the day and the week, nor for numbers that only ever grow (learn their
 * differences).
 *
 * @example
 * const series = createSeries({ bucket: 60_000 })
 * for (const [time, count] of history) series.learn(time, count)
 * series.judge(now, 40) // { score: 1, direction: 'spike', expected: 2.03, expectedHigh: 7, … }
 */
export const createSeries = (options: SeriesOptions = {}): Series => {
  const { kind = 'count', bucket = 60_000, memory = 360, warmup = 12, patience = 10 } = options
  const level = kind === 'count' ? createCountLevel(memory) : createValueLevel(memory)
  const season = createSeason(kind === 'count' ? 'ratio' : 'difference')
  const stop = createStop()
  const recurrence = createRecurrence(memory * habitMemory)
  const hourShare = bucket / 3_600_000
  let seen = 0
  let lastTime = Number.NaN
  /** Surprises in a row, positive above, negative below; what they add up to, the hours' part in it, and what was cut from them. */
  let run = 0
  let runCut = 0
  let runSum = 0
  let runSeason = 0
  let quiet = 0
  let quietDue = 0
  let longestQuiet = 0

  /** How likely a zero now is, given how many zeros stand before it; 1 where runs like this are known. */
  const silenceOf = (expected: number): number =>
    level.silence && quiet + 1 > longestQuiet * 1.5 ? level.silence(quietDue + expected) : 1

  const probabilityOf = (value: number, usual: number, expected: number): { p: number; above: boolean } => {
    const { upper, lower } = level.tails(value, usual)
    const p = Math.min(1, 2 * Math.min(upper, lower))
    return { p: value === 0 ? Math.min(p, silenceOf(expected)) : p, above: upper < lower }
  }

  const clamp = (value: number): number => Math.min(largest, Math.max(-largest, value))

  return {
    assess(time, given) {
      const value = clamp(given)
      const usual = season.at(time)
      const { expected, low, high } = level.expect(usual)
      const learning = seen < warmup
      const need = Math.max(0, warmup - seen)
      const nowQuiet = value === 0 ? quiet + 1 : 0
      if (seen < 3 || !Number.isFinite(value)) {
        return {
          score: 0,
          expected,
          expectedLow: low,
          expectedHigh: high,
          direction: undefined,
          quiet: nowQuiet,
          learning,
          need,
        }
      }
      const { p: ofLevel, above } = probabilityOf(value, usual, expected)
      const p = kind === 'count' && value === 0 ? Math.min(ofLevel, stop.probability(expected)) : ofLevel
      const habit = p < surprise ? recurrence.rate(rarityOf(p), above) : 0
      const score = Math.min(1, rarityOf(Math.max(p, habit)) / decades)
      const odd = p < 0.01
      const direction = !odd ? undefined : above ? 'spike' : kind === 'count' && value === 0 ? 'silence' : 'drop'
      return {
        score,
        expected,
        expectedLow: low,
        expectedHigh: high,
        direction,
        quiet: nowQuiet,
        learning,
        need,
      }
    },

    learn(time, given) {
      if (Number.isNaN(given)) return
      const value = clamp(given)
      const missed = Math.round((time - lastTime) / bucket) - 1
      if (missed > 0) {
        level.forget(missed)
        quiet = 0
        quietDue = 0
        run = 0
      }
      const usual = season.at(time)
      const { expected } = level.expect(usual)
      const { p, above } = probabilityOf(value, usual, expected)
      const surprising = seen >= 3 && p < surprise
      const begins = surprising && (above ? run <= 0 : run >= 0)
      recurrence.learn(begins ? rarityOf(p) : 0, above)
      run = !surprising ? 0 : begins ? (above ? 1 : -1) : above ? run + 1 : run - 1
      runSum = begins ? value : runSum + value
      runSeason = begins ? usual : runSeason + usual

      const moved = Math.abs(run) >= patience
      const knew = season.knows
      const before = level.mean
      const taken = moved ? value : level.learn(value, usual)
      runCut = begins ? value - taken : runCut + value - taken
      if (moved) {
        level.move(runSum, patience, runSeason)
        run = 0
        // Until a week is known, a moved level may well be the hour or the day; afterwards it moves all hours alike.
        if (knew === 'weeks') season.move(before, level.mean)
        else season.correct(time, runCut, hourShare)
        stop.settle()
      }
      season.learn(time, taken, hourShare)
      if (season.knows !== knew) {
        level.explain()
        stop.explain()
      }

      if (value === 0) {
        quiet++
        // Where silence has become the level, nothing is due any more.
        quietDue = moved ? 0 : quietDue + expected
      } else if (quiet > 0) {
        // One outage must not teach that outages are usual, so a record grows by steps.
        longestQuiet = Math.max(longestQuiet * 0.98, Math.min(quiet, 2 * longestQuiet + 3))
        quiet = 0
        quietDue = 0
      }
      stop.learn(value, expected)
      seen++
      if (!(time < lastTime)) lastTime = time
    },

    save() {
      const writer = createWriter(kindName, version).u8(kind === 'count' ? 0 : 1)
      for (const value of [seen, lastTime, run, runSum, runSeason, runCut, quiet, quietDue, longestQuiet])
        writer.f64(value)
      level.save(writer)
      stop.save(writer)
      recurrence.save(writer)
      season.save(writer)
      return writer.finish()
    },

    restore(state) {
      const reader = createReader(state, kindName, version)
      const savedKind = reader.u8() === 0 ? 'count' : 'value'
      if (savedKind !== kind) {
        throw new StateError(
          `The saved series is of kind "${savedKind}", this one is of kind "${kind}".`,
          'Restore it into a series that was made with the same kind.',
        )
      }
      seen = reader.f64()
      lastTime = reader.f64()
      run = reader.f64()
      runSum = reader.f64()
      runSeason = reader.f64()
      runCut = reader.f64()
      quiet = reader.f64()
      quietDue = reader.f64()
      longestQuiet = reader.f64()
      level.restore(reader)
      stop.restore(reader)
      recurrence.restore(reader)
      season.restore(reader)
    },
  }
}

/** −log10 of a probability, without the sign of zero. */
const rarityOf = (p: number): number => (p >= 1 ? 0 : -Math.log10(Math.max(p, 1e-300)))
