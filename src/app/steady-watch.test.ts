import { expect, it } from 'vitest'
import { day, hour, minute } from '../lib/units/time.ts'
import { createSteadyWatch } from './steady-watch.ts'

const watchFrom = (time: number) => {
  let [clock, moment] = [time, 5]
  const watch = createSteadyWatch(
    () => clock,
    () => moment,
  )
  return {
    ...watch,
    set(ms: number) {
      clock += ms
    },
    /** Time passes, and the watch is asked every minute. */
    pass(ms: number) {
      for (let left = ms; left > 0; left -= minute) {
        clock += minute
        moment += minute
        watch.hasWatched(day)
      }
    },
    pause(ms: number) {
      clock += ms
      moment += ms
    },
  }
}

it('has watched an hour after the start, or earlier if less is asked for', () => {
  const watch = watchFrom(day)
  expect(watch.isClockSteady()).toBe(true)
  expect(watch.hasWatched(minute)).toBe(false)
  watch.pass(minute)
  expect(watch.hasWatched(minute)).toBe(true)
  expect(watch.hasWatched(day)).toBe(false)
  watch.pass(hour)
  expect(watch.hasWatched(day)).toBe(true)
})

it.each([day, -day])('watches for another hour after the clock was set by %i ms', (ms) => {
  const watch = watchFrom(day)
  watch.pass(2 * hour)
  watch.set(ms)
  expect([watch.isClockSteady(), watch.hasWatched(day)]).toEqual([false, false])
  watch.pass(hour - minute)
  expect([watch.isClockSteady(), watch.hasWatched(day)]).toEqual([false, false])
  watch.pass(minute)
  expect([watch.isClockSteady(), watch.hasWatched(day)]).toEqual([true, true])
})

it('watches for another hour after a pause, but trusts the clock', () => {
  const watch = watchFrom(day)
  watch.pass(2 * hour)
  watch.pause(2 * day)
  expect([watch.isClockSteady(), watch.hasWatched(day)]).toEqual([true, false])
  watch.pass(hour)
  expect(watch.hasWatched(day)).toBe(true)
})
