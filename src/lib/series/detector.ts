import { createNearestStretch } from './nearest-stretch.ts'
import { createSortedWindow, type SortedWindow } from './sorted-window.ts'

export interface DetectorOptions {
  /** How many earlier numbers a number is compared with, at most 65,536. */
  readonly memory?: number
}

/**
 * The part of the series that is compared with the past: the change since the previous number (`step`), the last two numbers (`pair`), the
 * last four (`shape`), the last 64 as 16 means (`course`), the variance (`spread`), or how rare the last numbers were in these views
 * (`persistence`).
 */
export type SeriesView = 'step' | 'pair' | 'shape' | 'course' | 'spread' | 'persistence'

/**
 * The kind of anomaly: a number above or below the usual range, a zero, a moved level, a variance above or below the usual, or usual numbers
 * in an unusual order.
 */
export type Kind = 'spike' | 'drop' | 'silence' | 'shift' | 'restless' | 'frozen' | 'pattern'

/** The score of a number, based on the numbers before it. */
export interface Observation {
  /** `rarity`, divided by 100 in the rest of an episode after its alarm. */
  readonly score: number
  /**
   * How anomalous the number is, from 0 to 1: a power mean of the views' −log10(p), divided by 4, where p is the share of earlier
   * numbers as far from everything before them in that view. Several views that agree score higher than one alone.
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
  /** The view with the highest rarity. */
  readonly view: SeriesView
}

export interface SeriesDetector {
  /** Scores a number against the numbers before it, then learns it. NaN and infinities are gaps: they score 0 and are not learnt. */
  observe(value: number): Observation
}

const views: readonly SeriesView[] = ['step', 'pair', 'shape', 'course', 'spread', 'persistence']
const spreadView = views.indexOf('spread')
const persistenceView = views.indexOf('persistence')
const pairLength = 2
const shapeLength = 4
const courseLength = 16
/** The numbers that one mean of a course stands for. */
const courseStep = 4
/** The numbers that the spread and the persistence remember, on average. */
const recentLength = 20
/** The share of numbers outside the usual range, on either side. */
const outside = 0.03
/** −log10 of the smallest share that the memory distinguishes, roughly. */
const decades = 4
/** Until this many numbers, nothing is surprising. */
const minCount = 30
/** The exponent of the mean of the views: a single view weighs more than in the arithmetic mean, less than as the maximum. */
const agreement = 2.5
/** −log10 p at which an episode begins: 1 in 70 in all views, 1 in 700 in two, or 1 in 6,000 in a single one. */
const alarmRarity = 1.84
/** The score from which a number is worth a look. */
export const alarmScore = alarmRarity / decades
/** The length of an episode, as a share of the numbers so far: the longer the series, the fewer alarms. */
const restShare = 0.03
const restFactor = 0.01
/** From this rarity on, a number has a kind. */
const kindRarity = 2
/** Deviations below this share of the range of all numbers are rounding. */
const grainShare = 1e-3
/** Larger numbers would overflow when squared. */
const largest = 1e100

/**
 * Finds anomalies in a series, online and without configuration: it asks whether anything like the last numbers was ever seen. Four views
 * measure the distance of the last stretch to the nearest earlier one (`nearest-stretch.ts`), from a single step to 64 numbers; a fifth
 * notices that the series stands still. Each distance counts by its rank among the earlier distances of this series, so a bursty series
 * needs a larger surprise than a calm one. A sixth view ranks the recent mean of these surprises against its own history: noise surprises
 * for a moment, a change surprises for a while (the anomaly likelihood of Ahmad, Lavin, Purdy and Agha, Neurocomputing 2017, without its
 * normal distribution). After an alarm, further alarms pause in proportion to the length of the series. Scale and shift of the numbers do
 * not matter.
 *
 * About 10 µs per number and 3 MB with the default memory. `createSeries` is the lighter alternative for counts per bucket: it knows the hour of
 * the week, scores without learning and can be saved. For numbers that only grow, pass their differences.
 *
 * @example
 * const detector = createDetector()
 * for (const value of values) if (detector.observe(value).alarm) console.log(value)
 */
