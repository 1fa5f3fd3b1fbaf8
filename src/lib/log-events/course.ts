import { day, hour } from '../units/time.ts'
import type { LogEvent } from './log-event.ts'

/** The context of an event from the events before it, itself included. */
export interface Course {
  /** Failures of its user within the hour. */
  readonly failures: number
  /** Addresses of its user within the day. */
  readonly addresses: number
  /** Events of its user within each of the windows. */
  readonly counts: readonly number[]
}

export const isFailed = ({ action }: LogEvent): boolean => action.includes('fail')

/** How many events of one user are remembered; the oldest go first. */
const mostRemembered = 10_000

interface Past {
  events: { readonly time: number; readonly failed: boolean; readonly address: string }[]
  /** The start of each window. */
  starts: number[]
}

/** Follows events in order of time; O(windows) an event on average. `windows` are in seconds. */
export const followCourse = (windows: readonly number[]): ((event: LogEvent) => Course) => {
  const spans = [hour, day, ...windows.map((seconds) => seconds * 1000)]
  const users = new Map<string, Past>()
  return (event) => {
    const past = users.get(event.user) ?? { events: [], starts: spans.map(() => 0) }
    users.set(event.user, past)
    past.events.push({ time: event.time, failed: isFailed(event), address: event.source_ip })
    if (past.events.length > 2 * mostRemembered) {
      const gone = past.events.length - mostRemembered
      past.events.splice(0, gone)
      past.starts = past.starts.map((start) => Math.max(0, start - gone))
    }
    past.starts = past.starts.map((start, index) => {
      let at = start
      while ((past.events[at]?.time ?? event.time) < event.time - (spans[index] ?? 0)) at += 1
      return at
    })
    const [failuresFrom = 0, addressesFrom = 0, ...from] = past.starts
    const within = past.events.slice(failuresFrom)
    return {
      failures: within.reduce((count, { failed }) => count + (failed ? 1 : 0), 0),
      addresses: new Set(past.events.slice(addressesFrom).map(({ address }) => address)).size,
      counts: from.map((start) => past.events.length - start),
    }
  }
}
