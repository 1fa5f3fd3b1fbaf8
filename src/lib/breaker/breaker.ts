import { minute } from '../units/time.ts'
/** Keeps from asking a neighbour that does not answer: after some failures in a row it is left alone for a while. */
export interface Breaker {
  /** Until when it is left alone; undefined when it may be asked. After a pause one question goes through; the next ones wait for its end. */
  closedUntil(): number | undefined
  /** The same, for callers that only want to know. */
  restsUntil(): number | undefined
  succeeded(): void
  /** `wait` is how long the neighbour wants to be left alone, in ms. */
  failed(wait?: number): void
}

const enough = 3
const firstPause = 30_000
const longestPause = 15 * minute

/** Makes a breaker: 3 failures in a row pause for 30 s, each one after that for twice as long, up to 15 min. */
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

/** Lets so many through a minute. */
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
