import { expect, it } from 'vitest'
import { createRandom } from './random.ts'

it('gives the same numbers for the same seed, and others for another', () => {
  const take = (seed: number): number[] => {
    const random = createRandom(seed)
    return Array.from({ length: 20 }, () => random.next())
  }
  expect(take(1)).toEqual(take(1))
  expect(take(1)).not.toEqual(take(2))
  expect(take(0)).not.toEqual(take(-1))
})

it('is spread evenly: chi-square over 100 cells', () => {
  const random = createRandom(42)
  const cells = new Array<number>(100).fill(0)
  for (let i = 0; i < 100_000; i++) {
    const cell = random.below(100)
    cells[cell] = (cells[cell] ?? 0) + 1
  }
  const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
  // 99 degrees of freedom: between the 0.1 % and the 99.9 % points.
  expect(chiSquare).toBeGreaterThan(60)
  expect(chiSquare).toBeLessThan(150)
})

it('stays within its limits', () => {
  const random = createRandom(7)
  for (let i = 0; i < 10_000; i++) {
    const number = random.next()
    expect(number >= 0 && number < 1).toBe(true)
  }
  expect(random.below(1)).toBe(0)
})
