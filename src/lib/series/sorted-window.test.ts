import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { createSortedWindow } from './sorted-window.ts'

it('counts and orders the last numbers', () => {
  const size = 30
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 100 }),
      fc.integer({ max: 11 }),
      (numbers, value) => {
        const window = createSortedWindow(size)
        for (const number of numbers) window.add(number)
        const last = numbers.slice(-size)
        expect(window.length).toBe(last.length)
        expect(window.countBelow(value)).toBe(last.filter((number) => number < value).length)
        expect(window.countUpTo(value)).toBe(last.filter((number) => number <= value).length)
        expect(window.at(0.5)).toBe(last.length === 0 ? Number.NaN : last.toSorted()[Math.floor(last.length / 2)])
      },
    ),
    { seed: 1, numRuns: runs(200) },
  )
})
