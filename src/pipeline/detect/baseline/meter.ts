import { type Assessment, createSeries, type Series } from '../../../lib/series/series.ts'
import { day, hour, minute } from '../../../lib/units/time.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'

/** The possible lengths of a bucket. */
const widths = [minute, 5 * minute, 15 * minute, hour] as const
/** A bucket should hold about this many events; with fewer, a deviation looks like chance. */
const wanted = 5
/** How many buckets end before their length is reviewed. */
const review = 16
const maxRing = 64
/** Bucket length follows the rate of about a day, so that nights do not reset it. */
const rateMemory = day
/** Events older than this many buckets are ignored. */
const lateBuckets = 2
/** After this many old events in a row, the clock has gone back, and the meter follows it. */
const patience = 20

/** A bucket that has ended. */
export interface RateBucket {
  readonly time: number
  readonly width: number
  readonly count: number
  readonly first: EventSample | undefined
  readonly last: EventSample | undefined
}

/** The score of one bucket in a thousand. */
const surprise = 0.375

/** The starts and counts of buckets, in two arrays of plain numbers: thousands of meters hold dozens of buckets each. */
export interface RateRing {
  readonly times: number[]
  readonly counts: number[]
}

/** Counts events in time buckets whose length follows the rate, and learns the usual count. */
export interface RateMeter {
  width: number
  /** The start of the open bucket; NaN before the first event. */
  start: number
  count: number
  first: EventSample | undefined
  last: EventSample | undefined
  /** Whether the meter started in the middle of the open bucket. */
  partial: boolean
  late: number
  series: Series | undefined
  /** The latest buckets, oldest first. They seed the series when buckets get longer. */
  ring: RateRing
  /** Events per ms over about the last day, and the ms observed. */
  dailyRate: number
  observed: number
  /** How many buckets have ended since the last review. */
  sinceReview: number
  /** How many empty buckets in a row. */
  zeros: number
  /** After this many, the meter sleeps until the next event. Later empty buckets are unknown, not usual. */
  readonly maxZeros: number
  /** Buckets with fewer events are learned without being scored, because they would not be reported. */
  readonly scoredFrom: number
}

export const startMeter = (maxZeros: number, scoredFrom: number, width: number = minute): RateMeter => ({
  width,
  start: Number.NaN,
  count: 0,
  first: undefined,
  last: undefined,
  partial: true,
  late: 0,
  series: undefined,
  ring: { times: [], counts: [] },
  dailyRate: 0,
  observed: 0,
  sinceReview: 0,
  zeros: 0,
  maxZeros,
  scoredFrom,
})

/** Receives each bucket that has ended, with its score unless the bucket had too few events. */
export type OnBucketEnd = (bucket: RateBucket, assessment: Assessment | undefined) => void

/** Counts an event and ends the buckets before it. */
export const countEvent = (meter: RateMeter, event: EventSample, onBucketEnd: OnBucketEnd): void => {
  const { time } = event
  if (time < meter.start + meter.width && time >= meter.start) {
    meter.count++
    meter.last = event
    meter.first ??= keepSample(event)
    return
  }
  if (Number.isNaN(meter.start)) {
    open(meter, time)
    meter.zeros = 0
  } else if (time >= meter.start) {
    advance(meter, time, onBucketEnd)
    if (Number.isNaN(meter.start)) {
      open(meter, time)
      meter.zeros = 0
    }
    meter.late = 0
  } else if (meter.start - time > lateBuckets * meter.width) {
    if (++meter.late < patience) return
    open(meter, time)
    meter.partial = true
    meter.late = 0
  }
  meter.count++
  meter.last = event
  meter.first ??= keepSample(event)
}

/** Ends all buckets before a given time, including empty ones, until the meter sleeps. */
export const advance = (meter: RateMeter, time: number, onBucketEnd: OnBucketEnd): void => {
  while (time >= meter.start + meter.width) {
    meter.zeros = meter.count === 0 ? meter.zeros + 1 : 0
    close(meter, onBucketEnd)
    if (meter.zeros < meter.maxZeros) continue
    meter.start = Number.NaN
    return
  }
}

/** Scores the open bucket as if it ended now; it can only grow. */
export const peek = (
  meter: RateMeter,
): { readonly bucket: RateBucket; readonly assessment: Assessment } | undefined => {
  if (!meter.series || meter.count === 0 || meter.partial) return undefined
  return { bucket: bucketOf(meter), assessment: meter.series.assess(meter.start, meter.count) }
}

const bucketOf = ({ start, width, count, first, last }: RateMeter): RateBucket => ({
  time: start,
  width,
  count,
  first,
  last: last && keepSample(last),
})

