import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createChangeClock } from './change-clock.ts'

it('gives every thread that shares it a later moment than all before', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ first: fc.boolean(), now: fc.integer({ min: 0, max: 50 }) })), (steps) => {
      const one = createChangeClock()
      const two = createChangeClock(one.shared)
      let last = -1
      for (const { first, now } of steps) {
        const moment = (first ? one : two).next(now)
        expect(moment).toBeGreaterThan(last)
        expect(moment).toBeGreaterThanOrEqual(now)
        last = moment
      }
    }),
  )
})

it('continues after the moments that are stored', () => {
  const clock = createChangeClock()
  clock.reached(1_000)
  clock.reached(500)
  expect(clock.next(10)).toBe(1_001)
})
