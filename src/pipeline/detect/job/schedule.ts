import { day, hour, minute } from '../../../lib/units/time.ts'

const mostStarts = 40
/** A pause this long separates two runs. */
const runGap = 2 * hour
/** A message that comes more often is no job. */
const leastInterval = 2.5 * hour
const mostIrregular = 4
const longestRun = 10 * hour
/** How far runs may be from their usual time of day: schedulers often add a random delay of up to an hour. */
const tolerance = 40 * minute
const daysOfWeek = 7
const workingDays = 5
/** So many runs show a habit: of a job that runs weekly, and of one that runs daily. */
const leastWeekly = 3
const leastDaily = 4
/** A run is late after this time, or after four times its usual spread. */
const leastLate = 2 * hour
/** After many runs, less is late: more than summer time shifts a schedule in local time. */
const leastLateOfMany = 75 * minute
const manyRuns = 8
/** So many pauses of one length show a job that runs several times a day. */
const leastIntervals = 12
const longestInterval = 13 * hour
/** How far such a pause may be from the usual one. */
const intervalTolerance = 0.1

/** A pause this long separates two runs of a job that runs about hourly. */
const hourlyGap = 20 * minute
export const leastHourly = 45 * minute
/** So many pauses show an hourly job: more than a day of them, because office hours and nightly pauses are no habit of one. */
const leastHours = 48
const mostOdd = 2

/** The runs of a possible job: times at which a program, or one of its messages, came after a pause. */
export interface Runs {
  starts: number[]
  last: number
  irregular: number
}

export const startRuns = (time: number): Runs => ({ starts: [time], last: time, irregular: 0 })

/** Whether it comes too often, or for too long, to be a job that runs every few hours or days. It may still run hourly. */
export const comesTooOften = ({ irregular }: Runs): boolean => irregular >= mostIrregular

/** Notes an event. Returns whether a run begins with it. O(1). */
export const addToRuns = (runs: Runs, time: number): boolean => {
  const pause = time - runs.last
  if (pause > 0) runs.last = time
  if (comesTooOften(runs)) {
    if (pause > hourlyGap) runs.starts = [...runs.starts.slice(-leastHours), time]
    return pause > hourlyGap
  }
  const start = runs.starts.at(-1) ?? time
  if (pause <= runGap) {
    if (time - start > longestRun) runs.irregular = mostIrregular
    return false
  }
  if (time - start < leastInterval) runs.irregular++
  runs.starts = [...runs.starts.slice(1 - mostStarts), time]
  return true
}

/** The rhythm of jobs that run about hourly. */
export const hourly = 'every hour or two'

/** The rhythm of jobs that run more often. */
export const frequent = 'every few minutes'

/** In the order of saved states. */
export const rhythms = [
  'every day',
  'on working days',
  'every week',
  'on the same days of the week',
  'at regular intervals',
  hourly,
  frequent,
] as const

/** The next run that a job's habit leads to expect. */
export interface ExpectedRun {
  readonly time: number
  /** When it counts as missing. */
  readonly deadline: number
  readonly rhythm: (typeof rhythms)[number]
  readonly runs: number
}

/**
 * Expects a run after the usual pause, if it comes several times a day; else at the usual time of day, on the days on which it ran a week
 * before; before the second week, on the day after four days in a row, unless that is a weekend not seen yet. Undefined without a habit.
 * O(runs).
 */
export const nextRun = (runs: Runs, isProgram = false): ExpectedRun | undefined => {
  // Several messages of one program may seem regular together.
  if (comesTooOften(runs)) return isProgram ? undefined : nextOfHour(runs.starts)
  return (isProgram ? undefined : nextOfDay(runs.starts)) ?? nextByDate(runs.starts)
}

/**
 * The next run of a job that runs about hourly. It is missing after half a pause more, since a restart may shift it. The first one of
 * a weekend is not expected: it may pause then.
 */
const nextOfHour = (starts: readonly number[]): ExpectedRun | undefined => {
  const last = starts.at(-1)
  if (last === undefined || starts.length <= leastHours) return undefined
  const { pauses, usual } = readPauses(starts)
  if (usual < leastHourly) return undefined
  const odd = starts.slice(1).filter((_, i) => Math.abs((pauses[i] ?? 0) - usual) > intervalTolerance * usual)
  // One late run makes two irregular pauses. Those of two days show a habit.
  const spread = (odd.at(-1) ?? 0) - (odd[0] ?? 0)
  if (odd.length > mostOdd || spread > day / 2) return undefined
  const time = last + usual
  if (isWeekend(time) && !isWeekend(last)) return undefined
  return { time, deadline: time + usual / 2, rhythm: hourly, runs: starts.length }
}

/** The pauses between runs, and their median. */
const readPauses = (starts: readonly number[]) => {
  const pauses = starts.slice(1).map((start, i) => start - (starts[i] ?? start))
  return { pauses, usual: pauses.toSorted((a, b) => a - b)[pauses.length >> 1] ?? 0 }
}

