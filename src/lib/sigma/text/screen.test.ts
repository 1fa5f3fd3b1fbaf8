import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { stands } from '../matching/holds.ts'
import { fold } from './fold.ts'
import { createScreen } from './screen.ts'

const letter = fc.constantFrom('a', 'b', 'A', 'B', 'ä', 'Σ', 'ς', '😀', '\uD800', ' ', '\0', 'K')
const text = fc.string({ unit: letter, maxLength: 7 }).map(fold)
const manner = fc.constantFrom('equals', 'contains', 'starts', 'ends')
const wanted = fc.record({ manner, text })

test('a screen says of any value what a look for one text after the other says', () => {
  const value = fc.oneof(
    fc.string({ unit: letter, maxLength: 30 }),
    fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' ', '\0'), maxLength: 30 }),
  )
  fc.assert(
    fc.property(fc.array(wanted, { maxLength: 12 }), fc.array(value, { maxLength: 8 }), (texts, values) => {
      const screen = createScreen(texts)
      for (const one of values) {
        expect(screen(one)).toBe(texts.some((sought) => stands(sought.manner, sought.text, fold(one))))
      }
    }),
    { numRuns: runs(2000) },
  )
})

test('a screen is right after any number of values, whose common letters it learns', () => {
  const value = fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' '), maxLength: 30 })
  const long = fc.record({
    manner,
    text: fc.string({ unit: fc.constantFrom('a', 'b', ' '), minLength: 4, maxLength: 9 }),
  })
  fc.assert(
    fc.property(fc.array(long, { maxLength: 6 }), fc.array(value, { minLength: 1, maxLength: 8 }), (texts, values) => {
      const screen = createScreen(texts)
      for (let round = 0; round < 100; round++) {
        for (const one of values) {
          expect(screen(one)).toBe(texts.some((sought) => stands(sought.manner, sought.text, fold(one))))
        }
      }
    }),
    { numRuns: runs(100) },
  )
})

// Values of so many letters fill the bytes that they are copied into.
test.each([4095, 4096, 4097, 20_000])('a value of %i letters is looked at to its end', (length) => {
  const screen = createScreen([
    { manner: 'ends', text: 'b end' },
    { manner: 'contains', text: 'é' },
  ])
  expect(screen('a'.repeat(length))).toBe(false)
  expect(screen(`${'a'.repeat(length - 5)}B End`)).toBe(true)
  expect(screen(`É${'a'.repeat(length - 1)}`)).toBe(true)
  expect(screen(`${'a'.repeat(length - 1)}é`)).toBe(true)
})
