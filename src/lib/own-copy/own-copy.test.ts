import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownCopy } from './own-copy.ts'

describe('a copy of a text', () => {
  it('is the same text, in any script and of any length', () => {
    const unit = fc.constantFrom('a', '.', 'é', 'ÿ', 'Ā', '語', '\ud83d', '\u0000')
    fc.assert(fc.property(fc.string({ maxLength: 60, unit }), (text) => ownCopy(`x${text}y`.slice(1)) === `${text}y`))
    for (const letter of ['a', 'é', '語']) {
      const long = letter.repeat(5_000)
      expect(ownCopy(long)).toBe(long)
    }
  })
})
