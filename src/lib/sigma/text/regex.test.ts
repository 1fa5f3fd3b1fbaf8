import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { compileRegex } from './regex.ts'

const pieces = [
  ...[
    'a',
    'Z',
    '0',
    ' ',
    '-',
    '/',
    ',',
    '.',
    '^',
    '$',
    '|',
    '(',
    ')',
    '(?:',
    '*',
    '+',
    '?',
    '{2}',
    '{2,}',
    '{3,2}',
    '{40}',
    '{1,999}',
    '{1,1000}',
    '{1001}',
    '[',
    ']',
  ],
  ...[
    '[a-z]',
    '[z-a]',
    '[a-z-9]',
    '[A-Z\\d]',
    '[\\d-z]',
    '[\\s\\x22]',
    '[\\x41-z]',
    '[^\\]]',
    '[-a]',
    '[a-]',
    '[^/]',
    '[\\w.]',
    '[\\w-]',
    '[\\w-z]',
    '[]',
    '[^]',
    '[]a]',
    '[[:alpha:]]',
    '\\d',
    '\\b',
    '\\B',
  ],
  ...['\\.', '\\\\', '\\(', '\\1', '\\x41', '\\pL', '\\Q', '\\z', '(?=a)', '(?i)', '(?<n>a)', 'é', '}', '{'],
]
const source = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''))

const compiles = (text: string): boolean => {
  try {
    RE2JS.compile(text)
    return true
  } catch {
    return false
  }
}

describe('compileRegex', () => {
  it('refuses exactly what RE2 refuses, before the first use', () => {
    fc.assert(
      fc.property(source, (text) => {
        const compile = () => compileRegex(text, '', [])
        if (compiles(text)) expect(compile().matches('a Z/0')).toBe(RE2JS.compile(text).test('a Z/0'))
        else expect(compile).toThrow(/cannot be used/)
      }),
      { numRuns: 2_000 },
    )
  })
})
