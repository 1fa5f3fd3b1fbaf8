import { hour, minute } from '../lib/units/time.ts'

/** A difference between the clock and the time that has passed, and a pause between two calls, that count as a gap, in ms. */
const longestGap = 10 * minute
/** How long the program watches after a gap before it trusts the clock, or takes silence for an end, in ms. */
const longestWatch = hour

export interface SteadyWatch {
  /** Whether the program has watched without a gap for `ms`, or for an hour if that is shorter. Call it every few minutes. */
  hasWatched(ms: number): boolean
  /** Whether the clock has not been set, and the machine not been suspended, within the last hour. */
  isClockSteady(): boolean
}

/**
 * Notices gaps: the start of the program, a pause, and a clock that was set. Senders have had no chance to report anything during a gap,
 * however many hours the clock shows, and a wrong clock may soon be corrected.
 *
 * @param moments the time that has passed, in ms, whatever the clock shows
 */
export const createSteadyWatch = (now: () => number, moments: () => number = () => performance.now()): SteadyWatch => {
  let begun = moments()
  let setAt = Number.NEGATIVE_INFINITY
  let last = { time: now(), moment: begun }
  const observe = (): number => {
    const [time, moment] = [now(), moments()]
    const passed = moment - last.moment
    const wasSet = Math.abs(time - last.time - passed) > longestGap
    if (wasSet) setAt = moment
    if (wasSet || passed > longestGap) begun = moment
    last = { time, moment }
    return moment
  }
  return {
    hasWatched: (ms) => observe() - begun >= Math.min(ms, longestWatch),
    isClockSteady: () => observe() - setAt >= longestWatch,
  }
}
