import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { Oldest } from './oldest.ts'

describe('Oldest', () => {
  it('finds the keys that a fresh iterator finds, whatever is deleted and set in between', () => {
    const key = fc.integer({ min: 0, max: 9 }).map(String)
    const step = fc.oneof(
      fc.record({ act: fc.constantFrom('set', 'delete', 'renew'), key }),
      fc.record({ act: fc.constantFrom('drop', 'second chance', 'look', 'clear'), key: fc.constant('') }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = new Map<string, number>()
        const oldest = new Oldest(() => map.keys())
        for (const { act, key } of steps) {
          const expected = map.keys().next().value
          if (act === 'set') map.set(key, 1)
          else if (act === 'clear') {
            map.clear()
            oldest.clear()
          } else if (act === 'delete' || act === 'renew') {
            map.delete(key)
            oldest.forget(key)
            if (act === 'renew') map.set(key, 1)
          } else {
            const found = oldest.take()
            expect(found).toBe(expected)
            if (found === undefined) continue
            if (act === 'look') oldest.giveBack(found)
            else map.delete(found)
            if (act === 'second chance') map.set(found, 1)
          }
        }
      }),
      { numRuns: runs(300) },
    )
  })
})
