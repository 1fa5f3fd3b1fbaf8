import { createReader, createWriter } from '../bytes/codec.ts'
import { createProfile } from './profile.ts'
import { createSurprise, type Surprise } from './surprise.ts'

export interface DetectorOptions {
  /** After how many numbers old ones begin to fade. */
  readonly memory?: number
}

/**
 * How a number is looked at: as it is, or by its distance from the usual of its hour; the same over the last ten; how restless it is; how
 * far that distance is from the one before.
 */
export type View = 'level' | 'hour' | 'stretch' | 'hour-stretch' | 'spread' | 'step'

/** What is odd: a number above or below, or a leap there, a zero, a level that moved, a series that grew restless or froze. */
export type Kind = 'spike' | 'drop' | 'silence' | 'shift' | 'restless' | 'frozen'

/** What a number was, seen from what came before it. */
export interface Observation {
  /** `rarity`, but a hundredth of it while an episode lasts that was told already. */
  readonly score: number
  /**
   * How odd, from 0 to 1: the fourth-power mean of the views' −log10(p), divided by 8, where p is the share of numbers as far out in that
   * view. Several views that agree weigh more than one alone.
   */
  readonly rarity: number
  /** Whether this number begins an episode. */
  readonly alarm: boolean
  readonly expected: number
  /** The usual range: three in a hundred lie below it, three above. */
  readonly low: number
  readonly high: number
  /** What kind of finding it is, where one view or another takes it for one in a hundred or rarer. */
  readonly kind: Kind | undefined
  /** The view that finds it oddest; `step` only where the number is odd neither in itself nor by its hour. */
  readonly view: View
}

export interface Detector {
  /** Judges a number by those before it, then learns it. NaN and infinities are gaps: they score 0 and teach nothing. */
  observe(time: number, value: number): Observation
  save(): Uint8Array
  restore(state: Uint8Array): void
}

const kindName = 'series-detector'
const version = 2
const views: readonly View[] = ['level', 'hour', 'stretch', 'hour-stretch', 'spread', 'step']
const spreadView = 4
const stepView = 5
/** The spread is a logarithm and so has a grain of its own: one in a hundred. */
const spreadGrain = 0.01
const decades = 8
/** A view alone never counts for more: it is a full score. */
const mostRarity = 12
/** −log10 p at which an episode begins: 1 in 160 to all views, or 1 in 2,800 to one alone. */
const alarmRarity = 2.2
/** An episode lasts for this share of the numbers seen: alarms thin out as a series grows old. */
const restShare = 0.03
const heldBack = 0.01
const stretchLength = 10
const spreadLength = 20
/** From here on a finding has a kind. */
const oddRarity = 2
/** Differences below this share of the range of all numbers are rounding. */
const grainShare = 1e-3
/** Larger numbers would overflow when squared. */
const largest = 1e100

/**
 * Finds what is odd in a series, online, with nothing to set: each number is seen in six views, each view learns its own tails
 * (`surprise.ts`), and their fourth-power mean decides. After an alarm there is rest, in proportion to how much was seen. Sampling may be
 * irregular; scale and shift of the numbers do not matter.
 *
 * O(1) a number; 2 kB saved, 20 kB held. The thorough class beside `createSeries`: that one is for counts per bucket, judges without learning,
 * knows silences and forgets within hours; this one is for measurements of which nothing is known, and remembers for long. Not for
 * numbers that only ever grow (give it their differences), nor for hundreds of thousands of series at once.
 *
 * @example
 * const detector = createDetector()
 * for (const [time, value] of rows) if (detector.observe(time, value).alarm) console.log(time, value)
 */
