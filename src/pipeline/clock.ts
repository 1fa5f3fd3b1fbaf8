import { z } from 'zod'
import { minute } from '../lib/units/time.ts'
import type { Event } from '../schema/event/event.ts'
import type { Learner } from './checkpoint.ts'

/** Events this much older than their arrival are history. */
const historyLag = 10 * minute

/** The clock of the pipeline. It is saved like everything else that learns from events. */
export interface Clock extends Learner {
  now(): number
  /** Advances the clock to the newest events. */
  advance(events: readonly Event[]): void
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
      lag = last.receivedAt - latest
      if (latest > newest || lag < historyLag) newest = latest
    },
    name: 'clock',
    save: () => Buffer.from(JSON.stringify({ newest: Number.isFinite(newest) ? newest : null, lag })),
    restore(state) {
      const saved = savedClock.parse(JSON.parse(Buffer.from(state).toString()))
      newest = saved.newest ?? Number.NEGATIVE_INFINITY
      lag = saved.lag
    },
  }
}

const savedClock = z.object({ newest: z.number().nullable(), lag: z.number() })
