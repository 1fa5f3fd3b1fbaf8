import { minute } from '../units/time.ts'
/** A circuit breaker: after several failures in a row, pauses the calls to a service for a while. */
export interface Breaker {
  /** The end of the pause; undefined if calls are allowed. After a pause, one call is allowed; the next ones wait for its result. */
  closedUntil(): number | undefined
  /** The same, without taking the one allowed call. */
  restsUntil(): number | undefined
  succeeded(): void
  /** `wait` is the pause that the service requests, in ms. */
  failed(wait?: number): void
}

const enough = 3
const firstPause = 30_000
const longestPause = 15 * minute

/** Creates a breaker: 3 failures in a row pause for 30 s, each further one for twice as long, up to 15 min. */
export const createBreaker = (now: () => number): Breaker => {
  let failures = 0
  let until = 0
  return {
    closedUntil() {
      if (until > now()) return until
      // The next caller probes; others wait for its result, or long enough for it to be known.
      if (failures >= enough) until = now() + firstPause
      return undefined
    },
    restsUntil: () => (until > now() ? until : undefined),
    succeeded() {
      failures = 0
      until = 0
    },
    failed(wait = 0) {
      failures++
      const pause = failures >= enough ? Math.min(longestPause, firstPause * 2 ** (failures - enough)) : 0
      until = now() + Math.max(pause, wait)
    },
  }
}

/** Allows a number of calls per minute. */
export const createMinuteLimit = (perMinute: number, now: () => number): (() => boolean) => {
  let left = perMinute
  let filled = now()
  return () => {
    left = Math.min(perMinute, left + ((now() - filled) * perMinute) / minute)
    filled = now()
    if (left < 1) return false
    left--
    return true
  }
}
