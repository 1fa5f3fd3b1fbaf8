import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchText, wordsOf } from './search-text.ts'

describe('searchText', () => {
  it('lists each word once', () => {
    expect(searchText({ a: 'Failed for ROOT', b: ['failed for 10.0.0.1', 7, true, null], c: { d: undefined } })).toBe(
      'failed for root 10.0.0.1 7 true',
    )
  })

  it('contains the words of every fragment of every value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        (values, which, start, length) => {
          const value = values[which % Math.max(1, values.length)] ?? ''
          const lower = value.toLowerCase()
          const from = start % (lower.length + 1)
          const piece = lower.slice(from, from + (length % 9))
          const search = searchText({ values })
          expect(wordsOf(piece).every((word) => search.includes(word))).toBe(true)
        },
      ),
    )
  })

  it('continues a list of words', () => {
    const values = fc.array(fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(values, values, (first, rest) => {
        expect(searchText(rest, searchText(first))).toBe(searchText([first, rest]))
      }),
    )
  })
})
