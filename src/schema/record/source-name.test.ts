import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { runs } from '../../../test/depth.ts'
import { sourceNamePattern, toSourceName } from './source-name.ts'

describe('toSourceName', () => {
  it.each([
    ['rabbit@localhost.log', 'rabbit@localhost.log'],
    ['журнал 1 (копия).log', 'журнал 1 (копия).log'],
    ['-a:b/c.log', 'a-b-c.log'],
    ['.hidden', 'hidden'],
    ['x'.repeat(70), 'x'.repeat(64)],
    ['!', 'fallback'],
  ])('turns %s into %s', (text, name) => expect(toSourceName(text, 'fallback')).toBe(name))

  it('makes a valid name of any text', () => {
    const text = fc.string({ unit: anyCharacter, maxLength: 300 })
    const isValid = (given: string) => sourceNamePattern.test(toSourceName(given, 'fallback'))
    fc.assert(fc.property(text, isValid), { numRuns: runs(1_000) })
  })
})
