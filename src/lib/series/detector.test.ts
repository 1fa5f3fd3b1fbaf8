import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { createRandom } from '../random/random.ts'
import { createDetector, type Observation, type SeriesDetector } from './detector.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Observes a function of time every five minutes. */
const observe = (
  detector: SeriesDetector,
  from: number,
  to: number,
  value: (time: number) => number,
): Observation[] => {
  const observed: Observation[] = []
  for (let time = from; time < to; time += 5 * minute) observed.push(detector.observe(value(time)))
  return observed
}
const noise = (seed: number): (() => number) => {
  const random = createRandom(seed)
  return () => random.next() + random.next() + random.next() - 1.5
}
const alarmsOf = (observed: readonly Observation[]): number => observed.filter(({ alarm }) => alarm).length

describe('the detector finds', () => {
  it.each([
    ['spike', 14, 'spike'],
    ['drop', 2, 'drop'],
    ['silence', 0, 'silence'],
  ] as const)('a %s, with the usual range', (_, value, kind) => {
    const detector = createDetector()
    const draw = noise(1)
    observe(detector, 0, 7 * day, () => 8 + draw())
    const observed = detector.observe(value)
    expect(observed).toMatchObject({ alarm: true, kind })
    expect(observed.score).toBeGreaterThan(0.4)
    expect(observed.expected).toBeCloseTo(8, 0)
    expect(observed.low).toBeGreaterThan(5)
    expect(observed.high).toBeLessThan(11)
  })

  it('a level shift, at once and with few alarms', () => {
    const detector = createDetector()
    const draw = noise(2)
    observe(detector, 0, 7 * day, () => 8 + draw())
    const observed = observe(detector, 7 * day, 8 * day, () => 12 + draw())
    expect(observed.findIndex(({ alarm }) => alarm)).toBeLessThan(3)
    expect(observed[20]?.kind).toBe('shift')
    expect(alarmsOf(observed)).toBeLessThan(8)
  })

  it('a jump between two usual numbers', () => {
    const detector = createDetector()
    const smooth = (time: number): number => 50 + 40 * Math.sin(time / (15 * minute))
    const end = 14 * day
    const draw = noise(5)
    const before = observe(detector, 0, end, (time) => smooth(time) + draw()).at(-1)
    expect(before?.rarity).toBeLessThan(0.4)
    const isHigh = smooth(end - 5 * minute) > 50
    expect(detector.observe(isHigh ? 15 : 85)).toMatchObject({ alarm: true })
  })

  it('an unusual order of usual numbers', () => {
    const detector = createDetector()
    const draw = noise(6)
    const wave = (time: number): number => 50 + 40 * Math.sin((2 * Math.PI * time) / (4 * hour)) + draw()
    observe(detector, 0, 14 * day, wave)
    const observed = observe(detector, 14 * day, 15 * day, (time) => wave(2 * time))
    expect(alarmsOf(observed)).toBeGreaterThan(0)
    expect(observed.some(({ kind }) => kind === 'pattern')).toBe(true)
  })

  it.each([
    ['restless', 5],
    ['frozen', 0],
  ] as const)('a series that turns %s', (kind, factor) => {
    const detector = createDetector()
    const draw = noise(4)
    observe(detector, 0, 28 * day, () => 8 + draw())
    const observed = observe(detector, 28 * day, 29 * day, () => 8 + factor * draw())
    expect(alarmsOf(observed)).toBeGreaterThan(0)
    expect(observed.some((one) => one.kind === kind)).toBe(true)
  })

  it('a small change that lasts among large spikes that pass', () => {
    let spikes = 0
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const detector = createDetector()
      const draw = noise(seed)
      const chance = createRandom(seed)
      const spiky = (): number => draw() + (chance.next() < 0.005 ? 15 * chance.next() : 0)
      observe(detector, 0, day, spiky)
      spikes += alarmsOf(observe(detector, day, 14 * day, spiky))
      const observed = observe(detector, 14 * day, 15 * day, () => spiky() + 1)
      expect(observed.findIndex(({ alarm }) => alarm)).toBeLessThan(64)
      expect(observed.some(({ view, kind }) => view === 'persistence' && kind !== undefined)).toBe(true)
    }
    expect(spikes).toBeLessThan(24)
  })

  it('less than one anomaly a day in noise', () => {
    for (const seed of [1, 2]) {
      const draw = noise(seed)
      const observed = observe(createDetector(), 0, 14 * day, draw)
      expect(alarmsOf(observed)).toBeLessThan(14)
    }
  })
})

describe('the detector', () => {
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 120 })

  it('scores from 0 to 1 for any finite numbers', () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const detector = createDetector()
        for (const value of numbers) {
          const { score, rarity } = detector.observe(value)
          expect(score >= 0 && score <= 1 && rarity >= 0 && rarity <= 1).toBe(true)
        }
      }),
      { seed: 7, numRuns: runs(300) },
    )
  })

  it('finds no anomaly in a constant series', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (constant) => {
        for (const { score, kind } of observe(createDetector(), 0, 2 * day, () => constant)) {
          expect(score).toBe(0)
          expect(kind).toBeUndefined()
        }
      }),
      { seed: 8, numRuns: runs(50) },
    )
  })

  it('ignores scale and shift', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0.01, max: 1000, noNaN: true }),
        fc.integer({ min: -1000, max: 1000 }),
        (seed, scale, shift) => {
          const [plain, changed] = [noise(seed), noise(seed)]
          const observed = observe(createDetector(), 0, 3 * day, plain)
          const other = observe(createDetector(), 0, 3 * day, () => changed() * scale + shift)
          observed.forEach(({ rarity }, at) => {
            expect(other[at]?.rarity).toBeCloseTo(rarity, 6)
          })
        },
      ),
      { seed: 9, numRuns: runs(20) },
    )
  })

  it('gives scores that do not depend on later numbers', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const [alone, followed] = [createDetector(), createDetector()]
        const score = (detector: SeriesDetector, numbers: readonly number[]) =>
          numbers.map((value) => detector.observe(value).score)
        expect(score(followed, [...before, ...after]).slice(0, before.length)).toEqual(score(alone, before))
      }),
      { seed: 10 },
    )
  })

  it('has few alarms after many random points', () => {
    const random = createRandom(12)
    const detector = createDetector()
    let alarms = 0
    for (let at = 0; at < runs(100_000); at++) if (detector.observe(random.next()).alarm) alarms++
    expect(alarms).toBeLessThan(300)
  }, 120_000)

  it('does not learn from NaN and infinities', () => {
    const [plain, gaps] = [createDetector(), createDetector()]
    for (const detector of [plain, gaps]) observe(detector, 0, day, (time) => time % 7)
    expect(gaps.observe(Number.NaN).score).toBe(0)
    expect(gaps.observe(Number.POSITIVE_INFINITY).score).toBe(0)
    expect(gaps.observe(5)).toEqual(plain.observe(5))
  })
})
