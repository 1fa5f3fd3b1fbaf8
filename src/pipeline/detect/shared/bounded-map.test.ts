import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BoundedMap } from './bounded-map.ts'

/** Uses a key as detectors do: gets its entry, or adds one if there is a place. */
const use = (map: BoundedMap<{ usedAt: number }>, key: string, usedAt: number): boolean => {
  const known = map.get(key)
  if (known) known.usedAt = usedAt
  else if (map.admits(key)) map.set(key, { usedAt })
  return known !== undefined
}

describe('a bounded map', () => {
  it('has a place for every key until it is full', () => {
    const map = new BoundedMap<{ usedAt: number }>(3)
    for (const key of ['a', 'b', 'c']) use(map, key, 0)
    expect(map.size).toBe(3)
    expect(map.admits('d')).toBe(false)
  })

  it('keeps what has been used when ever more keys come once or twice', () => {
    const map = new BoundedMap<{ usedAt: number }>(10)
    for (let i = 0; i < 10; i++) use(map, `used ${i}`, i)
    for (let i = 0; i < 10_000; i++) use(map, `passing ${i >> 1}`, 100 + i)
    for (let i = 0; i < 10; i++) expect(map.get(`used ${i}`)).toBeDefined()
  })

  it('gives a key that comes often the place of one that has been idle', () => {
    const map = new BoundedMap<{ usedAt: number }>(2)
    use(map, 'idle', 0)
    use(map, 'busy', 0)
    for (let time = 1; time <= 40; time++) {
      use(map, 'busy', time)
      use(map, 'new', time)
    }
    expect(map.get('new')).toBeDefined()
    expect(map.get('busy')).toBeDefined()
    expect(map.get('idle')).toBeUndefined()
  })

  it('finds most uses of frequent keys, whatever comes between', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), (seed) => {
        const map = new BoundedMap<{ usedAt: number }>(20)
        let [hits, frequent] = [0, 0]
        for (let i = 0; i < 4_000; i++) {
          const isFrequent = i % 2 === 0
          const key = isFrequent ? `frequent ${(i + seed) % 18}` : `rare ${(i * 7_919 + seed) % 3_001}`
          const hit = use(map, key, i)
          if (!isFrequent || i < 1_000) continue
          frequent += 1
          hits += Number(hit)
        }
        expect(hits / frequent).toBeGreaterThan(0.9)
        expect(map.size).toBeLessThanOrEqual(20)
      }),
    )
  })
})
