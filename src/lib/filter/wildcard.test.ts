import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import type { Piece } from './wildcard.ts'
import { compileWildcard } from './wildcard.ts'

const pieces = fc.array(
  fc.oneof(fc.constantFrom('a', 'b', 'ab'), fc.constantFrom<Piece>({ wild: '*' }, { wild: '?' })),
  { maxLength: 7 },
)
const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 9 }).map((letters) => letters.join(''))
const source = (pattern: readonly Piece[]): string =>
  pattern.map((piece) => (typeof piece === 'string' ? piece : piece.wild === '*' ? '.*' : '.')).join('')

describe('compileWildcard', () => {
  it('agrees with the regular expression of the same meaning', () => {
    fc.assert(
      fc.property(pieces, text, (pattern, subject) => {
        expect(compileWildcard(pattern, true)(subject)).toBe(new RegExp(`^${source(pattern)}$`).test(subject))
        expect(compileWildcard(pattern, false)(subject)).toBe(new RegExp(source(pattern)).test(subject))
      }),
      { numRuns: runs(3_000) },
    )
  })
})
