import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quotedEnd } from './key-values.ts'

describe('a closing quote', () => {
  it.each([
    ['"a" "b"', 2],
    [String.raw`"a\"b"`, 5],
    [String.raw`"a\\" b"`, 4],
    [String.raw`"\\\"`, -1],
    ['"a', -1],
  ])('of %s', (text, end) => {
    expect(quotedEnd(text, 0)).toBe(end)
  })

  it('is the first one that no backslash escapes', () => {
    const text = fc.string({ maxLength: 20, unit: fc.constantFrom('"', '\\', 'a') })
    fc.assert(
      fc.property(text, text, (before, inner) => {
        const escaped = inner.replace(/["\\]/g, String.raw`\$&`)
        expect(quotedEnd(`${before}"${escaped}"${before}`, before.length)).toBe(before.length + escaped.length + 1)
      }),
    )
  })
})
