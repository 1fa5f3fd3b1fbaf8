import { describe, expect, it } from 'vitest'
import { advance, countEvent, isAwake, learnNothing, learnQuiet, type Meter, startMeter } from './meter.ts'
import { someEvent, someTime } from './some-events.ts'

const minute = 60_000
const hour = 60 * minute
const noOne = (): void => undefined

/** So many events within a few minutes. */
const burst = (meter: Meter, from: number, minutes: number, count: number): void => {
  for (let i = 0; i < count; i++) {
    countEvent(meter, someEvent(i, from + (i / count) * minutes * minute), noOne)
  }
}

/** A meter of errors that has known nothing for five hours, in buckets of five minutes. */
const quietMeter = (): Meter => {
  const meter = startMeter(24, 5, 5 * minute)
  const begin = Math.ceil(someTime / hour) * hour
  learnNothing(meter, begin, begin + 5 * hour)
  return meter
}

const begin = Math.ceil(someTime / hour) * hour

describe('a meter', () => {
  it('does not teach a longer bucket that an outage is usual', () => {
    const meter = quietMeter()
    burst(meter, begin + 5 * hour, 15, 60)
    advance(meter, begin + 8 * hour, noOne)
    expect(meter.width).toBe(hour)
    const learnt = meter.ring.map(({ count }) => count)
    expect(learnt.length).toBeGreaterThan(5)
    expect(Math.max(...learnt)).toBeLessThan(30)
  })

  it('learns that there was nothing while it slept, when its stream went on', () => {
    const [slept, told] = [quietMeter(), quietMeter()]
    for (const meter of [slept, told]) {
      burst(meter, begin + 5 * hour, 15, 60)
      advance(meter, begin + 40 * hour, noOne)
      expect(meter.start).toBeNaN()
    }
    const later = begin + 100 * hour
    learnQuiet(told, later)
    const usual = ({ series }: Meter) => series?.judge(later, 20)
    expect(usual(told)?.expected).toBeLessThan(0.5 * (usual(slept)?.expected ?? 0))
    expect(usual(told)?.score).toBeGreaterThan(usual(slept)?.score ?? 1)
  })

  it('says whether it has counted without a pause', () => {
    const meter = startMeter(60, 0)
    expect(isAwake(meter, someTime)).toBe(false)
    burst(meter, begin, 10, 40)
    expect(isAwake(meter, begin + 10 * minute)).toBe(true)
    expect(isAwake(meter, begin + 2 * hour)).toBe(false)
  })
})
