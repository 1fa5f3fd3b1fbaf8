import { describe, expect, it } from 'vitest'
import { someEvent, someTime } from '../shared/some-events.ts'
import { advance, countEvent, isAwake, learnEmptyGap, learnEmptyPast, type RateMeter, startMeter } from './meter.ts'

const minute = 60_000
const hour = 60 * minute
const noOne = (): void => undefined

/** Counts some events within a few minutes. */
const burst = (meter: RateMeter, from: number, minutes: number, count: number): void => {
  for (let i = 0; i < count; i++) {
    countEvent(meter, someEvent(i, from + (i / count) * minutes * minute), noOne)
  }
}

/** Creates a meter of errors with five hours of zeros, in buckets of five minutes. */
const quietMeter = (): RateMeter => {
  const meter = startMeter(24, 5, 5 * minute)
  const begin = Math.ceil(someTime / hour) * hour
  learnEmptyPast(meter, begin, begin + 5 * hour)
  return meter
}

const begin = Math.ceil(someTime / hour) * hour

describe('a meter', () => {
  it('does not teach longer buckets that an outage is usual', () => {
    const meter = quietMeter()
    burst(meter, begin + 5 * hour, 15, 60)
    advance(meter, begin + 8 * hour, noOne)
    expect(meter.width).toBe(hour)
    const learnt = meter.ring.counts
    expect(learnt.length).toBeGreaterThan(5)
    expect(Math.max(...learnt)).toBeLessThan(30)
  })

  it('learns zeros for the time it slept while its stream continued', () => {
    const [slept, updated] = [quietMeter(), quietMeter()]
    for (const meter of [slept, updated]) {
      burst(meter, begin + 5 * hour, 15, 60)
      advance(meter, begin + 40 * hour, noOne)
      expect(meter.start).toBeNaN()
    }
    const later = begin + 100 * hour
    learnEmptyGap(updated, later)
    const usual = ({ series }: RateMeter) => series?.assess(later, 20)
    expect(usual(updated)?.expected).toBeLessThan(0.5 * (usual(slept)?.expected ?? 0))
    expect(usual(updated)?.score).toBeGreaterThan(usual(slept)?.score ?? 1)
  })

  it('reports whether it has counted without a pause', () => {
    const meter = startMeter(60, 0)
    expect(isAwake(meter, someTime)).toBe(false)
    burst(meter, begin, 10, 40)
    expect(isAwake(meter, begin + 10 * minute)).toBe(true)
    expect(isAwake(meter, begin + 2 * hour)).toBe(false)
  })
})
