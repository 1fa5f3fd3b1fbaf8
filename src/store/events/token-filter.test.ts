import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { buildTokenFilter, mayContain } from './token-filter.ts'

const character = fc.oneof(fc.constantFrom(...'abAB01 .:-_/\n'), fc.constantFrom('İ', 'K', 'Σ', 'ß', '€', '\ud83d'))
const text = fc.array(character, { maxLength: 40 }).map((parts) => parts.join(''))

const asciiTexts = fc.array(fc.string({ unit: fc.nat(127).map((code) => String.fromCharCode(code)), maxLength: 40 }))

describe('a token filter', () => {
  it('is the same by way of bytes as by way of characters, wherever texts begin', () => {
    fc.assert(
      fc.property(asciiTexts, fc.nat(3), (texts, offset) => {
        const bytes = Buffer.from(`${'x'.repeat(offset)}${texts.join('')}`).subarray(offset)
        expect(buildTokenFilter([], [{ lengths: texts.map(({ length }) => length), bytes }])).toEqual(
          buildTokenFilter(texts),
        )
      }),
      { numRuns: runs(1_000) },
    )
  })

  it('never rules out a word that a text contains, wherever it begins and ends', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        (texts, which, start, length) => {
          const lower = (texts[which % texts.length] ?? '').toLowerCase()
          const from = start % (lower.length + 1)
          const word = lower.slice(from, from + (length % 20))
          expect(mayContain(buildTokenFilter(texts), [word])).toBe(true)
        },
      ),
      { numRuns: runs(2_000) },
    )
  })

  it('finds fail in failed, and denies what is not there', () => {
    const filter = buildTokenFilter(['Failed password for root from 203.0.113.9 port 22', 'Accepted password for fztu'])
    for (const word of ['fail', 'ailed', 'password for', '203.0.113.9', '3.0.1', 'ssh', 'fztu'])
      expect(mayContain(filter, [word])).toBe(true)
    for (const word of ['198.51.100.7', 'kernel', 'session opened']) expect(mayContain(filter, [word])).toBe(false)
    expect(mayContain(filter, ['fail', 'kernel'])).toBe(false)
  })

  it('is small for little text and distinguishes addresses in a full block', () => {
    const address = (index: number): string => `10.${(index * 7) % 256}.${(index * 13) % 256}.${index % 256}`
    const texts = Array.from(
      { length: 4_096 },
      (_, index) =>
        `sshd[${20_000 + index}]: Failed password for root from ${address(index % 200)} port ${30_000 + index}`,
    )
    const filter = buildTokenFilter(texts)
    expect(filter.length).toBeLessThanOrEqual(4_096)
    expect(buildTokenFilter(texts.slice(0, 2)).length).toBeLessThanOrEqual(64)
    const absent = Array.from({ length: 200 }, (_, index) => `${192 + (index % 8)}.168.${index}.${255 - index}`)
    expect(absent.filter((word) => mayContain(filter, [word])).length).toBeLessThan(20)
  })

  it('rules out nothing if the filter has an invalid length', () => {
    expect(mayContain(new Uint8Array(0), ['word'])).toBe(true)
    expect(mayContain(new Uint8Array(3), ['word'])).toBe(true)
  })
})
