import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { StateError } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { createDetector, type Detector, type Observation } from './detector.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Observes a function of time every five minutes, and returns what was said. */
const observe = (detector: Detector, from: number, to: number, value: (time: number) => number): Observation[] => {
  const said: Observation[] = []
  for (let time = from; time < to; time += 5 * minute) said.push(detector.observe(time, value(time)))
  return said
}
const noise = (seed: number): (() => number) => {
  const random = createRandom(seed)
  return () => random.next() + random.next() + random.next() - 1.5
}
const alarmsOf = (said: readonly Observation[]): number => said.filter(({ alarm }) => alarm).length

describe('what it finds', () => {
  it.each([
    ['spike', 14, 'spike'],
    ['drop', 2, 'drop'],
    ['silence', 0, 'silence'],
  ] as const)('a %s, with the usual range', (_, value, kind) => {
    const detector = createDetector()
    const draw = noise(1)
    observe(detector, 0, 7 * day, () => 8 + draw())
    const said = detector.observe(7 * day, value)
    expect(said).toMatchObject({ alarm: true, kind })
    expect(said.score).toBeGreaterThan(0.4)
    expect(said.expected).toBeCloseTo(8, 0)
    expect(said.low).toBeGreaterThan(5)
    expect(said.high).toBeLessThan(11)
  })

  it('a level that shifts, at once, and then lets it rest', () => {
    const detector = createDetector()
    const draw = noise(2)
    observe(detector, 0, 7 * day, () => 8 + draw())
    const said = observe(detector, 7 * day, 8 * day, () => 12 + draw())
    expect(said.findIndex(({ alarm }) => alarm)).toBeLessThan(3)
    expect(said[20]?.kind).toBe('shift')
    expect(alarmsOf(said)).toBeLessThan(8)
  })

  it('what is usual by day and odd at night', () => {
    const detector = createDetector()
    const draw = noise(3)
    const usual = (time: number): number => ((time / hour) % 24 < 8 ? 10 : 80)
    observe(detector, 0, 10 * day, (time) => usual(time) + draw())
    expect(detector.observe(10 * day + 3 * hour, 80)).toMatchObject({ alarm: true, view: 'hour' })
  })

  it('a leap between two numbers that are usual both', () => {
    const detector = createDetector()
    const draw = noise(5)
    const smooth = (time: number): number => 50 + 40 * Math.sin(time / (15 * minute)) * (1 + draw() / 3)
    const end = 14 * day
    const before = observe(detector, 0, end, smooth).at(-1)
    expect(before?.rarity).toBeLessThan(0.2)
    const isHigh = smooth(end - 5 * minute) > 50
    expect(detector.observe(end, isHigh ? 15 : 85)).toMatchObject({
      alarm: true,
      view: 'step',
      kind: isHigh ? 'drop' : 'spike',
    })
  })

  it.each([
    ['restless', 5],
    ['frozen', 0],
  ] as const)('a series that turns %s', (kind, factor) => {
    const detector = createDetector()
    const draw = noise(4)
    observe(detector, 0, 28 * day, () => 8 + draw())
    const said = observe(detector, 28 * day, 29 * day, () => 8 + factor * draw())
    expect(alarmsOf(said)).toBeGreaterThan(0)
    expect(said.some((one) => one.kind === kind)).toBe(true)
  })

  it('little in noise: about as many alarms as it promises', () => {
    for (const seed of [1, 2, 3]) {
      const draw = noise(seed)
      const said = observe(createDetector(), 0, 30 * day, draw)
      expect(alarmsOf(said)).toBeLessThan(25)
    }
  })
})

describe('what must hold', () => {
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 120 })

  it('scores from 0 to 1 for any finite numbers at any times', () => {
    fc.assert(
      fc.property(values, fc.array(fc.integer(), { minLength: 120, maxLength: 120 }), (numbers, times) => {
        const detector = createDetector()
        numbers.forEach((value, at) => {
          const { score, rarity } = detector.observe(times[at] ?? 0, value)
          expect(score >= 0 && score <= 1 && rarity >= 0 && rarity <= 1).toBe(true)
        })
      }),
      { seed: 7, numRuns: runs(300) },
    )
  })

  it('no finding in a constant series, whatever the constant', () => {
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

  it('that scale and shift change nothing', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0.01, max: 1000, noNaN: true }),
        fc.integer({ min: -1000, max: 1000 }),
        (seed, scale, shift) => {
          const [plain, changed] = [noise(seed), noise(seed)]
          const said = observe(createDetector(), 0, 3 * day, plain)
          const other = observe(createDetector(), 0, 3 * day, () => changed() * scale + shift)
          said.forEach(({ rarity }, at) => {
            expect(other[at]?.rarity).toBeCloseTo(rarity, 6)
          })
        },
      ),
      { seed: 9, numRuns: runs(20) },
    )
  })

  it('that what comes later changes nothing before it', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const [alone, followed] = [createDetector(), createDetector()]
        const score = (detector: Detector, numbers: readonly number[]) =>
          numbers.map((value, at) => detector.observe(at * minute, value).score)
        expect(score(followed, [...before, ...after]).slice(0, before.length)).toEqual(score(alone, before))
      }),
      { seed: 10 },
    )
  })

  it('that a restart in mid-stream changes nothing', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const detector = createDetector()
        before.forEach((value, at) => {
          detector.observe(at * hour, value)
        })
        const restored = createDetector()
        restored.restore(detector.save())
        expect(restored.save()).toEqual(detector.save())
        after.forEach((value, at) => {
          const time = (before.length + at) * hour
          expect(restored.observe(time, value)).toEqual(detector.observe(time, value))
        })
      }),
      { seed: 11 },
    )
  })

  it('2 kB of state after a million random points, and sane scores', () => {
    const random = createRandom(12)
    const detector = createDetector()
    let alarms = 0
    for (let at = 0; at < 1_000_000; at++) if (detector.observe(at * minute, random.next()).alarm) alarms++
    expect(detector.save().length).toBeLessThan(2048)
    expect(alarms).toBeLessThan(3000)
  }, 120_000)

  it('that gaps and what is no number teach nothing', () => {
    const detector = createDetector()
    observe(detector, 0, day, (time) => time % 7)
    const before = detector.save()
    expect(detector.observe(day, Number.NaN).score).toBe(0)
    expect(detector.observe(day, Number.POSITIVE_INFINITY).score).toBe(0)
    expect(detector.save()).toEqual(before)
  })

  it('that a strange state is refused', () => {
    expect(() => createDetector().restore(new Uint8Array(8))).toThrow(StateError)
  })
})
