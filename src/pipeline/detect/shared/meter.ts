import { createSeries, type Judgement, type Series } from '../../../lib/series/series.ts'
import { keepSample, type Sample } from './evidence.ts'

const minute = 60_000
/** The lengths that a bucket may have. */
const widths = [minute, 5 * minute, 15 * minute, 60 * minute] as const
/** A bucket should hold about this many events, or what is usual cannot be told from chance. */
const wanted = 5
/** After this many buckets their length is looked at again. */
const review = 16
const maxRing = 64
/** The rate that the length of buckets follows is that of about a day, or nights would undo what days have learnt. */
const rateMemory = 24 * 60 * minute
/** Events older than the open bucket by more than this many buckets are of another time and are not counted. */
const lateBuckets = 2
/** After this many of them in a row the clock has gone back, and so does the meter. */
const patience = 20

/** A bucket that has ended. */
export interface Bucket {
  readonly time: number
  readonly width: number
  readonly count: number
  readonly first: Sample | undefined
  readonly last: Sample | undefined
}

/** One bucket in a thousand. */
const surprise = 0.375

/** Counts events in buckets of time whose length follows the rate, and knows how many are usual. */
export interface Meter {
  width: number
  /** The open bucket; NaN before the first event. */
  start: number
  count: number
  first: Sample | undefined
  last: Sample | undefined
  /** Whether the open bucket began before the meter did. */
  partial: boolean
  late: number
  series: Series | undefined
  /** The latest buckets, oldest first: what a longer bucket starts from. */
  ring: { readonly time: number; readonly count: number }[]
  /** Events a millisecond of about the last day, and how long they were heard. */
  pace: number
  heard: number
  /** How many buckets have ended since their length was looked at. */
  sinceReview: number
  /** How many buckets in a row were empty. */
  zeros: number
  /** After this many of them the meter sleeps until the next event: what is empty then is unknown, not usual. */
  readonly maxZeros: number
  /** Buckets with fewer events are learnt without being judged: nobody would be told of them. */
  readonly judgedFrom: number
}

export const startMeter = (maxZeros: number, judgedFrom: number, width: number = minute): Meter => ({
  width,
  start: Number.NaN,
  count: 0,
  first: undefined,
  last: undefined,
  partial: true,
  late: 0,
  series: undefined,
  ring: [],
  pace: 0,
  heard: 0,
  sinceReview: 0,
  zeros: 0,
  maxZeros,
  judgedFrom,
})

/** Hears of each bucket that has ended, with what was usual before it, unless there was too little in it to ask. */
export type Closed = (bucket: Bucket, judgement: Judgement | undefined) => void

