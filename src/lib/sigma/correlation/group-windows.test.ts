import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { createGroupWindows } from './group-windows.ts'

test('the group that was quiet longest is forgotten first', () => {
  const step = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e') }, fc.constant(undefined))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const groups = createGroupWindows()
      let expected: string[] = []
      const usedAt = new Map<string | undefined, number>()
      for (const [time, key] of steps.entries()) {
        if (key === undefined) {
          groups.removeOldest()
          expected = expected.slice(1)
        } else {
          const before = [...groups.entries()].find(([one]) => one === key)?.[1]
          const window = groups.touch(key, time)
          usedAt.set(key, time)
          if (before) expect(window).toBe(before)
          expected = [...expected.filter((one) => one !== key), key]
        }
        const entries = [...groups.entries()]
        expect(entries.map(([one]) => one)).toEqual(expected)
        expect(groups.size).toBe(expected.length)
        expect(groups.oldest).toBe(entries[0]?.[1])
        expect(groups.oldest?.usedAt).toBe(usedAt.get(entries[0]?.[0]))
      }
    }),
    { numRuns: runs(300) },
  )
})
