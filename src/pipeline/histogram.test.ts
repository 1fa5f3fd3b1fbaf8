import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createHistogram } from './histogram.ts'

it('keeps every count whatever the span', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4e12 }), { minLength: 1, maxLength: 200 }), (times) => {
      const histogram = createHistogram()
      for (const time of times) histogram.add(time)
      const slices = histogram.slices(Math.min(...times), Math.max(...times), 48)
      expect(slices.reduce((sum, count) => sum + count, 0)).toBe(times.length)
    }),
  )
})

it('counts each time in its slice', () => {
  const histogram = createHistogram()
  for (let hour = 0; hour < 48; hour++) histogram.add(hour * 3_600_000)
  for (let i = 0; i < 10; i++) histogram.add(30 * 3_600_000 + i)
  const slices = histogram.slices(0, 48 * 3_600_000, 48)
  expect(slices[30]).toBe(11)
  expect(slices.filter((count) => count === 1)).toHaveLength(47)
})

it('stays small over a long span', () => {
  const histogram = createHistogram()
  for (let i = 0; i < 20_000; i++) histogram.add(i * 3_600_000)
  expect(histogram.slices(0, 20_000 * 3_600_000, 4).reduce((sum, count) => sum + count, 0)).toBe(20_000)
})
