import { describe, expect, it } from 'vitest'
import { StateError } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { createNovelty } from './novelty.ts'
import { createSeenSet } from './seen-set.ts'

describe('surprise', () => {
  it('is certain of novelty while it knows nothing', () => {
    expect(createNovelty().surprise()).toBe(1)
  })

  it('falls as a closed world is learnt', () => {
    const novelty = createNovelty()
    for (let i = 0; i < 10; i++) novelty.learn(true)
    for (let i = 0; i < 20; i++) novelty.learn(false)
    const young = novelty.surprise()
    for (let i = 0; i < 5000; i++) novelty.learn(false)
    expect(young).toBeGreaterThan(0.2)
    expect(novelty.surprise()).toBeLessThan(0.002)
    expect(novelty.count).toBe(5030)
  })

  it('stays high where everything is always new', () => {
    const novelty = createNovelty()
    for (let i = 0; i < 5000; i++) novelty.learn(true)
    expect(novelty.surprise()).toBeGreaterThan(0.99)
  })

  it('counts singletons where it receives second times: a long tail is no surprise', () => {
    const told = createNovelty({ memory: 50 })
    // Zipf-like: values k with probability ~ 1/k.
    const random = createRandom(3)
    const seen = createSeenSet()
    let newInLast = 0
    for (let i = 0; i < 20_000; i++) {
      const times = seen.add(String(Math.floor(Math.exp(random.next() * Math.log(100_000)))))
      told.learn(times === 0, times === 1)
      if (i >= 15_000 && times === 0) newInLast++
    }
    const share = newInLast / 5000
    expect(told.surprise()).toBeGreaterThan(share * 0.7)
    expect(told.surprise()).toBeLessThan(share * 2.5 + 0.05)
  })

  it('survives a restart', () => {
    const novelty = createNovelty()
    for (let i = 0; i < 100; i++) novelty.learn(i % 7 === 0, i % 14 === 1)
    const restored = createNovelty()
    restored.restore(novelty.save())
    expect(restored.surprise()).toBe(novelty.surprise())
    expect(restored.save()).toEqual(novelty.save())
    expect(() => restored.restore(createSeenSet().save())).toThrow(StateError)
  })
})

describe('seen set', () => {
  it('distinguishes the first, the second and later times', () => {
    const seen = createSeenSet()
    expect([seen.add('a'), seen.add('a'), seen.add('a'), seen.add('b')]).toEqual([0, 1, 2, 0])
    expect([seen.has('a'), seen.has('c'), seen.size]).toEqual([true, false, 2])
  })

  it('past its capacity it still knows what it saw, and takes little that is new for known', () => {
    const seen = createSeenSet({ capacity: 1000 })
    for (let i = 0; i < 5000; i++) seen.add(`key ${i}`)
    for (let i = 0; i < 5000; i++) expect(seen.has(`key ${i}`)).toBe(true)
    let mistaken = 0
    for (let i = 0; i < 5000; i++) if (seen.has(`other ${i}`)) mistaken++
    expect(mistaken).toBeLessThan(100)
  })

  it('stays bounded, and never comes to know everything', () => {
    const seen = createSeenSet({ capacity: 100 })
    for (let i = 0; i < 50_000; i++) seen.add(`key ${i}`)
    expect(seen.save().length).toBeLessThan(3000)
    expect(seen.has('key 49999')).toBe(true)
    let known = 0
    for (let i = 0; i < 2000; i++) if (seen.has(`other ${i}`)) known++
    expect(known).toBeLessThan(100)
    expect(seen.has('key 1') && seen.has('key 2') && seen.has('key 3')).toBe(false)
  })

  it.each([50, 5000])('survives a restart with %i keys', (count) => {
    const seen = createSeenSet({ capacity: 500 })
    for (let i = 0; i < count; i++) seen.add(`key ${i % 3000}`)
    const restored = createSeenSet({ capacity: 500 })
    restored.restore(seen.save())
    expect(restored.size).toBe(seen.size)
    for (let i = 0; i < 6000; i++) expect(restored.add(`key ${i}`)).toBe(seen.add(`key ${i}`))
  })
})
