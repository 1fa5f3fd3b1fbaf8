import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { day, hour, minute, week } from '../../../lib/units/time.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { readSample, writeSample } from '../shared/sample-state.ts'
import { HourHistory, type Statistic, type UsualRange } from './hour-history.ts'

/** A window with more values stores every second, every fourth … of them. */
const mostKept = 64
/** A window ends when it is this long and has enough values; one with fewer values lasts longer. */
const leastLength = 10 * minute
const enough = 20
const leastSparseLength = 30 * minute
const enoughSparse = 6
/** With fewer values in this time, a window shows nothing. */
const longestWindow = 3 * hour
/** The slowest tenth is compared if a window has so many values. */
const enoughSlow = 32
const slowShare = 0.9
/** How far a statistic must be outside of the usual range, as a logarithm in hundredths, and by which part of that range. */
const leastBeyond = { median: 40, slow: 70 } as const
const rangeBeyond = 0.5
/** How many standard deviations of a count more than half of the values must be outside of it. */
const certainty = 1.2
/** A change is confirmed by so many windows in a row, and by this time. */
const confirmedBy = 2
const confirmedAfter = 15 * minute
/** So many windows in order end it. */
const overAfter = 2
/** A change that has lasted so long is usual from then on. */
const usualAfter = day
const worseAgain = 1.5
/** The slowest tenth differs more by chance: it must change by so many times the factor of the median. */
const leastSlowFactor = 1.6
/** Changes are learning at first: a weekly rhythm is not known yet. */
const learningTime = week

/** The kind of number: only a rise of durations and levels is bad. */
export interface NumberKind {
  readonly isBadWhenLow: boolean
  /** A smaller difference is not noticed by anybody. */
  readonly leastDifference: number
  /** By what factor its median must change to be reported. A smaller lasting change shows from day to day. */
  readonly leastFactor: number
}

/** A run of windows whose numbers are unlike the usual ones. Logarithms are in hundredths. */
export interface SuddenChange {
  readonly start: number
  readonly isHigh: boolean
  statistic: Statistic
  end: number
  windows: number
  /** The number of values. */
  count: number
  /** The window that was furthest from the usual range, and that range. */
  worst: number
  usual: UsualRange
  normalWindows: number
  readonly isLearning: boolean
  /** The factor and the windows at the last report; 0 before. */
  reported: number
  reportedWindows: number
  /** One of the first unusual values. */
  sample: EventSample | undefined
}

/** Watches a number for sudden changes. */
export interface NumberWatch {
  readonly values: Float32Array
  kept: number
  stride: number
  count: number
  start: number
  last: number
  /** Values outside of these limits are samples of a change. */
  low: number
  high: number
  beyond: number
  sample: EventSample | undefined
  history: HourHistory
  change: SuddenChange | undefined
}

export const startWatch = (): NumberWatch => ({
  values: new Float32Array(mostKept),
  kept: 0,
  stride: 1,
  count: 0,
  start: 0,
  last: 0,
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
  beyond: 0,
  sample: undefined,
  history: new HourHistory(),
  change: undefined,
})

/**
 * Takes a value at a time of a clock that never goes back. Returns the change to report, if the value ended a window that confirms one, or
 * that made it worse or ended it. O(1), and O(hours known) per window.
 */
export const watchNumber = (
  watch: NumberWatch,
  time: number,
  value: number,
  event: EventSample,
  kind: NumberKind,
): SuddenChange | undefined => {
  let found: SuddenChange | undefined
  if (watch.count > 0) {
    const length = time - watch.start
    if (length >= leastLength) {
      if (watch.count >= enough || (watch.count >= enoughSparse && length >= leastSparseLength))
        found = endWindow(watch, kind)
      if (found || length >= longestWindow || watch.kept === 0) startWindow(watch)
    }
  }
  if (watch.count === 0) watch.start = time
  watch.last = time
  if ((watch.count++ & (watch.stride - 1)) === 0) keepValue(watch, value)
  if (value > watch.high || value < watch.low) {
    // Samples the first, second, fourth … value, because a sample costs more than a comparison.
    watch.beyond++
    if ((watch.beyond & (watch.beyond - 1)) === 0) watch.sample = keepSample(event)
  }
  return found
}

