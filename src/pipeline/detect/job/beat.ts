import { day, hour, minute, week } from '../../../lib/units/time.ts'
import { type ExpectedRun, frequent, leastHourly } from './schedule.ts'

/** A shorter pause separates no runs. */
export const leastBeatPause = 10_000
/** Health checks are noted once in this time. */
export const leastCheckPause = 45_000
/** Lines of one run come within this part of the usual pause, and are so many at most. */
const runShare = 1 / 3
const mostLinesOfRun = 20
/** How far a pause may be from the usual one. */
const beatTolerance = 0.25
/** How much each pause moves the usual one. */
const adaptation = 1 / 16
/** With so many pauses, their counts are halved: a new rhythm must outweigh the old one. */
const mostCounted = 128
/** So many regular pauses, in so much time, show a rhythm. It has shown each hour of the day twice. */
const leastRegular = 48
const leastSpan = 2 * day
/** Of so many regular pauses, one may be irregular. */
const regularPerOdd = 10
/** A run is late after more than summer time shifts a schedule in local time, and after this many times the longest pause. */
const leastBeatLate = 75 * minute
const timesLongest = 2
/** For how long, at least, to remember the longest pause: a job that rests by night or at weekends does so again within that time. */
const remembersPauses = 2 * week
/** A rhythm seen for less time has not shown all of a week. */
const wholeWeek = 8 * day
/** The weekend anywhere on earth, and the evening before, in hours since Monday in UTC. */
const weekendFrom = 4 * 24
const weekendTo = 12

/** The rhythm of a message that comes more often than hourly, in constant space. */
export interface Beat {
  /** Since when the rhythm lasts. */
  since: number
  /** When the last run began, and how many short pauses it had. */
  start: number
  lines: number
  /** The usual time from run to run; 0 at first, and infinite for a message that is not followed. */
  usual: number
  regular: number
  odd: number
  /** The longest pause since some time, and in the time before. */
  longest: number
  longestBefore: number
  turnedAt: number
  /** The longest pause that was reported. If another one is, they are a habit. */
  reported: number
  isMissing: boolean
}

export const startBeat = (time: number, isFollowed: boolean): Beat => ({
  since: time,
  start: time,
  lines: 0,
  usual: isFollowed ? 0 : Number.POSITIVE_INFINITY,
  regular: 0,
  odd: 0,
  longest: 0,
  longestBefore: 0,
  turnedAt: time,
  reported: 0,
  isMissing: false,
})

/** Whether a message has come in a rhythm so far. */
export const isRegular = ({ regular, odd, usual }: Beat): boolean => regular > odd && usual < leastHourly

/** Notes a message after a pause. Returns whether a run begins with it. O(1). */
export const addToBeat = (beat: Beat, time: number, pause: number): boolean => {
  if (beat.usual === Number.POSITIVE_INFINITY || pause < leastBeatPause) return false
  if (pause < runShare * beat.usual) {
    if (++beat.lines > mostLinesOfRun) changeRhythm(beat, time, pause)
    return false
  }
  const interval = time - beat.start
  beat.start = time
  beat.lines = 0
  noteLongest(beat, time, interval)
  if (Math.abs(interval - beat.usual) <= beatTolerance * beat.usual) {
    beat.regular++
    beat.usual += adaptation * (interval - beat.usual)
  } else if (++beat.odd > beat.regular) changeRhythm(beat, time, interval)
  if (beat.regular + beat.odd >= mostCounted) {
    beat.regular /= 2
    beat.odd /= 2
  }
  return true
}

const changeRhythm = (beat: Beat, time: number, usual: number): void => {
  beat.since = time
  beat.start = time
  beat.lines = 0
  beat.usual = usual
  beat.regular = 0
  beat.odd = 0
}

const noteLongest = (beat: Beat, time: number, interval: number): void => {
  if (time - beat.turnedAt > remembersPauses) {
    beat.turnedAt = time
    beat.longestBefore = beat.longest
    beat.longest = 0
  }
  const usual = beat.isMissing ? Math.min(beat.reported, interval) : interval
  if (beat.isMissing) beat.reported = Math.max(beat.reported, interval)
  beat.isMissing = false
  beat.longest = Math.max(beat.longest, usual)
}

/**
 * The next run of a message that comes more often than hourly. It is missing after an hour and a quarter, and after twice the longest pause
 * of some weeks: a few runs that are missing are no incident. Undefined without a rhythm. Weekends are not expected before one was seen. O(1).
 */
export const nextBeat = (beat: Beat): ExpectedRun | undefined => {
  const { since, start, usual, regular, odd, longest, longestBefore } = beat
  if (usual >= leastHourly || regular < leastRegular || odd * regularPerOdd > regular) return undefined
  if (start - since < leastSpan) return undefined
  const deadline = start + Math.max(usual + leastBeatLate, timesLongest * Math.max(longest, longestBefore))
  const isNew = start - since < wholeWeek
  if (isNew && (mayBeWeekend(start) || mayBeWeekend(deadline))) return undefined
  return { time: start + usual, deadline, rhythm: frequent, runs: Math.floor(regular) }
}

/** The epoch began on a Thursday. */
const mayBeWeekend = (time: number): boolean => {
  const hours = ((time + 3 * day) % week) / hour
  return hours >= weekendFrom || hours < weekendTo
}
