import { describe, expect, it } from 'vitest'
import { createReader, createWriter } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { createStop, type Stop } from './stop.ts'

const random = createRandom(7)
/** A number of events around a mean. */
const poisson = (mean: number): number => {
  let count = -1
  for (let product = 1; product > Math.exp(-mean); product *= random.next()) count++
  return count
}
const feed = (stop: Stop, values: readonly number[]) => {
  for (const value of values) stop.learn(value, Number.POSITIVE_INFINITY)
}
const buckets = (count: number, value: (i: number) => number) => Array.from({ length: count }, (_, i) => value(i))
/** Quarters of an hour of a series that is busy from eight to six and hardly heard at night. */
const days = (count: number) =>
  buckets(count * 96, (i) => poisson(i % 96 >= 32 && i % 96 < 72 ? 25 : i % 96 < 72 ? 0.4 : 3))

/** The least probability over a run of zeros. */
const through = (stop: Stop, zeros: number, expected = Number.POSITIVE_INFINITY): number =>
  Math.min(
    ...buckets(zeros, () => {
      const probability = stop.probability(expected)
      stop.learn(0, expected)
      return probability
    }),
  )

describe('a series that stops', () => {
  it('is odd at noon, after less than what every night brings', () => {
    const stop = createStop()
    feed(stop, days(4))
    feed(stop, days(1).slice(0, 48))
    expect(through(stop, 8)).toBeLessThan(1e-6)
  })

  it('is odd in the middle of a steady day, although nights are all chance', () => {
    const stop = createStop()
    // Nights of a few events in bursts: by themselves they look like unrest.
    const night = (i: number) => (i % 7 === 0 ? poisson(4) : 0)
    for (let i = 0; i < 6 * 96 + 48; i++) {
      const busy = i % 96 >= 32 && i % 96 < 72
      stop.learn(busy ? poisson(20) : night(i), busy ? 20 : 0.6)
    }
    expect(through(stop, 5, 20)).toBeLessThan(1e-5)
  })

  it('is not odd at night', () => {
    const stop = createStop()
    feed(stop, days(4))
    expect(through(stop, 16, 0.4)).toBeGreaterThan(1e-3)
  })

  it('is not odd when it speaks in bursts', () => {
    const stop = createStop()
    feed(
      stop,
      buckets(960, (i) => (i % 96 < 4 ? poisson(500) : 0)),
    )
    feed(stop, [500, 510, 490, 500])
    expect(through(stop, 92)).toBe(1)
  })

  it('is not odd before it has been silent a few times', () => {
    const stop = createStop()
    feed(
      stop,
      buckets(300, () => 20 + poisson(9)),
    )
    expect(through(stop, 40)).toBe(1)
  })

  it('goes on after it was saved', () => {
    const before = createStop()
    feed(before, days(4))
    feed(before, days(1).slice(0, 48))
    before.learn(0, 25)
    const writer = createWriter('stop', 1)
    before.save(writer)
    const after = createStop()
    after.restore(createReader(writer.finish(), 'stop', 1))
    expect(through(after, 6)).toBe(through(before, 6))
  })
})