const open = (meter: RateMeter, time: number): void => {
  meter.start = Math.floor(time / meter.width) * meter.width
  meter.count = 0
  meter.first = undefined
  meter.last = undefined
}

const close = (meter: RateMeter, onBucketEnd: OnBucketEnd): void => {
  const bucket = bucketOf(meter)
  const { partial } = meter
  open(meter, bucket.time + bucket.width)
  meter.partial = false
  if (partial) return
  meter.series ??= createSeries({ bucket: meter.width })
  const assessment = bucket.count < meter.scoredFrom ? undefined : meter.series.assess(bucket.time, bucket.count)
  meter.series.learn(bucket.time, bucket.count)
  addToRing(meter.ring, bucket.time, usualPart(bucket, assessment))
  meter.observed += bucket.width
  meter.dailyRate +=
    (bucket.count / bucket.width - meter.dailyRate) *
    Math.max(bucket.width / meter.observed, 1 - Math.exp(-bucket.width / rateMemory))
  meter.sinceReview++
  onBucketEnd(bucket, assessment)
  if (meter.sinceReview >= review) reviewWidth(meter)
}

const addToRing = ({ times, counts }: RateRing, time: number, count: number): void => {
  times.push(time)
  counts.push(count)
  if (times.length <= maxRing) return
  times.shift()
  counts.shift()
}

/** Caps a spike at the usual range, so that an outage does not teach the longer buckets. */
const usualPart = ({ count }: RateBucket, assessment: Assessment | undefined): number =>
  assessment?.direction === 'spike' && !assessment.learning && assessment.score >= surprise
    ? Math.min(count, Math.ceil(assessment.expectedHigh))
    : count

/** Switches to longer buckets if they hold too few events, and to shorter ones if they hold plenty. */
const reviewWidth = (meter: RateMeter): void => {
  meter.sinceReview = 0
  const rate = meter.dailyRate
  const mean = rate * meter.width
  const next = widths.find((width) => rate * width >= wanted) ?? widths[3]
  // A gap between the two limits prevents flapping.
  if (next === meter.width || (next > meter.width ? mean >= wanted / 2 : rate * next < 2 * wanted)) return
  const longer = next > meter.width
  const ring = longer ? foldRing(meter.ring, next, meter.start) : { times: [], counts: [] }
  meter.width = next
  meter.series = createSeries({ bucket: next })
  for (const [i, time] of ring.times.entries()) meter.series.learn(time, ring.counts[i] ?? 0)
  meter.ring = ring
  const before = meter.start
  meter.start = Math.floor(before / next) * next
  // The shorter buckets already counted the beginning of the longer one.
  meter.partial = meter.start !== before
}

/** Merges short buckets into longer ones and drops incomplete ones. */
const foldRing = ({ times, counts }: RateRing, width: number, end: number): RateRing => {
  const [first = end] = times
  const sums = new Map<number, number>()
  for (const [i, time] of times.entries()) {
    const start = Math.floor(time / width) * width
    sums.set(start, (sums.get(start) ?? 0) + (counts[i] ?? 0))
  }
  const whole = [...sums].filter(([time]) => time >= first && time + width <= end)
  return { times: whole.map(([time]) => time), counts: whole.map(([, count]) => count) }
}

/** Learns zeros for the time before the meter started, because its stream was observed then. */
export const learnEmptyPast = (meter: RateMeter, since: number, until: number): void => {
  const { width } = meter
  const series = createSeries({ bucket: width })
  const ring: RateRing = { times: [], counts: [] }
  const end = Math.floor(until / width) * width
  for (let time = Math.max(Math.ceil(since / width) * width, end - maxRing * width); time < end; time += width) {
    series.learn(time, 0)
    addToRing(ring, time, 0)
  }
  meter.series = series
  meter.ring = ring
  meter.dailyRate = 0
  meter.observed = Math.max(0, Math.min(until - since, rateMemory))
  open(meter, until)
  meter.partial = false
}

/** Learns zeros for the time a meter slept, because its stream continued without such events. */
export const learnEmptyGap = (meter: RateMeter, until: number): void => {
  const { series, width, ring } = meter
  const last = ring.times.at(-1)
  if (!Number.isNaN(meter.start) || !series || last === undefined) return
  const end = Math.floor(until / width) * width
  for (let time = Math.max(last + width, end - maxRing * width); time < end; time += width) {
    series.learn(time, 0)
    addToRing(ring, time, 0)
  }
}

/** Whether a meter has counted without a pause until recently. */
export const isAwake = ({ ring, width }: RateMeter, time: number): boolean => {
  const last = ring.times.at(-1)
  return last !== undefined && time - last < 3 * width
}
