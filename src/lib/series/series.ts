import { createReader, createWriter, StateError } from '../bytes/codec.ts'
import { hour, minute } from '../units/time.ts'
import { createCountLevel } from './count-level.ts'
import { createRecurrence } from './recurrence.ts'
import { createSeason } from './season.ts'
import { createSilenceModel } from './silence-model.ts'
import { createValueLevel } from './value-level.ts'

export interface SeriesOptions {
  /** `count`: non-negative whole numbers, events per bucket. `value`: any measurement. */
  readonly kind?: 'count' | 'value'
  /** The length of a bucket in ms. */
  readonly bucket?: number
  /** The half-life of an observation, in buckets. */
  readonly memory?: number
  /** The number of buckets before `learning` is false. */
  readonly warmup?: number
  /** The number of consecutive surprising buckets on the same side after which they become the new level. */
  readonly patience?: number
}

export interface Assessment {
  /**
   * How anomalous the value is, from 0 to 1: −log10(p) / 8, where p is the two-sided probability of a value this far out, or its
   * frequency if it recurs. 0.25 is one bucket in a hundred, 0.5 one in 10,000 (a minute per week), 0.75 one in a million, 1 one in
   * a hundred million or rarer.
   */
  readonly score: number
  readonly expected: number
  /** The usual range: 1 % of buckets lie outside. */
  readonly expectedLow: number
  readonly expectedHigh: number
  /** The side on which the value is outside the usual range; `silence` is a zero, or a run of zeros, where events were due. */
  readonly direction: 'spike' | 'drop' | 'silence' | undefined
  /** The number of consecutive zeros, including this bucket. */
  readonly quiet: number
  /** Whether the series is still in its warm-up. */
  readonly learning: boolean
  /** The number of buckets left in the warm-up. */
  readonly need: number
}

export interface Series {
  /** Scores a bucket's number against the learnt model. Changes nothing. */
  assess(time: number, value: number): Assessment
  /** Learns a bucket's number. A skipped bucket counts as missing data, not as zero: pass 0 for a silence. */
  learn(time: number, value: number): void
  save(): Uint8Array
  restore(state: Uint8Array): void
}

const kindName = 'series'
const version = 3
/** The probability below which a value is a surprise. */
const surprise = 1e-3
const decades = 8
/** Larger numbers would overflow when squared. */
const largest = 1e100
/** Recurring surprises have a half-life this many times longer than levels. */
const habitMemory = 12

/**
 * An online model of one number per time bucket. It combines a robust level with a tail probability (`count-level.ts`,
 * `value-level.ts`), a profile by hour of week (`season.ts`) and counts of recurring surprises (`recurrence.ts`). A single spike is
 * clipped before it is learnt, so it does not move the level. After `patience` consecutive surprising buckets, the level moves.
 *
 * O(1) per point, 1.5 kB of state. Does not learn cycles other than the day and the week. For numbers that only grow, pass their
 * differences.
 *
 * @example
 * const series = createSeries({ bucket: 60_000 })
 * for (const [time, count] of history) series.learn(time, count)
 * series.assess(now, 40) // { score: 1, direction: 'spike', expected: 2.03, expectedHigh: 7, … }
 */
