import { minute } from '../../../lib/units/time.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'

const firstLines = 3

/** Counts one kind of line. Remembers its first lines, its last line and the first line of its busiest minute. */
export interface LineTally {
  count: number
  lines: number
  firsts: readonly EventSample[]
  last: EventSample
  /** The current minute and the busiest one. */
  minute: number
  minuteCount: number
  minuteFirst: EventSample
  peak: number
  peakFirst: EventSample
}

export const startTally = (sample: EventSample): LineTally => ({
  count: 0,
  lines: 0,
  firsts: [],
  last: sample,
  minute: -1,
  minuteCount: 0,
  minuteFirst: sample,
  peak: 0,
  peakFirst: sample,
})

/** Adds a later tally of the same kind of line. */
export const joinTally = (tally: LineTally, later: LineTally): void => {
  tally.count += later.count
  tally.lines += later.lines
  tally.firsts = [...tally.firsts, ...later.firsts].slice(0, firstLines)
  if (later.last.time >= tally.last.time) tally.last = later.last
  if (later.peak > tally.peak) {
    tally.peak = later.peak
    tally.peakFirst = later.peakFirst
  }
}

/** Counts `lines` that represent `times` attempts, of which the event is the first. */
export const countLine = (tally: LineTally, event: EventSample, times: number, lines: number): void => {
  const sample = keepSample(event)
  tally.count += times
  tally.lines += lines
  // Most kinds of lines have one, and a list that grows takes room for 17.
  if (tally.firsts.length < firstLines) tally.firsts = [...tally.firsts, sample]
  if (sample.time >= tally.last.time) tally.last = sample
  const at = Math.floor(sample.time / minute)
  if (at !== tally.minute) {
    tally.minute = at
    tally.minuteCount = 0
    tally.minuteFirst = sample
  }
  tally.minuteCount += times
  if (tally.minuteCount > tally.peak) {
    tally.peak = tally.minuteCount
    tally.peakFirst = tally.minuteFirst
  }
}
