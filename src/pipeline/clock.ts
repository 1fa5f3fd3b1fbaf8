import type { Event } from '../schema/event.ts'
import { isSample } from '../schema/sample.ts'

/** Events this much older than their arrival are history being read in, not news. */
const historyLag = 10 * 60_000

/** The clock of the road. */
export interface Clock {
  now(): number
  /** Looks at the newest events. */
  advance(events: readonly Event[]): void
  /** Forgets what it saw. */
  reset(): void
}

/**
 * Tells the time of the road: the wall clock while news comes in, the time of the newest event while history is read. Without
 * the difference a log from last year would look like a year of silence.
 *
 * @param wall the wall clock; without one (analysis of files) everything is history
 */
export const createClock = (wall?: () => number): Clock => {
  let newest = Number.NEGATIVE_INFINITY
  let lag = 0
  return {
    now() {
      if (wall && (lag < historyLag || newest === Number.NEGATIVE_INFINITY)) return wall()
      return newest === Number.NEGATIVE_INFINITY ? 0 : newest
    },
    advance(events) {
      const last = events.at(-1)
      if (!last) return
      let latest = Number.NEGATIVE_INFINITY
      for (const event of events) if (event.time > latest) latest = event.time
      // A recording is history however new it looks: when it is over, nobody has fallen silent.
      lag = isSample(last.source) ? Number.POSITIVE_INFINITY : last.receivedAt - latest
      if (latest > newest || lag < historyLag) newest = latest
    },
    reset() {
      newest = Number.NEGATIVE_INFINITY
      lag = 0
    },
  }
}
