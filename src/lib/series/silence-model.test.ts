import { describe, expect, it } from 'vitest'
import { createReader, createWriter } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { createSilenceModel, type SilenceModel } from './silence-model.ts'

const random = createRandom(7)
/** A Poisson count with the given mean. */
const poisson = (mean: number): number => {
  let count = -1
  for (let product = 1; product > Math.exp(-mean); product *= random.next()) count++
  return count
}
const feed = (model: SilenceModel, values: readonly number[]) => {
  for (const value of values) model.learn(value, Number.POSITIVE_INFINITY)
}
const buckets = (count: number, value: (i: number) => number) => Array.from({ length: count }, (_, i) => value(i))
/** Quarters of an hour of a series that is busy from 8 to 18 and nearly silent in the evening. */
const days = (count: number) =>
  buckets(count * 96, (i) => poisson(i % 96 >= 32 && i % 96 < 72 ? 25 : i % 96 < 72 ? 0.4 : 3))

/** The lowest probability in a run of zeros. */
const lowestProbability = (model: SilenceModel, zeros: number, expected = Number.POSITIVE_INFINITY): number =>
  Math.min(
    ...buckets(zeros, () => {
      const probability = model.probability(expected)
      model.learn(0, expected)
      return probability
    }),
  )

describe('a silence', () => {
  it('is anomalous at noon although shorter than every night', () => {
    const model = createSilenceModel()
    feed(model, days(4))
    feed(model, days(1).slice(0, 48))
    expect(lowestProbability(model, 8)).toBeLessThan(1e-6)
  })

  it('is anomalous on a steady day although nights are irregular', () => {
    const model = createSilenceModel()
    // A few events in bursts each night. On their own they look overdispersed.
    const night = (i: number) => (i % 7 === 0 ? poisson(4) : 0)
    for (let i = 0; i < 6 * 96 + 48; i++) {
      const busy = i % 96 >= 32 && i % 96 < 72
      model.learn(busy ? poisson(20) : night(i), busy ? 20 : 0.6)
    }
    expect(lowestProbability(model, 5, 20)).toBeLessThan(1e-5)
  })

  it('is normal at night', () => {
    const model = createSilenceModel()
    feed(model, days(4))
    expect(lowestProbability(model, 16, 0.4)).toBeGreaterThan(1e-3)
  })

  it('is normal in a bursty series', () => {
    const model = createSilenceModel()
    feed(
      model,
      buckets(960, (i) => (i % 96 < 4 ? poisson(500) : 0)),
    )
    feed(model, [500, 510, 490, 500])
    expect(lowestProbability(model, 92)).toBe(1)
  })

  it('is normal until the series has been silent a few times', () => {
    const model = createSilenceModel()
    feed(
      model,
      buckets(300, () => 20 + poisson(9)),
    )
    expect(lowestProbability(model, 40)).toBe(1)
  })

  it('has the same probability after a restart', () => {
    const before = createSilenceModel()
    feed(before, days(4))
    feed(before, days(1).slice(0, 48))
    before.learn(0, 25)
    const writer = createWriter('silence', 1)
    before.save(writer)
    const after = createSilenceModel()
    after.restore(createReader(writer.finish(), 'silence', 1))
    expect(lowestProbability(after, 6)).toBe(lowestProbability(before, 6))
  })
})
