import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { compileRegex } from './regex.ts'
import { textsOfRegex } from './regex-texts.ts'

describe('the texts that a regular expression needs', () => {
  const cases: readonly (readonly [string, readonly string[] | undefined, string])[] = [
    ['abc', ['abc'], 'plain letters'],
    ['AB.*cde', ['cde'], 'the longer of two, without case'],
    ['union|SELECT', ['union', 'select'], 'alternatives need one of them'],
    ['union|.*', undefined, 'an alternative that may be anything'],
    ['a(?:bcd|efg)h', ['bcd', 'efg'], 'a group that must be there'],
    ['abcde(?:fg|hi)?', ['abcde'], 'a group that may be missing'],
    ['(?i)(?:drop|truncate)\\s+table', ['table'], 'flags, and the rarer part'],
    ['ab{2,3}c', ['ab'], 'a repeated letter ends the run'],
    ['x{0,3}yz', ['yz'], 'what may stand no time'],
    ['\\$\\{jndi:', ['${jndi:'], 'escapes of signs'],
    ['\\d+\\.exe', ['.exe'], 'classes'],
    ['[]a|b]cd', ['cd'], 'a class with a bracket and a bar'],
    ['[[:alpha:]]xyz', ['xyz'], 'a named class'],
    ['\\x41bcdef', undefined, 'letters by number'],
    ['(?P<name>foo)bar', ['foo'], 'a named group'],
    ['', undefined, 'nothing'],
  ]
  it.each(cases)('%s', (source, texts) => {
    expect(textsOfRegex(source)).toEqual(texts)
  })

  it.each([
    ['system32', ['config']],
    ['config', ['system32']],
  ])('are others than %s where that is common', (common, texts) => {
    expect(textsOfRegex('(?:copy|cp)\\b.*[/]system32[/]config[/]', [common])).toEqual(texts)
  })

  it('are in every text that matches', () => {
    const letter = fc.constantFrom('a', 'b', 'C', '1', ' ', '\\.', '[ab]', '.', '\\d', '\\w')
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        letter,
        fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
        fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((parts) => `(?:${parts.join('|')})`),
        fc
          .tuple(tie('tree'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,3}', '+?'))
          .map(([part, times]) => `(${part})${times}`),
        fc
          .tuple(letter, fc.constantFrom('*', '+', '?', '{2}', '{0,1}', '{1,}'))
          .map(([part, times]) => `${part}${times}`),
      ),
    }))
    const text = fc
      .array(fc.constantFrom('a', 'b', 'A', 'B', 'c', 'C', '1', '2', ' ', '.'), { maxLength: 14 })
      .map((letters) => letters.join(''))
    fc.assert(
      fc.property(
        tree,
        fc.constantFrom('', 'i'),
        fc.array(text, { minLength: 5, maxLength: 20 }),
        (source, flags, values) => {
          const { matches } = compileRegex(source, flags, [])
          const texts = textsOfRegex(source)
          for (const some of [texts, textsOfRegex(source, texts)]) {
            for (const value of values) {
              if (matches(value) && some) expect(some.some((one) => value.toLowerCase().includes(one))).toBe(true)
            }
          }
        },
      ),
      { numRuns: runs(3000) },
    )
  })
})
