import { createReader, createWriter } from '../codec/codec.ts'
import { createProfile } from './profile.ts'
import { createSurprise } from './surprise.ts'

export interface DetectorOptions {
  /** After how many numbers old ones begin to fade. */
  readonly memory?: number
}

/** What a number was, seen from what came before it. */
export interface Observation {
  /**
   * How odd, from 0 to 1: −log10(p) / 8, where p is the share of numbers that would be as far out in the view that finds it oddest.
   * 0.25 is one in a hundred, 0.5 one in 10,000. What follows soon upon an alarm has a hundredth of it: an episode is told once.
   */
  readonly score: number
  /** The same before anything is held back. */
  readonly rarity: number
  /** Whether this number begins an episode. */
  readonly alarm: boolean
  readonly expected: number
  /** The usual range: three in a hundred lie below it, three above. */
  readonly low: number
  readonly high: number
  /**
   * What kind of finding a number of rarity 1 in 100 or more is: `spike` and `drop` by its side, `shift` where the numbers before it were
   * on that side too, `silence` where it is zero and zeros are not usual.
   */
  readonly kind: 'spike' | 'drop' | 'shift' | 'silence' | undefined
  /** Against what it is odd: all numbers before it, those of its hour, or those just before it. */
  readonly view: View
}

export type View = 'level' | 'hour' | 'trend'

export interface Detector {
  /** Judges a number by those before it, then learns it. NaN and infinities are gaps: they score 0 and teach nothing. */
  observe(time: number, value: number): Observation
  save(): Uint8Array
  restore(state: Uint8Array): void
}

const kindName = 'series-detector'
const version = 1
const decades = 8
/** −log10 p at which an episode begins: one number in 400. */
const alarmRarity = 2.6
/** An episode lasts for this share of the numbers seen: alarms thin out as a series grows old. */
const restShare = 0.03
const heldBack = 0.01
/** Of what a number says is the trend of the last hundred. */
const trendStep = 0.01
/** Numbers in a row on one side that are a shift. */
const shiftLength = 10
const oddRarity = 2
/** What a number is away from its hour or trend is rounding below this share of the range of all numbers. */
const grainShare = 1e-3
/** Larger numbers would overflow. */
const largest = 1e150

/**
 * Finds what is odd in a series, online, with nothing to set: each number is seen in three views (as it is, against the usual of its hour
 * and weekday, against the trend of late), each view learns its own tails (`surprise.ts`), and the oddest view decides. After an alarm
 * there is rest, in proportion to how much was seen.
 *
 * O(1) a number, 1.6 kB of state. The heavier class beside `createSeries`, which is for counts per bucket that have to be judged
 * before they are learnt and that should forget quickly; this one is for measurements of which little is known, sampled at any times.
 *
 * @example
 * const detector = createDetector()
 * for (const [time, value] of rows) if (detector.observe(time, value).alarm) console.log(time, value)
 */
export const createDetector = ({ memory = 20_000 }: DetectorOptions = {}): Detector => {
  const level = createSurprise(memory)
  const hourly = createSurprise(memory)
  const recent = createSurprise(memory)
  const profile = createProfile()
  let trend = 0
  let seen = 0
  let lastAlarm = Number.NEGATIVE_INFINITY
  let run = 0

  /** Rests are counted in numbers seen, up to what is remembered. */
  const resting = (): boolean => seen - lastAlarm < restShare * Math.min(seen, memory)

  const learn = (time: number, value: number, usual: number): void => {
    const rest = value - usual
    // One outlier must not become what its hour is expected to be.
    const floor = 3 * Math.min(hourly.low, 0)
    const ceiling = 3 * Math.max(hourly.high, 0)
    const grain = grainShare * level.range
    level.learn(value, grain)
    recent.learn(value - trend, grain)
    hourly.learn(rest, grain)
    profile.learn(time, usual + Math.min(Math.max(rest, floor), ceiling))
    trend += (value - trend) * trendStep
    seen++
  }

  return {
    observe(time, given) {
      if (!Number.isFinite(given)) {
        return {
          score: 0,
          rarity: 0,
          alarm: false,
          expected: level.mid,
          low: level.low,
          high: level.high,
          kind: undefined,
          view: 'level',
        }
      }
      const value = Math.min(largest, Math.max(-largest, given))
      if (seen === 0) trend = value
      const usual = profile.at(time, value)
      const grain = grainShare * level.range
      const [view, base, surprise] = oddest([
        ['level', 0, level, level.rarity(value, grain)],
        ['hour', usual, hourly, hourly.rarity(value - usual, grain)],
        ['trend', trend, recent, recent.rarity(value - trend, grain)],
      ])
      const rarity = Math.min(decades, surprise.rarity(value - base, grain))
      const expected = base + surprise.mid
      const low = base + surprise.low
      const high = base + surprise.high
      const side = value > high ? 1 : value < low ? -1 : 0
      run = side === 0 ? 0 : side * run > 0 ? run + side : side
      const kind =
        rarity < oddRarity || side === 0
          ? undefined
          : Math.abs(run) >= shiftLength
            ? 'shift'
            : side > 0
              ? 'spike'
              : value === 0
                ? 'silence'
                : 'drop'
      const alarm = rarity >= alarmRarity && !resting()
      const score = (rarity / decades) * (rarity >= alarmRarity && !alarm ? heldBack : 1)
      if (alarm) lastAlarm = seen
      learn(time, value, usual)
      return { score, rarity: rarity / decades, alarm, expected, low, high, kind, view }
    },
    save() {
      const writer = createWriter(kindName, version)
      for (const value of [trend, seen, lastAlarm, run]) writer.f64(value)
      for (const part of [level, hourly, recent, profile]) part.save(writer)
      return writer.finish()
    },
    restore(state) {
      const reader = createReader(state, kindName, version)
      trend = reader.f64()
      seen = reader.f64()
      lastAlarm = reader.f64()
      run = reader.f64()
      for (const part of [level, hourly, recent, profile]) part.restore(reader)
    },
  }
}

type Candidate = readonly [view: View, base: number, surprise: ReturnType<typeof createSurprise>, rarity: number]

const oddest = (candidates: readonly [Candidate, ...Candidate[]]): Candidate =>
  candidates.reduce((most, other) => (other[3] > most[3] ? other : most), candidates[0])