const keepValue = (watch: NumberWatch, value: number): void => {
  if (watch.kept === mostKept) {
    watch.kept = mostKept / 2
    watch.stride *= 2
    for (let at = 0; at < watch.kept; at++) watch.values[at] = watch.values[2 * at] ?? 0
  }
  watch.values[watch.kept++] = value
}

const startWindow = (watch: NumberWatch): void => {
  watch.kept = 0
  watch.stride = 1
  watch.count = 0
  watch.beyond = 0
  watch.sample = undefined
}

const toLog = (value: number): number => Math.min(32_000, Math.round(100 * Math.log1p(Math.max(0, value))))
/** Turns a logarithm in hundredths back to the number. */
export const toNumber = (log: number): number => Math.expm1(log / 100)
const hourOf = (time: number): number => Math.floor(time / hour)

const endWindow = (watch: NumberWatch, kind: NumberKind): SuddenChange | undefined => {
  const { history, values, kept, start, last } = watch
  const sorted = values.slice(0, kept).sort()
  const median = toLog(sorted[kept >> 1] ?? 0)
  const slow = kept >= enoughSlow ? toLog(sorted[Math.floor(slowShare * kept)] ?? 0) : undefined
  const now = hourOf((start + last) / 2)
  const before = hourOf(watch.change?.start ?? start)
  const usual = history.usual(now, before, 'median')
  const usualSlow = slow === undefined ? undefined : history.usual(now, before, 'slow')
  const medianBeyond = usual && isMostOutside(sorted, usual) ? beyondOf(median, usual, 'median', kind, watch.change) : 0
  const slowBeyond =
    usualSlow && slow !== undefined ? Math.max(0, beyondOf(slow, usualSlow, 'slow', kind, watch.change)) : 0
  const isLearning = history.size === 0 || start - history.first * hour < learningTime
  history.learn(now, median, slow)
  let found: SuddenChange | undefined
  if (medianBeyond !== 0 && usual) found = extend(watch, kind, 'median', median, medianBeyond, usual, isLearning)
  else if (slowBeyond !== 0 && usualSlow && slow !== undefined)
    found = extend(watch, kind, 'slow', slow, slowBeyond, usualSlow, isLearning)
  else found = rest(watch)
  if (usual) {
    watch.low = kind.isBadWhenLow ? toNumber(usual.low - leastBeyond.median) : Number.NEGATIVE_INFINITY
    watch.high = toNumber(usual.high + leastBeyond.median)
  }
  watch.kept = 0
  return found
}

/**
 * Whether clearly more than half of the values are on one side of the usual range of medians, by a sign test: it holds however heavy the
 * tails of the numbers are.
 */
const isMostOutside = (sorted: Float32Array, { low, high }: UsualRange): boolean => {
  const half = (sorted.length - 1) / 2
  const apart = (certainty * Math.sqrt(sorted.length)) / 2
  const [below, above] = [sorted[Math.floor(half - apart)], sorted[Math.ceil(half + apart)]]
  return (below !== undefined && toLog(below) > high) || (above !== undefined && toLog(above) < low)
}

/** Returns how far a statistic is outside of what is usual, negative below; 0 if it is inside, or nearly. */
const beyondOf = (
  value: number,
  usual: UsualRange,
  statistic: Statistic,
  { isBadWhenLow, leastDifference }: NumberKind,
  change: SuddenChange | undefined,
): number => {
  const { low, high, center } = usual
  const isHigh = value > center
  if (!isHigh && !isBadWhenLow) return 0
  const beyond = isHigh ? value - high : low - value
  const range = isHigh ? high - center : center - low
  // Less is enough for a change that continues.
  const ease = change && change.isHigh === isHigh && change.windows >= confirmedBy ? 0.5 : 1
  if (beyond < ease * Math.max(leastBeyond[statistic], rangeBeyond * range)) return 0
  const difference = Math.abs(toNumber(value) - toNumber(isHigh ? high : low))
  if (difference < leastDifference) return 0
  return isHigh ? beyond : -beyond
}

