import type { Event } from '../schema/event.ts'
import { isSample } from '../schema/sample.ts'

/** Events this much older than their arrival are history. */
const historyLag = 10 * 60_000

/** The clock of the pipeline. */
export interface Clock {
  now(): number
  /** Advances the clock to the newest events. */
  advance(events: readonly Event[]): void
  /** Forgets all events. */
  reset(): void
}

/**
 * Creates the clock of the pipeline: the wall clock for live events, the time of the newest event for history. By the wall clock, last
 * year's log would look like a year of silence.
 *
 * @param wall the wall clock; without one (in an analysis of files) everything is history
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
      // A sample recording counts as history even if it looks live, so that its end is no silence.
      lag = isSample(last.source) ? Number.POSITIVE_INFINITY : last.receivedAt - latest
      if (latest > newest || lag < historyLag) newest = latest
    },
    reset() {
      newest = Number.NEGATIVE_INFINITY
      lag = 0
    },
  }
}
