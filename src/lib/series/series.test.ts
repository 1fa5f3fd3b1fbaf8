import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { StateError } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { createSeries, type Series } from './series.ts'

const minute = 60_000
const hour = 60 * minute
const random = createRandom(11)

/** A Poisson count, by inversion below 50 and by a sum of uniforms above. */
const poisson = (mean: number): number => {
  if (mean > 50) {
    let normal = -6
    for (let i = 0; i < 12; i++) normal += random.next()
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
  }
  let mass = Math.exp(-mean)
  let sum = mass
  let count = 0
  for (const u = random.next(); u > sum && count < 500; ) sum += mass *= mean / ++count
  return count
}
const teach = (series: Series, from: number, to: number, step: number, value: (time: number) => number): void => {
  for (let time = from; time < to; time += step) series.learn(time, value(time))
}

describe('counts', () => {
  it('learns the usual range and scores a spike', () => {
    const series = createSeries()
    teach(series, 0, 5 * hour, minute, () => poisson(2))
    const spike = series.assess(5 * hour, 40)
    expect(spike).toMatchObject({ score: 1, direction: 'spike', learning: false, need: 0 })
    expect(spike.expected).toBeGreaterThan(1.5)
    expect(spike.expected).toBeLessThan(2.5)
    expect(spike.expectedHigh).toBeLessThan(10)
    expect(series.assess(5 * hour, 2)).toMatchObject({ score: expect.closeTo(0, 1), direction: undefined })
  })

  it.each([0.05, 0.5, 3, 30, 500])('has calibrated scores at a mean of %d', (mean) => {
    const series = createSeries()
    let hundredth = 0
    let tenThousandth = 0
    const buckets = 20_000
    for (let bucket = 0; bucket < buckets; bucket++) {
      const value = poisson(mean)
      const { score } = series.assess(bucket * minute, value)
      if (score > 0.25) hundredth++
      if (score > 0.5) tenThousandth++
      series.learn(bucket * minute, value)
    }
    // Lower rates than documented are fine, higher ones are not.
    expect(hundredth / buckets).toBeLessThan(0.013)
    expect(tenThousandth).toBeLessThanOrEqual(4)
  })

  it('learns overdispersed counts', () => {
    const series = createSeries()
    const burst = (): number => poisson(random.next() < 0.1 ? 60 : 4)
    let alarms = 0
    for (let bucket = 0; bucket < 10_000; bucket++) {
      const value = burst()
      if (bucket > 1000 && series.assess(bucket * minute, value).score > 0.5) alarms++
      series.learn(bucket * minute, value)
    }
    expect(alarms).toBeLessThan(10)
  })

  it('detects silence, at once in busy streams and after a while in slow ones', () => {
    const busy = createSeries()
    teach(busy, 0, 2 * hour, minute, () => poisson(50))
    expect(busy.assess(2 * hour, 0)).toMatchObject({ direction: 'silence', score: 1, quiet: 1 })

    const slow = createSeries()
    teach(slow, 0, 5 * hour, minute, () => poisson(1))
    expect(slow.assess(5 * hour, 0).direction).toBeUndefined()
    let time = 5 * hour
    for (; time < 5 * hour + 40 * minute && slow.assess(time, 0).score < 0.5; time += minute) slow.learn(time, 0)
    const assessed = slow.assess(time, 0)
    expect(assessed).toMatchObject({ direction: 'silence' })
    expect(assessed.quiet).toBeGreaterThan(8)
    expect(assessed.quiet).toBeLessThan(35)
  })

  it('accepts the silences of an hourly job', () => {
    const series = createSeries()
    let worst = 0
    for (let bucket = 0; bucket < 60 * 48; bucket++) {
      const value = bucket % 60 === 0 ? 200 : 0
      if (bucket > 60 * 24) worst = Math.max(worst, series.assess(bucket * minute, value).score)
      series.learn(bucket * minute, value)
    }
    expect(worst).toBeLessThan(0.4)
  })

  it('detects a drop', () => {
    const series = createSeries()
    teach(series, 0, 5 * hour, minute, () => poisson(200))
    const assessed = series.assess(5 * hour, 40)
    expect(assessed.direction).toBe('drop')
    expect(assessed.score).toBeGreaterThan(0.75)
    expect(assessed.expectedLow).toBeGreaterThan(100)
  })

  it('keeps its level after one spike', () => {
    const series = createSeries()
    teach(series, 0, 3 * hour, minute, () => poisson(5))
    const before = series.assess(3 * hour, 5).expected
    series.learn(3 * hour, 100_000)
    const after = series.assess(3 * hour + minute, 5)
    expect(after.expected).toBeLessThan(before * 1.2)
    expect(series.assess(3 * hour + minute, 60).score).toBeGreaterThan(0.5)
  })

  it('learns a permanently changed level within minutes', () => {
    for (const [from, to] of [
      [5, 100],
      [100, 5],
      [100, 0],
    ] as const) {
      const series = createSeries()
      teach(series, 0, 5 * hour, minute, () => poisson(from))
      teach(series, 5 * hour, 5 * hour + 30 * minute, minute, () => poisson(to))
      const assessed = series.assess(5 * hour + 30 * minute, to)
      expect(assessed.score).toBeLessThan(0.25)
      expect(Math.abs(assessed.expected - to)).toBeLessThan(Math.max(2, to * 0.3))
    }
  })

  it('learns the hour of the day after three days', () => {
    const series = createSeries({ bucket: 5 * minute })
    const usual = (time: number): number => ((time / hour) % 24 < 8 ? 2 : 60)
    teach(series, 0, 5 * 24 * hour, 5 * minute, (time) => poisson(usual(time)))
    const night = series.assess(5 * 24 * hour + 3 * hour, 40)
    const day = series.assess(5 * 24 * hour + 12 * hour, 40)
    expect(night.score).toBeGreaterThan(0.6)
    expect(day.score).toBeLessThan(0.35)
  })

  it('learns the day of the week after two weeks', () => {
    const series = createSeries({ bucket: 15 * minute })
    const isWeekend = (time: number): boolean => Math.floor(time / (24 * hour)) % 7 >= 5
    teach(series, 0, 29 * 24 * hour, 15 * minute, (time) => poisson(isWeekend(time) ? 3 : 80))
    const monday = series.assess(29 * 24 * hour, 80)
    const saturday = series.assess(33 * 24 * hour + 12 * hour, 80)
    expect(monday.score).toBeLessThan(0.3)
    expect(saturday.score).toBeGreaterThan(0.6)
  })

  it('reports that it is learning, and for how many more buckets', () => {
    const series = createSeries({ warmup: 5 })
    expect(series.assess(0, 1000)).toMatchObject({ score: 0, learning: true, need: 5 })
    teach(series, 0, 4 * minute, minute, () => 3)
    expect(series.assess(4 * minute, 3)).toMatchObject({ learning: true, need: 1 })
    series.learn(4 * minute, 3)
    expect(series.assess(5 * minute, 3)).toMatchObject({ learning: false, need: 0 })
  })

  it('treats a gap as missing data, not as silence', () => {
    const series = createSeries()
    teach(series, 0, 3 * hour, minute, () => poisson(20))
    series.learn(10 * hour, 20)
    expect(series.assess(10 * hour + minute, 20).score).toBeLessThan(0.3)
    // The usual range is wider after a gap.
    expect(series.assess(10 * hour + minute, 45).score).toBeLessThan(series.assess(3 * hour, 45).score + 0.3)
  })
})

