import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createReader, createWriter } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { createQuantiles } from './quantiles.ts'

const shares = [0, 0.03, 0.25, 0.5, 0.75, 0.97, 1]

it('follows the quantiles of streams, also with heavy tails and steps', () => {
  const random = createRandom(3)
  for (const draw of [
    () => random.next(),
    () => 1 / (random.next() + 1e-3),
    () => (random.next() < 0.8 ? random.below(4) : 50 + random.below(10)),
  ]) {
    const quantiles = createQuantiles(shares, 1e9)
    const all: number[] = []
    for (let i = 0; i < 20_000; i++) {
      const value = draw()
      quantiles.learn(value)
      all.push(value)
    }
    all.sort((a, b) => a - b)
    shares.forEach((share, marker) => {
      // Compare ranks: a height between two steps of the distribution is arbitrary.
      const height = quantiles.at(marker)
      const below = all.filter((value) => value < height - 0.5).length / all.length
      const upTo = all.filter((value) => value <= height + 0.5).length / all.length
      expect(below - 0.02).toBeLessThan(share)
      expect(upTo + 0.02).toBeGreaterThan(share)
    })
  }
})

it('forgets numbers older than its memory', () => {
  const random = createRandom(4)
  const quantiles = createQuantiles(shares, 1000)
  for (let i = 0; i < 5000; i++) quantiles.learn(random.next())
  for (let i = 0; i < 5000; i++) quantiles.learn(10 + random.next())
  expect(quantiles.at(3)).toBeGreaterThan(10)
  expect(quantiles.count).toBeLessThan(1052)
})

it('keeps its markers in order and within the range of the numbers', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e100, max: 1e100 }), { minLength: 1, maxLength: 80 }),
      (values) => {
        const quantiles = createQuantiles(shares, 30)
        for (const value of values) quantiles.learn(value)
        const heights = shares.map((_, marker) => quantiles.at(marker))
        expect([...heights].sort((a, b) => a - b)).toEqual(heights)
        expect(heights[0]).toBeGreaterThanOrEqual(Math.min(...values))
        expect(heights.at(-1)).toBeLessThanOrEqual(Math.max(...values))
      },
    ),
    { seed: 5 },
  )
})

it('continues from its saved state', () => {
  const random = createRandom(6)
  const quantiles = createQuantiles(shares, 100)
  for (let i = 0; i < 500; i++) quantiles.learn(random.next())
  const writer = createWriter('test', 1)
  quantiles.save(writer)
  const restored = createQuantiles(shares, 100)
  restored.restore(createReader(writer.finish(), 'test', 1))
  for (let i = 0; i < 100; i++) {
    const value = random.next()
    quantiles.learn(value)
    restored.learn(value)
  }
  shares.forEach((_, marker) => {
    expect(restored.at(marker)).toBe(quantiles.at(marker))
  })
})