export const createDetector = ({ memory = 16_384 }: DetectorOptions = {}): SeriesDetector => {
  const steps = createNearestStretch(1, memory)
  const pairs = createNearestStretch(pairLength, memory)
  const shapes = createNearestStretch(shapeLength, memory)
  const courses = createNearestStretch(courseLength, memory)
  const distances = [steps, pairs, shapes, courses].map(() => createSortedWindow(memory))
  const variances = createSortedWindow(memory)
  const surprises = createSortedWindow(memory)
  const numbers = createSortedWindow(memory)
  const rarities = new Float64Array(views.length)
  let count = 0
  let lastAlarm = Number.NEGATIVE_INFINITY
  let smallest = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  let previous = Number.NaN
  let courseSum = 0
  let courseDistance = 0
  let middle = 0
  let variance = 0
  let surprise = 0

  /** The distance of the course. It stays while its next mean is not complete. */
  const distanceOfCourse = (value: number): number => {
    courseSum += value
    if (count % courseStep === courseStep - 1) {
      courseDistance = courses.distance(courseSum / courseStep)
      courseSum = 0
    }
    return courseDistance
  }

  const rankDistance = (view: number, distance: number): void => {
    const earlier = distances[view]
    if (earlier === undefined) return
    rarities[view] = distance > 0 ? rarityOf(earlier.length - earlier.countBelow(distance), earlier.length) : 0
    earlier.add(distance)
  }

  /** Ranks the variance: rare if it is small. Returns whether it is rare because it is large. */
  const rankSpread = (value: number): boolean => {
    const residual = value - middle
    middle += residual / recentLength
    variance += (residual * residual - variance) / recentLength
    const range = greatest - smallest
    const shown = Math.max(variance, (grainShare * range) ** 2)
    rarities[spreadView] = range > 0 ? rarityOf(variances.countUpTo(shown), variances.length) : 0
    const isRestless = rarityOf(variances.length - variances.countBelow(shown), variances.length) >= kindRarity
    variances.add(shown)
    return isRestless
  }

  const rankPersistence = (): void => {
    let sum = 0
    for (let view = 0; view < persistenceView; view++) sum += rarities[view] ?? 0
    surprise += (sum - surprise) / recentLength
    rarities[persistenceView] = rarityOf(surprises.length - surprises.countBelow(surprise), surprises.length)
    surprises.add(surprise)
  }

  /** Whether the last episode still lasts. */
  const isResting = (): boolean => count - lastAlarm < restShare * count

  return {
    observe(given) {
      const low = numberAt(numbers, outside)
      const expected = numberAt(numbers, 0.5)
      const high = numberAt(numbers, 1 - outside)
      if (!Number.isFinite(given)) {
        return { score: 0, rarity: 0, alarm: false, expected, low, high, kind: undefined, view: 'step' }
      }
      const value = Math.min(largest, Math.max(-largest, given))
      if (count === 0) middle = value
      smallest = Math.min(smallest, value)
      greatest = Math.max(greatest, value)
      rankDistance(0, count === 0 ? 0 : steps.distance(value - previous))
      rankDistance(1, pairs.distance(value))
      rankDistance(2, shapes.distance(value))
      rankDistance(3, distanceOfCourse(value))
      const isRestless = rankSpread(value)
      rankPersistence()
      numbers.add(value)
      previous = value
      const rarity = meanOf(rarities)
      const isEpisode = rarity >= alarmRarity
      const alarm = isEpisode && !isResting()
      if (alarm) lastAlarm = count
      count++
      const top = rarities.indexOf(Math.max(...rarities))
      const view = views[top] ?? 'step'
      const isUnusual = (rarities[top] ?? 0) >= kindRarity
      return {
        score: (rarity / decades) * (isEpisode && !alarm ? restFactor : 1),
        rarity: rarity / decades,
        alarm,
        expected,
        low,
        high,
        kind: isUnusual ? kindOf(view, value, { low, high, isRestless }) : undefined,
        view,
      }
    },
  }
}

/** −log10 of the share of `size` earlier numbers that are as rare, counting the number itself. 0 while there are too few. */
const rarityOf = (asRare: number, size: number): number => (size < minCount ? 0 : Math.log10((size + 1) / (asRare + 1)))

const meanOf = (rarities: Float64Array): number => {
  let sum = 0
  for (const rarity of rarities) sum += rarity ** agreement
  return (sum / rarities.length) ** (1 / agreement)
}

const numberAt = (numbers: SortedWindow, share: number): number => (numbers.length === 0 ? 0 : numbers.at(share))

const kindOf = (
  view: SeriesView,
  value: number,
  { low, high, isRestless }: { readonly low: number; readonly high: number; readonly isRestless: boolean },
): Kind => {
  if (view === 'spread') return 'frozen'
  if (value >= low && value <= high) return isRestless ? 'restless' : 'pattern'
  if (value < low && value === 0) return 'silence'
  if (view === 'course' || view === 'persistence') return 'shift'
  return value > high ? 'spike' : 'drop'
}