describe('values', () => {
  it('scores measurements by hour of day', () => {
    const series = createSeries({ kind: 'value', bucket: 5 * minute })
    const usual = (time: number): number => -10 + 5 * Math.sin((time / hour / 24) * 2 * Math.PI)
    teach(series, 0, 6 * 24 * hour, 5 * minute, (time) => usual(time) + (random.next() - 0.5) * 0.4)
    const at = 6 * 24 * hour + 6 * hour
    expect(series.assess(at, usual(at)).score).toBeLessThan(0.25)
    expect(series.assess(at, usual(at) + 8)).toMatchObject({ direction: 'spike' })
    expect(series.assess(at, usual(at) - 8)).toMatchObject({ direction: 'drop' })
  })

  it('detects a flat line that moves, and learns the new level', () => {
    const series = createSeries({ kind: 'value' })
    teach(series, 0, 2 * hour, minute, () => 100)
    expect(series.assess(2 * hour, 100).score).toBeLessThan(0.01)
    expect(series.assess(2 * hour, 90).score).toBeGreaterThan(0.6)
    teach(series, 2 * hour, 2 * hour + 30 * minute, minute, () => 90)
    expect(series.assess(2 * hour + 30 * minute, 90).score).toBeLessThan(0.25)
  })
})

describe('state', () => {
  it('gives the same scores after a restart, from 2 kB', () => {
    for (const kind of ['count', 'value'] as const) {
      const series = createSeries({ kind, bucket: 5 * minute })
      teach(series, 0, 20 * 24 * hour, 5 * minute, () => poisson(3))
      const state = series.save()
      expect(state.length).toBeLessThan(2048)
      const restored = createSeries({ kind, bucket: 5 * minute })
      restored.restore(state)
      for (let time = 20 * 24 * hour; time < 21 * 24 * hour; time += 5 * minute) {
        const value = poisson(3)
        expect(restored.assess(time, value)).toEqual(series.assess(time, value))
        series.learn(time, value)
        restored.learn(time, value)
      }
      expect(restored.save()).toEqual(series.save())
    }
  })

  it('is rejected by a series of another kind', () => {
    expect(() => createSeries({ kind: 'value' }).restore(createSeries().save())).toThrow(StateError)
  })

  it('is unchanged by assessments', () => {
    const series = createSeries()
    teach(series, 0, hour, minute, () => poisson(3))
    const before = series.save()
    series.assess(hour, 0)
    series.assess(3 * hour, 1e9)
    expect(series.save()).toEqual(before)
  })

  it('learns the same after an assessment, which it reuses', () => {
    const point = fc.tuple(fc.nat(50), fc.nat(9), fc.boolean(), fc.nat(9))
    fc.assert(
      fc.property(
        fc.constantFrom('count' as const, 'value' as const),
        fc.array(point, { maxLength: 80 }),
        (kind, points) => {
          const [assessed, plain] = [createSeries({ kind }), createSeries({ kind })]
          for (const [at, value, isSame, other] of points) {
            assessed.assess(at * minute, isSame ? value : other)
            assessed.learn(at * minute, value)
            plain.learn(at * minute, value)
          }
          expect(assessed.save()).toEqual(plain.save())
        },
      ),
      { numRuns: runs(100) },
    )
  })

  it('survives any numbers at any times, with scores from 0 to 1', () => {
    const point = fc.tuple(fc.nat(1e6), fc.oneof(fc.nat(5), fc.nat(), fc.double(), fc.constant(1e300)))
    fc.assert(
      fc.property(
        fc.constantFrom('count' as const, 'value' as const),
        fc.array(point, { maxLength: 60 }),
        (kind, points) => {
          const series = createSeries({ kind, bucket: 1000 })
          for (const [time, value] of points) {
            const number = kind === 'count' ? Math.floor(Math.abs(value)) : value
            const assessed = series.assess(time, number)
            expect(assessed.score >= 0 && assessed.score <= 1).toBe(true)
            expect(Number.isNaN(assessed.expected)).toBe(false)
            series.learn(time, number)
          }
        },
      ),
      { numRuns: runs(500), seed: 7 },
    )
  })
})
