import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { createNearestStretch } from './nearest-stretch.ts'

/** The same by comparing every stretch. */
const nearestOf = (numbers: readonly number[], length: number): number => {
  const squares = numbers.flatMap((_, end) => {
    const isEarlier = end >= length - 1 && end <= numbers.length - 1 - length
    if (!isEarlier) return []
    const gaps = Array.from({ length }, (_step, step) => (numbers.at(-1 - step) ?? 0) - (numbers[end - step] ?? 0))
    return [gaps.reduce((sum, gap) => sum + gap * gap, 0)]
  })
  return squares.length === 0 ? 0 : Math.sqrt(Math.min(...squares))
}

it('finds the nearest earlier stretch in its memory', () => {
  const memory = 40
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 150 }),
      fc.constantFrom(1, 2, 4, 16),
      (numbers, length) => {
        const stretches = createNearestStretch(length, memory)
        numbers.forEach((value, at) => {
          const known = numbers.slice(Math.max(0, at + 1 - memory), at + 1)
          expect(stretches.distance(value)).toBeCloseTo(nearestOf(known, length), 9)
        })
      },
    ),
    { seed: 1, numRuns: runs(200) },
  )
})