/** The next run of a job that runs several times a day. */
const nextOfDay = (starts: readonly number[]): ExpectedRun | undefined => {
  const recent = starts.slice(-leastIntervals - 1)
  const last = recent.at(-1)
  if (last === undefined || recent.length <= leastIntervals) return undefined
  const { pauses, usual } = readPauses(recent)
  if (usual > longestInterval) return undefined
  const offsets = pauses.map((pause) => Math.abs(pause - usual))
  const regular = offsets.filter((offset) => offset <= intervalTolerance * usual)
  // One late run makes two irregular pauses.
  if (regular.length < leastIntervals - 2) return undefined
  const late = Math.max(hour, usual / 4, 4 * Math.max(...regular))
  return { time: last + usual, deadline: last + usual + late, rhythm: 'at regular intervals', runs: recent.length }
}

/**
 * Moves the runs before a lasting change of their time of day to the new one, so that the habit remains: summer time changes that of local
 * schedules in UTC. A change lasts once as many runs as show a habit agree on it.
 */
const alignToNewTime = (starts: readonly number[]): readonly number[] => {
  const last = starts.at(-1) ?? 0
  const offsets = starts.map((start) => offsetFrom(last, start))
  const since = offsets.findLastIndex((offset) => Math.abs(offset) > tolerance) + 1
  if (starts.length - since < leastWeekly) return starts
  const former = offsets.slice(0, since).sort((a, b) => a - b)[since >> 1] ?? 0
  if (Math.abs(former) <= tolerance) return starts
  return starts.map((start, i) =>
    i < since && Math.abs((offsets[i] ?? 0) - former) <= tolerance ? start - former : start,
  )
}

const nextByDate = (given: readonly number[]): ExpectedRun | undefined => {
  const starts = alignToNewTime(given)
  const first = starts[0]
  const last = starts.at(-1)
  if (first === undefined || last === undefined || starts.length < leastWeekly) return undefined
  const offsets = starts.map((start) => offsetFrom(first, start)).sort((a, b) => a - b)
  const usual = offsets[offsets.length >> 1] ?? 0
  const base = first + usual
  const onTime = starts.filter((start) => Math.abs(offsetFrom(base, start)) <= tolerance)
  if (onTime.length < 0.8 * starts.length || Math.abs(offsetFrom(base, last)) > tolerance) return undefined
  const spread = Math.max(...onTime.map((start) => Math.abs(offsetFrom(base, start))))
  const days = new Set(onTime.map((start) => Math.round((start - base) / day)))
  const newest = Math.round((last - base) / day)
  const oldest = Math.min(...days)
  const next = nextDay(days, oldest, newest, (number) => isWeekend(base + number * day))
  if (next === undefined) return undefined
  const time = base + next * day
  const gaps = [...days].sort((a, b) => a - b).map((number, i, all) => number - (all[i - 1] ?? number))
  const isWeekly = gaps.slice(1).every((gap) => gap === daysOfWeek)
  const isDaily = gaps.slice(1).every((gap) => gap === 1)
  const weekends = [...days].some((number) => isWeekend(base + number * day))
  const rhythm = isWeekly
    ? 'every week'
    : isDaily
      ? 'every day'
      : weekends
        ? 'on the same days of the week'
        : 'on working days'
  const least = onTime.length >= manyRuns ? leastLateOfMany : leastLate
  const late = Math.max(least, 4 * spread) * (isWeekly ? 2 : 1)
  return { time, deadline: time + late, rhythm, runs: onTime.length }
}

const nextDay = (
  days: ReadonlySet<number>,
  oldest: number,
  newest: number,
  isRest: (number: number) => boolean,
): number | undefined => {
  const following = Array.from({ length: daysOfWeek }, (_, i) => newest + 1 + i)
  if (newest - oldest < daysOfWeek) {
    const inRow = days.size >= leastDaily && newest - oldest === days.size - 1
    const next = newest + 1
    const isKnown = !isRest(next) || [...days].some(isRest)
    // Around midnight, working days may seem to be others, but are five.
    return inRow && isKnown && days.size !== workingDays ? next : undefined
  }
  // The habit must have predicted the days so far.
  let hits = 0
  let misses = 0
  for (let number = oldest + daysOfWeek; number <= newest; number++) {
    const expected = days.has(number - daysOfWeek)
    if (expected && days.has(number)) hits++
    else if (expected !== days.has(number)) misses++
  }
  if (hits < leastWeekly - 1 || misses * 5 > hits) return undefined
  return following.find((number) => days.has(number - daysOfWeek))
}

/** Returns how far a time is from the nearest same time of day. */
const offsetFrom = (base: number, time: number): number => {
  const rest = (((time - base) % day) + day) % day
  return rest > day / 2 ? rest - day : rest
}

const isWeekend = (time: number): boolean => {
  const weekday = new Date(time).getUTCDay()
  return weekday === 0 || weekday === 6
}