export const createSeries = (options: SeriesOptions = {}): Series => {
  const { kind = 'count', bucket = minute, memory = 360, warmup = 12, patience = 10 } = options
  const level = kind === 'count' ? createCountLevel(memory) : createValueLevel(memory)
  const season = createSeason(kind === 'count' ? 'ratio' : 'difference')
  const silence = createSilenceModel()
  const recurrence = createRecurrence(memory * habitMemory)
  const hourShare = bucket / hour
  let seen = 0
  let lastTime = Number.NaN
  /** The length of the current run of surprises: positive above, negative below. */
  let run = 0
  /** Totals over that run: the amount clipped, the values, the seasonal part. */
  let runClipped = 0
  let runSum = 0
  let runSeason = 0
  let quiet = 0
  let quietDue = 0
  let longestQuiet = 0
  /** The result for the last assessed number, because most numbers are learnt right afterwards. Every number writes over it. */
  const assessed = { time: Number.NaN, value: 0, usual: 0, expected: 0, p: 1, above: false }

  /** The probability of a zero after the current run of zeros; 1 if such runs are known. */
  const runProbability = (expected: number): number =>
    level.silence && quiet + 1 > longestQuiet * 1.5 ? level.silence(quietDue + expected) : 1

  const judge = (time: number, value: number): void => {
    const usual = season.at(time)
    const { upper, lower } = level.tails(value, usual)
    const p = Math.min(1, 2 * Math.min(upper, lower))
    assessed.time = time
    assessed.value = value
    assessed.usual = usual
    assessed.expected = level.meanAt(usual)
    assessed.p = value === 0 ? Math.min(p, runProbability(assessed.expected)) : p
    assessed.above = upper < lower
  }

  const clamp = (value: number): number => Math.min(largest, Math.max(-largest, value))

  return {
    assess(time, given) {
      const value = clamp(given)
      const { expected, low, high } = level.expect(season.at(time))
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
      judge(time, value)
      const { p: ofLevel, above } = assessed
      const p = kind === 'count' && value === 0 ? Math.min(ofLevel, silence.probability(expected)) : ofLevel
      const habit = p < surprise ? recurrence.rate(rarityOf(p), above) : 0
      const score = Math.min(1, rarityOf(Math.max(p, habit)) / decades)
      const isUsual = p >= 0.01
      const direction = isUsual ? undefined : above ? 'spike' : kind === 'count' && value === 0 ? 'silence' : 'drop'
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
      const isAssessed = missed <= 0 && time === assessed.time && value === assessed.value
      if (!isAssessed) judge(time, value)
      const { usual, expected, p, above } = assessed
      assessed.time = Number.NaN
      const surprising = seen >= 3 && p < surprise
      const begins = surprising && (above ? run <= 0 : run >= 0)
      recurrence.learn(begins ? rarityOf(p) : 0, above)
      run = !surprising ? 0 : begins ? (above ? 1 : -1) : above ? run + 1 : run - 1
      runSum = begins ? value : runSum + value
      runSeason = begins ? usual : runSeason + usual

      const moved = Math.abs(run) >= patience
      const knew = season.knows
      const before = level.meanAt()
      const taken = moved ? value : level.learn(value, usual)
      runClipped = begins ? value - taken : runClipped + value - taken
      if (moved) {
        level.move(runSum, patience, runSeason)
        run = 0
        // Before the weekly pattern is learnt, the move may be due to the hour or the day. Afterwards, it applies to all hours.
        if (knew === 'weeks') season.move(before, level.meanAt())
        else season.correct(time, runClipped, hourShare)
        silence.settle()
      }
      season.learn(time, taken, hourShare)
      if (season.knows !== knew) {
        level.explain()
        silence.explain()
      }

      if (value === 0) {
        quiet++
        // Once silence is the level, no events are due.
        quietDue = moved ? 0 : quietDue + expected
      } else if (quiet > 0) {
        // Grow in steps, so that one outage does not make outages usual.
        longestQuiet = Math.max(longestQuiet * 0.98, Math.min(quiet, 2 * longestQuiet + 3))
        quiet = 0
        quietDue = 0
      }
      silence.learn(value, expected)
      seen++
      if (!(time < lastTime)) lastTime = time
    },

    save() {
      const writer = createWriter(kindName, version).u8(kind === 'count' ? 0 : 1)
      for (const value of [seen, lastTime, run, runSum, runSeason, runClipped, quiet, quietDue, longestQuiet])
        writer.f64(value)
      level.save(writer)
      silence.save(writer)
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
          'Restore it into a series created with the same kind.',
        )
      }
      assessed.time = Number.NaN
      seen = reader.f64()
      lastTime = reader.f64()
      run = reader.f64()
      runSum = reader.f64()
      runSeason = reader.f64()
      runClipped = reader.f64()
      quiet = reader.f64()
      quietDue = reader.f64()
      longestQuiet = reader.f64()
      level.restore(reader)
      silence.restore(reader)
      recurrence.restore(reader)
      season.restore(reader)
    },
  }
}

/** −log10 of a probability, without the sign of zero. */
const rarityOf = (p: number): number => (p >= 1 ? 0 : -Math.log10(Math.max(p, 1e-300)))
