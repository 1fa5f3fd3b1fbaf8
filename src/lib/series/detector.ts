import { createReader, createWriter } from '../bytes/codec.ts'
import { createProfile } from './profile.ts'
import { createSurprise, type Surprise } from './surprise.ts'

export interface DetectorOptions {
  /** After this many numbers, old ones lose weight. */
  readonly memory?: number
}

/**
 * A feature of the series: the number itself, or its distance from the usual number of the hour (`hour`); the means of both over the last
 * ten numbers (`stretch`, `hour-stretch`); the variance (`spread`); the change of the distance since the previous number (`step`).
 */
export type SeriesView = 'level' | 'hour' | 'stretch' | 'hour-stretch' | 'spread' | 'step'

/** The kind of anomaly: a number or a jump above or below the usual range, a zero, a moved level, a variance above or below the usual. */
export type Kind = 'spike' | 'drop' | 'silence' | 'shift' | 'restless' | 'frozen'

/** The score of a number, based on the numbers before it. */
export interface Observation {
  /** `rarity`, divided by 100 in the rest of an episode after its alarm. */
  readonly score: number
  /**
   * How anomalous the number is, from 0 to 1: the fourth-power mean of the views' −log10(p), divided by 8, where p is the share of numbers
   * as far out in that view. Several views that agree score higher than one alone.
   */
  readonly rarity: number
  /** Whether this number begins an episode. */
  readonly alarm: boolean
  readonly expected: number
  /** The usual range: 3 % of numbers lie below it, 3 % above. */
  readonly low: number
  readonly high: number
  /** The kind of anomaly, if the number is rarer than 1 in 100 in at least one view. */
  readonly kind: Kind | undefined
  /** The view with the highest rarity; `step` only if the number is anomalous neither in itself nor for its hour. */
  readonly view: SeriesView
}

export interface SeriesDetector {
  /** Scores a number against the numbers before it, then learns it. NaN and infinities are gaps: they score 0 and are not learnt. */
  observe(time: number, value: number): Observation
  save(): Uint8Array
  restore(state: Uint8Array): void
}

const kindName = 'series-detector'
const version = 2
const views: readonly SeriesView[] = ['level', 'hour', 'stretch', 'hour-stretch', 'spread', 'step']
const spreadView = 4
const stepView = 5
/** The spread is a logarithm, so its rounding limit is absolute. */
const spreadGrain = 0.01
const decades = 8
/** The limit of a single view, which gives a score of 1 on its own. */
const maxRarity = 12
/** −log10 p at which an episode begins: 1 in 160 in all views, or 1 in 2,800 in a single one. */
const alarmRarity = 2.2
/** The length of an episode, as a share of the numbers so far: the longer the series, the fewer alarms. */
const restShare = 0.03
const restFactor = 0.01
const stretchLength = 10
const spreadLength = 20
/** From this rarity on, a number has a kind. */
const kindRarity = 2
/** Differences below this share of the range of all numbers are rounding. */
const grainShare = 1e-3
/** Larger numbers would overflow when squared. */
const largest = 1e100

/**
 * Finds anomalies in a series, online and without configuration. Six views each learn their own tails (`surprise.ts`), and their
 * fourth-power mean is the rarity. After an alarm, further alarms pause in proportion to the length of the series. Sampling may be
 * irregular. Scale and shift of the numbers do not matter.
 *
 * O(1) per number, 2 kB saved, 20 kB in memory. `createSeries` is the lighter alternative for counts per bucket: it scores without
 * learning, detects silence and forgets within hours. Use this one for arbitrary measurements with a long memory. For numbers that only
 * grow, pass their differences. Not for hundreds of thousands of series at once.
 *
 * @example
 * const detector = createDetector()
 * for (const [time, value] of rows) if (detector.observe(time, value).alarm) console.log(time, value)
 */