export const createDetector = ({ memory = 20_000 }: DetectorOptions = {}): Detector => {
  const level = createSurprise(memory)
  const hourly = createSurprise(memory)
  const surprises = views.map((view) => (view === 'level' ? level : view === 'hour' ? hourly : createSurprise(memory)))
  const profile = createProfile()
  const seenAs = new Float64Array(views.length)
  const rarities = new Float64Array(views.length)
  let seen = 0
  let lastAlarm = Number.NEGATIVE_INFINITY
  let stretch = 0
  let hourStretch = 0
  let middle = 0
  let variance = 0
  /** How far the number before was from the usual of its hour. */
  let restBefore = Number.NaN

  /** What each view sees; their running means learn the number on the way. */
  const look = (value: number, usual: number): void => {
    const rest = value - usual
    const stray = value - middle
    stretch += (value - stretch) / stretchLength
    hourStretch += (rest - hourStretch) / stretchLength
    middle += stray / spreadLength
    variance += (stray * stray - variance) / spreadLength
    seenAs[0] = value
    seenAs[1] = rest
    seenAs[2] = stretch
    seenAs[3] = hourStretch
    // Of numbers that were all the same there is no logarithm; one far below the range would be rounding.
    const shown = Math.max(variance, (grainShare * level.range) ** 2)
    seenAs[spreadView] = shown > 0 ? Math.log(shown) : Number.NaN
    seenAs[stepView] = rest - restBefore
    restBefore = rest
  }

  /** Judges and learns in every view; returns the index of the one that finds it oddest. */
  const judge = (grain: number): number => {
    let oddest = 0
    for (let at = 0; at < surprises.length; at++) {
      const shown = seenAs[at] ?? 0
      const judged = Number.isNaN(shown)
        ? 0
        : (surprises[at]?.judge(shown, at === spreadView ? spreadGrain : grain) ?? 0)
      rarities[at] = Math.min(mostRarity, judged)
      // A leap says less than the place where it leads, when that is odd too.
      if (at === stepView && oddest !== spreadView && (rarities[oddest] ?? 0) >= oddRarity) continue
      if ((rarities[at] ?? 0) > (rarities[oddest] ?? 0)) oddest = at
    }
    return oddest
  }

  /** The fourth-power mean of the views' rarities. */
  const together = (): number => {
    let sum = 0
    for (let at = 0; at < surprises.length; at++) sum += (rarities[at] ?? 0) ** 4
    return Math.min(decades, Math.sqrt(Math.sqrt(sum / surprises.length)))
  }

  /** Rests are counted in numbers seen, up to what is remembered. */
  const resting = (): boolean => seen - lastAlarm < restShare * Math.min(seen, memory)

  return {
    observe(time, given) {
      if (!Number.isFinite(given)) {
        const { mid: expected, low, high } = level
        return { score: 0, rarity: 0, alarm: false, expected, low, high, kind: undefined, view: 'level' }
      }
      const value = Math.min(largest, Math.max(-largest, given))
      if (seen === 0) {
        stretch = value
        middle = value
      }
      const usual = profile.at(time, value)
      const grain = grainShare * level.range
      look(value, usual)
      // One outlier must not become what its hour is expected to be.
      const believed = Math.min(Math.max(value - usual, 3 * Math.min(hourly.low, 0)), 3 * Math.max(hourly.high, 0))
      profile.learn(time, usual + believed)
      const byAll = bandOf(level, 0)
      const byItsHour = bandOf(hourly, usual)
      const oddest = judge(grain)
      const rarity = together()
      const { expected, low, high } = (rarities[1] ?? 0) > (rarities[0] ?? 0) ? byItsHour : byAll
      const odd = rarity >= alarmRarity
      const alarm = odd && !resting()
      if (alarm) lastAlarm = seen
      seen++
      const isOdd = (rarities[oddest] ?? 0) >= oddRarity
      const isRestless = (seenAs[spreadView] ?? 0) > (surprises[spreadView]?.mid ?? 0)
      const above = oddest === stepView ? (seenAs[stepView] ?? 0) > 0 : value > expected
      const kind = isOdd ? kindOf(views[oddest], value, above, isRestless) : undefined
      return {
        score: (rarity / decades) * (odd && !alarm ? heldBack : 1),
        rarity: rarity / decades,
        alarm,
        expected,
        low,
        high,
        kind,
        view: views[oddest] ?? 'level',
      }
    },
    save() {
      const writer = createWriter(kindName, version)
      for (const value of [seen, lastAlarm, stretch, hourStretch, middle, variance, restBefore]) writer.f64(value)
      for (const part of [...surprises, profile]) part.save(writer)
      return writer.finish()
    },
    restore(state) {
      const reader = createReader(state, kindName, version)
      seen = reader.f64()
      lastAlarm = reader.f64()
      stretch = reader.f64()
      hourStretch = reader.f64()
      middle = reader.f64()
      variance = reader.f64()
      restBefore = reader.f64()
      for (const part of [...surprises, profile]) part.restore(reader)
    },
  }
}

const bandOf = ({ mid, low, high }: Surprise, base: number) => ({
  expected: base + mid,
  low: base + low,
  high: base + high,
})

const kindOf = (view: View | undefined, value: number, above: boolean, isRestless: boolean): Kind => {
  if (view === 'spread') return isRestless ? 'restless' : 'frozen'
  if (view === 'stretch' || view === 'hour-stretch') return value === 0 && !above ? 'silence' : 'shift'
  return above ? 'spike' : value === 0 ? 'silence' : 'drop'
}
