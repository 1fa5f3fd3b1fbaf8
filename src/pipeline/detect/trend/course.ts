import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { day, hour } from '../../../lib/units/time.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { readSample, writeSample } from '../shared/sample-state.ts'

/** A series is counted by quarters of a day and remembered by days. */
export const quarterLength = 6 * hour
const quartersOfDay = day / quarterLength
const mostDays = 35
/** The width of a bucket of durations, as a factor: an error of 5 % at most. */
const bucketBase = Math.log(1.1)

/** The counts of a quarter of a day, or of a whole one. */
export interface Period {
  readonly start: number
  lines: number
  errors: number
  warnings: number
  /** Durations, or the values of a level, by logarithmic bucket. */
  readonly took: Map<number, number>
}

/** A day that is over, in numbers. */
export interface DaySummary {
  readonly start: number
  readonly lines: number
  readonly errors: number
  readonly warnings: number
  /** The number of durations and their 95th percentile, in ms. */
  readonly timed: number
  readonly slow: number
}

/** The course of one service or of one of its routes: quarters of the last day, and whole days before. */
export interface CourseOfDays {
  open: Period
  /** The closed quarters of the last day, oldest first. */
  quarters: Period[]
  today: Period
  days: DaySummary[]
  /** The latest failure and warning and one of the slowest answers of the open quarter and the one before it. */
  failure: EventSample | undefined
  warning: EventSample | undefined
  slowest: EventSample | undefined
  slowestTook: number
}

const startPeriod = (start: number): Period => ({ start, lines: 0, errors: 0, warnings: 0, took: new Map() })

export const startCourse = (time: number): CourseOfDays => {
  const start = Math.floor(time / quarterLength) * quarterLength
  return {
    open: startPeriod(start),
    quarters: [],
    today: startPeriod(Math.floor(time / day) * day),
    days: [],
    failure: undefined,
    warning: undefined,
    slowest: undefined,
    slowestTook: 0,
  }
}

/** Whether an event says that something failed, or that something may. */
export type Outcome = 'error' | 'warning' | undefined

/** Samples the first, second, fourth … event, because a sample costs more than a count. */
const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0

/** Counts one line in the open quarter. O(1). */
export const countInQuarter = (
  course: CourseOfDays,
  event: EventSample,
  outcome: Outcome,
  took: number | undefined,
): void => {
  const { open } = course
  open.lines++
  if (outcome === 'error') {
    open.errors++
    if (isPowerOfTwo(open.errors)) course.failure = keepSample(event)
  } else if (outcome === 'warning') {
    open.warnings++
    if (isPowerOfTwo(open.warnings)) course.warning = keepSample(event)
  }
  if (took === undefined) return
  const bucket = Math.round(Math.log(Math.max(took, 1e-6)) / bucketBase)
  open.took.set(bucket, (open.took.get(bucket) ?? 0) + 1)
  if (took > course.slowestTook) {
    course.slowestTook = took
    course.slowest = keepSample(event)
  }
}

/** Ends the open quarter, and the day with its last quarter, and begins the quarter of a time. */
export const endQuarter = (course: CourseOfDays, time: number): void => {
  const { open, today } = course
  const next = Math.floor(time / quarterLength) * quarterLength
  addTo(today, open)
  course.quarters = [...course.quarters, open].filter(({ start }) => next - start <= quartersOfDay * quarterLength)
  course.open = startPeriod(next)
  const nextDay = Math.floor(time / day) * day
  if (nextDay === today.start) return
  if (today.lines > 0) course.days = [...course.days, summaryOf(today)].slice(-mostDays)
  course.today = startPeriod(nextDay)
}

/** Forgets the samples of a quarter whose findings were reported. */
export const forgetSamples = (course: CourseOfDays): void => {
  course.failure = undefined
  course.warning = undefined
  course.slowest = undefined
  course.slowestTook = 0
}

/** Returns the last 24 hours as one period, and the days before them. */
export const lastDay = ({
  quarters,
  days,
}: CourseOfDays): { readonly last: Period; readonly before: readonly DaySummary[] } => {
  const last = startPeriod(quarters[0]?.start ?? 0)
  for (const quarter of quarters) addTo(last, quarter)
  return { last, before: days.filter(({ start }) => start + day <= last.start) }
}

const addTo = (sum: Period, part: Period): void => {
  sum.lines += part.lines
  sum.errors += part.errors
  sum.warnings += part.warnings
  for (const [bucket, count] of part.took) sum.took.set(bucket, (sum.took.get(bucket) ?? 0) + count)
}

const summaryOf = (period: Period): DaySummary => {
  const { start, lines, errors, warnings } = period
  return { start, lines, errors, warnings, timed: timedIn(period), slow: quantileOf(period, 0.95) }
}

export const timedIn = ({ took }: Period): number => {
  let sum = 0
  for (const count of took.values()) sum += count
  return sum
}

/** Returns a quantile of the durations, to the precision of a bucket; 0 without durations. */
export const quantileOf = (period: Period, share: number): number => {
  let left = timedIn(period) * share
  for (const [bucket, count] of [...period.took].sort(([a], [b]) => a - b)) {
    left -= count
    if (left <= 0) return Math.exp(bucket * bucketBase)
  }
  return 0
}

const writePeriod = (writer: Writer, { start, lines, errors, warnings, took }: Period): void => {
  writer.f64(start).varint(lines).varint(errors).varint(warnings).varint(took.size)
  for (const [bucket, count] of took) writer.f32(bucket).varint(count)
}
const readPeriod = (reader: Reader): Period => {
  const [start, lines, errors, warnings] = [reader.f64(), reader.varint(), reader.varint(), reader.varint()]
  const took = new Map<number, number>()
  for (let left = reader.varint(); left > 0; left--) took.set(reader.f32(), reader.varint())
  return { start, lines, errors, warnings, took }
}

/** Writes a course. Adds its samples to `samples`, because their fields are saved after everything else. */
export const writeCourse = (writer: Writer, course: CourseOfDays, samples: EventSample[]): void => {
  writePeriod(writer, course.open)
  writePeriod(writer, course.today)
  writer.varint(course.quarters.length)
  for (const quarter of course.quarters) writePeriod(writer, quarter)
  writer.varint(course.days.length)
  for (const { start, lines, errors, warnings, timed, slow } of course.days)
    writer.f64(start).varint(lines).varint(errors).varint(warnings).varint(timed).f64(slow)
  for (const sample of [course.failure, course.warning, course.slowest]) writeSample(writer, sample, samples)
  writer.f64(course.slowestTook)
}

export const readCourse = (reader: Reader, samples: EventSample[]): CourseOfDays => {
  const [open, today] = [readPeriod(reader), readPeriod(reader)]
  const quarters = Array.from({ length: reader.varint() }, () => readPeriod(reader))
  const days = Array.from({ length: reader.varint() }, () => ({
    start: reader.f64(),
    lines: reader.varint(),
    errors: reader.varint(),
    warnings: reader.varint(),
    timed: reader.varint(),
    slow: reader.f64(),
  }))
  const [failure, warning, slowest] = Array.from({ length: 3 }, () => readSample(reader, samples))
  return { open, today, quarters, days, failure, warning, slowest, slowestTook: reader.f64() }
}