export const createDetector = ({ memory = 20_000 }: DetectorOptions = {}): SeriesDetector => {
  const level = createSurprise(memory)
  const hourly = createSurprise(memory)
  const surprises = views.map((view) => (view === 'level' ? level : view === 'hour' ? hourly : createSurprise(memory)))
  const profile = createProfile()
  const viewed = new Float64Array(views.length)
  const rarities = new Float64Array(views.length)
  let count = 0
  let lastAlarm = Number.NEGATIVE_INFINITY
  let stretch = 0
  let hourStretch = 0
  let middle = 0
  let variance = 0
  /** The previous number's distance from the usual number of its hour. */
  let previousOffset = Number.NaN

  /** Calculates the value of each view, and updates their running means. */
  const computeViews = (value: number, usual: number): void => {
    const offset = value - usual
    const residual = value - middle
    stretch += (value - stretch) / stretchLength
    hourStretch += (offset - hourStretch) / stretchLength
    middle += residual / spreadLength
    variance += (residual * residual - variance) / spreadLength
    viewed[0] = value
    viewed[1] = offset
    viewed[2] = stretch
    viewed[3] = hourStretch
    // The variance of equal numbers has no logarithm, and a variance far below the range is rounding.
    const shown = Math.max(variance, (grainShare * level.range) ** 2)
    viewed[spreadView] = shown > 0 ? Math.log(shown) : Number.NaN
    viewed[stepView] = offset - previousOffset
    previousOffset = offset
  }

  /** Scores and learns in every view. Returns the index of the view with the highest rarity. */
  const score = (grain: number): number => {
    let top = 0
    for (let at = 0; at < surprises.length; at++) {
      const shown = viewed[at] ?? 0
      const rarity = Number.isNaN(shown)
        ? 0
        : (surprises[at]?.score(shown, at === spreadView ? spreadGrain : grain) ?? 0)
      rarities[at] = Math.min(maxRarity, rarity)
      // If the number itself is anomalous, report that instead of the jump to it.
      if (at === stepView && top !== spreadView && (rarities[top] ?? 0) >= kindRarity) continue
      if ((rarities[at] ?? 0) > (rarities[top] ?? 0)) top = at
    }
    return top
  }

  /** The fourth-power mean of the views' rarities. */
  const meanRarity = (): number => {
    let sum = 0
    for (let at = 0; at < surprises.length; at++) sum += (rarities[at] ?? 0) ** 4
    return Math.min(decades, Math.sqrt(Math.sqrt(sum / surprises.length)))
  }

  /** Whether the last episode still lasts. Its length grows with the series, up to `memory`. */
  const isResting = (): boolean => count - lastAlarm < restShare * Math.min(count, memory)

  return {
    observe(time, given) {
      if (!Number.isFinite(given)) {
        const { mid: expected, low, high } = level
        return { score: 0, rarity: 0, alarm: false, expected, low, high, kind: undefined, view: 'level' }
      }
      const value = Math.min(largest, Math.max(-largest, given))
      if (count === 0) {
        stretch = value
        middle = value
      }
      const usual = profile.at(time, value)
      const grain = grainShare * level.range
      computeViews(value, usual)
      // Clip outliers, so that one of them does not become the usual number of its hour.
      const clipped = Math.min(Math.max(value - usual, 3 * Math.min(hourly.low, 0)), 3 * Math.max(hourly.high, 0))
      profile.learn(time, usual + clipped)
      const overallBand = bandOf(level, 0)
      const hourBand = bandOf(hourly, usual)
      const top = score(grain)
      const rarity = meanRarity()
      const { expected, low, high } = (rarities[1] ?? 0) > (rarities[0] ?? 0) ? hourBand : overallBand
      const isEpisode = rarity >= alarmRarity
      const alarm = isEpisode && !isResting()
      if (alarm) lastAlarm = count
      count++
      const hasKind = (rarities[top] ?? 0) >= kindRarity
      const isRestless = (viewed[spreadView] ?? 0) > (surprises[spreadView]?.mid ?? 0)
      const above = top === stepView ? (viewed[stepView] ?? 0) > 0 : value > expected
      const kind = hasKind ? kindOf(views[top], value, above, isRestless) : undefined
      return {
        score: (rarity / decades) * (isEpisode && !alarm ? restFactor : 1),
        rarity: rarity / decades,
        alarm,
        expected,
        low,
        high,
        kind,
        view: views[top] ?? 'level',
      }
    },
    save() {
      const writer = createWriter(kindName, version)
      for (const value of [count, lastAlarm, stretch, hourStretch, middle, variance, previousOffset]) writer.f64(value)
      for (const part of [...surprises, profile]) part.save(writer)
      return writer.finish()
    },
    restore(state) {
      const reader = createReader(state, kindName, version)
      count = reader.f64()
      lastAlarm = reader.f64()
      stretch = reader.f64()
      hourStretch = reader.f64()
      middle = reader.f64()
      variance = reader.f64()
      previousOffset = reader.f64()
      for (const part of [...surprises, profile]) part.restore(reader)
    },
  }
}

const bandOf = ({ mid, low, high }: Surprise, base: number) => ({
  expected: base + mid,
  low: base + low,
  high: base + high,
})

const kindOf = (view: SeriesView | undefined, value: number, above: boolean, isRestless: boolean): Kind => {
  if (view === 'spread') return isRestless ? 'restless' : 'frozen'
  if (view === 'stretch' || view === 'hour-stretch') return value === 0 && !above ? 'silence' : 'shift'
  return above ? 'spike' : value === 0 ? 'silence' : 'drop'
}