const extend = (
  watch: NumberWatch,
  { leastFactor }: NumberKind,
  statistic: Statistic,
  value: number,
  beyond: number,
  usual: UsualRange,
  isLearning: boolean,
): SuddenChange | undefined => {
  const isHigh = beyond > 0
  let { change } = watch
  if (!change || change.isHigh !== isHigh) {
    change = {
      start: watch.start,
      isHigh,
      statistic,
      end: watch.last,
      windows: 0,
      count: 0,
      worst: value,
      usual,
      normalWindows: 0,
      isLearning,
      reported: 0,
      reportedWindows: 0,
      sample: undefined,
    }
    watch.change = change
  }
  change.windows++
  change.count += watch.count
  change.end = watch.last
  change.normalWindows = 0
  change.sample ??= watch.sample
  const isBetter = change.statistic === 'slow' && statistic === 'median'
  const isWorse = change.statistic === statistic && (isHigh ? value > change.worst : value < change.worst)
  if (isBetter || isWorse) Object.assign(change, { statistic, worst: value, usual })
  if (change.windows < confirmedBy || change.end - change.start < confirmedAfter) return undefined
  if (change.end - change.start >= usualAfter) {
    watch.history.forgetBefore(hourOf(change.start) + 1)
    watch.change = undefined
  }
  const factor = factorOf(change)
  if (factor < leastFactor * (change.statistic === 'slow' ? leastSlowFactor : 1)) return undefined
  const isNews =
    change.reported === 0 || factor >= worseAgain * change.reported || change.windows >= 2 * change.reportedWindows
  if (!isNews) return undefined
  change.reported = factor
  change.reportedWindows = change.windows
  return change
}

/** Notes a window in order. Returns a reported change that is over. */
const rest = (watch: NumberWatch): SuddenChange | undefined => {
  const { change } = watch
  if (!change) return undefined
  if (++change.normalWindows < overAfter) return undefined
  watch.change = undefined
  return change.reported > 0 && change.windows > change.reportedWindows ? change : undefined
}

/** By what factor a change is from the usual number; above 1 in both directions. */
export const factorOf = ({ worst, usual, isHigh }: SuddenChange): number => {
  const [now, then] = [toNumber(worst) + 0.5, toNumber(usual.center) + 0.5]
  return isHigh ? now / then : then / now
}

export const writeWatch = (writer: Writer, watch: NumberWatch, samples: EventSample[]): void => {
  const { values, kept, stride, count, start, last, low, high, beyond, sample, history, change } = watch
  writer.f32s(values.slice(0, kept)).varint(stride).varint(count).f64(start).f64(last)
  writer.f64(low).f64(high).varint(beyond)
  writeSample(writer, sample, samples)
  history.write(writer)
  writer.u8(change ? 1 : 0)
  if (!change) return
  writer.u8((change.isHigh ? 1 : 0) + (change.statistic === 'slow' ? 2 : 0) + (change.isLearning ? 4 : 0))
  writer.f64(change.start).f64(change.end).varint(change.windows).varint(change.count)
  writer.f64(change.worst).f64(change.usual.low).f64(change.usual.high).f64(change.usual.center)
  writer.varint(change.normalWindows).f64(change.reported).varint(change.reportedWindows)
  writeSample(writer, change.sample, samples)
}

export const readWatch = (reader: Reader, samples: EventSample[]): NumberWatch => {
  const watch = startWatch()
  const values = reader.f32s()
  watch.values.set(values)
  watch.kept = values.length
  watch.stride = reader.varint()
  watch.count = reader.varint()
  watch.start = reader.f64()
  watch.last = reader.f64()
  watch.low = reader.f64()
  watch.high = reader.f64()
  watch.beyond = reader.varint()
  watch.sample = readSample(reader, samples)
  watch.history = HourHistory.read(reader)
  if (reader.u8() === 0) return watch
  const flags = reader.u8()
  watch.change = {
    isHigh: (flags & 1) !== 0,
    statistic: (flags & 2) !== 0 ? 'slow' : 'median',
    isLearning: (flags & 4) !== 0,
    start: reader.f64(),
    end: reader.f64(),
    windows: reader.varint(),
    count: reader.varint(),
    worst: reader.f64(),
    usual: { low: reader.f64(), high: reader.f64(), center: reader.f64() },
    normalWindows: reader.varint(),
    reported: reader.f64(),
    reportedWindows: reader.varint(),
    sample: readSample(reader, samples),
  }
  return watch
}