/** Counts an event, ending the buckets before it. */
export const countEvent = (meter: Meter, event: Sample, closed: Closed): void => {
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
    advance(meter, time, closed)
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

/** Ends all buckets that are over at a time, the empty ones too, until the meter falls asleep. */
export const advance = (meter: Meter, time: number, closed: Closed): void => {
  while (time >= meter.start + meter.width) {
    meter.zeros = meter.count === 0 ? meter.zeros + 1 : 0
    close(meter, closed)
    if (meter.zeros < meter.maxZeros) continue
    meter.start = Number.NaN
    return
  }
}

/** Judges the open bucket as if it ended now: it can only grow. */
export const peek = (meter: Meter): { readonly bucket: Bucket; readonly judgement: Judgement } | undefined => {
  if (!meter.series || meter.count === 0 || meter.partial) return undefined
  return { bucket: bucketOf(meter), judgement: meter.series.judge(meter.start, meter.count) }
}

const bucketOf = ({ start, width, count, first, last }: Meter): Bucket => ({
  time: start,
  width,
  count,
  first,
  last: last && keepSample(last),
})

const open = (meter: Meter, time: number): void => {
  meter.start = Math.floor(time / meter.width) * meter.width
  meter.count = 0
  meter.first = undefined
  meter.last = undefined
}

const close = (meter: Meter, closed: Closed): void => {
  const bucket = bucketOf(meter)
  const { partial } = meter
  open(meter, bucket.time + bucket.width)
  meter.partial = false
  if (partial) return
  meter.series ??= createSeries({ bucket: meter.width })
  const judgement = bucket.count < meter.judgedFrom ? undefined : meter.series.judge(bucket.time, bucket.count)
  meter.series.learn(bucket.time, bucket.count)
  meter.ring.push({ time: bucket.time, count: usualPart(bucket, judgement) })
  if (meter.ring.length > maxRing) meter.ring.shift()
  meter.heard += bucket.width
  meter.pace +=
    (bucket.count / bucket.width - meter.pace) *
    Math.max(bucket.width / meter.heard, 1 - Math.exp(-bucket.width / rateMemory))
  meter.sinceReview++
  closed(bucket, judgement)
  if (meter.sinceReview >= review) reviewWidth(meter)
}

/** As much of a bucket as is not a surprise: an outage must not teach the longer bucket that it is usual. */
const usualPart = ({ count }: Bucket, judgement: Judgement | undefined): number =>
  judgement?.direction === 'spike' && !judgement.learning && judgement.score >= surprise
    ? Math.min(count, Math.ceil(judgement.expectedHigh))
    : count

/** Takes longer buckets when there is too little in them, shorter ones when there is plenty. */
const reviewWidth = (meter: Meter): void => {
  meter.sinceReview = 0
  const rate = meter.pace
  const mean = rate * meter.width
  const next = widths.find((width) => rate * width >= wanted) ?? widths[3]
  // Rates that lie between two lengths must not switch to and fro.
  if (next === meter.width || (next > meter.width ? mean >= wanted / 2 : rate * next < 2 * wanted)) return
  const longer = next > meter.width
  const ring = longer ? foldRing(meter.ring, next, meter.start) : []
  meter.width = next
  meter.series = createSeries({ bucket: next })
  for (const { time, count } of ring) meter.series.learn(time, count)
  meter.ring = ring
  const before = meter.start
  meter.start = Math.floor(before / next) * next
  // What the longer bucket holds already was counted in the shorter ones.
  meter.partial = meter.start !== before
}

/** Puts short buckets together to longer ones, leaving out those that are not whole. */
const foldRing = (ring: Meter['ring'], width: number, end: number): Meter['ring'] => {
  const first = ring[0]
  if (!first) return []
  const sums = new Map<number, number>()
  for (const { time, count } of ring) {
    const start = Math.floor(time / width) * width
    sums.set(start, (sums.get(start) ?? 0) + count)
  }
  return [...sums]
    .filter(([time]) => time >= first.time && time + width <= end)
    .map(([time, count]) => ({ time, count }))
}

/** Teaches a meter that there was nothing for a while before it began: what never happened is usual not to. */
export const learnNothing = (meter: Meter, since: number, until: number): void => {
  const { width } = meter
  const series = createSeries({ bucket: width })
  const ring: { time: number; count: number }[] = []
  const end = Math.floor(until / width) * width
  for (let time = Math.max(Math.ceil(since / width) * width, end - maxRing * width); time < end; time += width) {
    series.learn(time, 0)
    ring.push({ time, count: 0 })
  }
  meter.series = series
  meter.ring = ring
  meter.pace = 0
  meter.heard = Math.max(0, Math.min(until - since, rateMemory))
  open(meter, until)
  meter.partial = false
}

/** Teaches a meter that sleeps that there was nothing until now: its stream went on meanwhile, without a line of this kind. */
export const learnQuiet = (meter: Meter, until: number): void => {
  const { series, width } = meter
  const last = meter.ring.at(-1)
  if (!Number.isNaN(meter.start) || !series || !last) return
  const end = Math.floor(until / width) * width
  for (let time = Math.max(last.time + width, end - maxRing * width); time < end; time += width) {
    series.learn(time, 0)
    meter.ring.push({ time, count: 0 })
  }
  if (meter.ring.length > maxRing) meter.ring = meter.ring.slice(-maxRing)
}

/** Whether a meter has counted without a pause until lately. */
export const isAwake = ({ ring, width }: Meter, time: number): boolean => {
  const last = ring.at(-1)
  return last !== undefined && time - last.time < 3 * width
}
