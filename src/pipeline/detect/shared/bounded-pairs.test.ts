import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BoundedMap } from './bounded-map.ts'
import { BoundedPairs } from './bounded-pairs.ts'

const name = fc.constantFrom('root', 'alice', 'a name of many letters', 'two\nlines', '')
const step = fc.record({ act: fc.constantFrom('see', 'see', 'see', 'delete'), one: name, other: name })

it('behaves like a bounded map with joined names as keys', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (steps, capacity) => {
      const pairs = new BoundedPairs(capacity)
      const map = new BoundedMap<{ usedAt: number }>(capacity)
      steps.forEach(({ act, one, other }, time) => {
        const key = `${one}\n${other}`
        const known = pairs.get(one, other)
        expect(known?.usedAt).toBe(map.get(key)?.usedAt)
        if (act === 'delete') {
          pairs.delete(one, other)
          map.delete(key)
        } else if (known) {
          known.usedAt = time
          map.set(key, { usedAt: time })
        } else {
          const gone = pairs.add(one, other, time)
          expect(gone && `${gone.one}\n${gone.other}`).toBe(map.set(key, { usedAt: time })?.key)
        }
        expect(pairs.size).toBe(map.size)
      })
      const written = [...pairs.lines()]
      expect(written).toEqual([...map.entries()].map(([key, { usedAt }]) => [key, usedAt]))
      const read = new BoundedPairs(capacity)
      for (const [lines, usedAt] of written) read.addLines(lines, usedAt)
      expect([...read.lines()]).toEqual(written)
    }),
  )
})

it('counts the pairs with a name', () => {
  const pairs = new BoundedPairs(3)
  for (const [i, user] of ['kim', 'ana', 'bob'].entries()) pairs.add(user, i < 2 ? 'office' : 'home', i)
  expect([pairs.countOf('office'), pairs.countOf('home'), pairs.countOf('kim')]).toEqual([2, 1, 0])
  pairs.delete('kim', 'office')
  expect(pairs.countOf('office')).toBe(1)
})
