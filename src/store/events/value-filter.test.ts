import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { blockMayContain, buildBlockFilter } from './block-filter.ts'
import { buildTokenFilter } from './token-filter.ts'
import { buildValueFilter, mayContainValues } from './value-filter.ts'

const hexadecimal = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdefABCDEF'), { minLength: length, maxLength: length })
    .map((d) => d.join(''))
const piece = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV6().map((address) => address.toUpperCase()),
  fc.uuid(),
  hexadecimal(16),
  hexadecimal(32),
  fc.integer().map(String),
  fc.double().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(' ', '.', ':', '-', '[', ']', '/', '"', 'sshd', 'İ', 'K', 'Σ', 'ß', '€', '\ud83d', '\ud800', 'é'),
  fc.string({ maxLength: 8 }),
)
const line = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))
const lines = fc.array(line, { minLength: 1, maxLength: 12 })

/** The texts as the block writer passes them: ASCII ones as bytes, too. */
const build = (texts: readonly string[]): Uint8Array => {
  const bytes = Buffer.from(texts.join(''))
  const ascii = bytes.length === texts.join('').length
  return ascii ? buildBlockFilter([], [{ lengths: texts.map(({ length }) => length), bytes }]) : buildBlockFilter(texts)
}

describe('a block filter', () => {
  it('never rules out a part of a line, wherever it begins and ends', () => {
    fc.assert(
      fc.property(lines, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 60 }), (texts, which, start, length) => {
        const lower = (texts[which % texts.length] ?? '').toLowerCase()
        const from = start % (lower.length + 1)
        const words = [lower.slice(from, from + length), lower.slice(from)]
        expect(blockMayContain(build(texts), words)).toBe(true)
        expect(blockMayContain(buildBlockFilter(texts), words)).toBe(true)
      }),
      { numRuns: runs(4_000) },
    )
  })

  it('is the same for text and for its bytes', () => {
    fc.assert(
      fc.property(lines, (some) => {
        const texts = some.map((text) => text.replace(/[^\0-\x7f]/g, '~'))
        const bytes = Buffer.from(texts.join(''))
        expect(buildValueFilter([], [{ lengths: texts.map(({ length }) => length), bytes }])).toEqual(
          buildValueFilter(texts),
        )
      }),
      { numRuns: runs(1_000) },
    )
  })

  it('rules out most absent addresses and ids of a full block', () => {
    const numbers = Array.from({ length: 4_096 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 0)
    const address = (bits: number): string => [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
    const id = (bits: number): string => (BigInt(bits) ** 5n).toString(16).padStart(32, '0').slice(-32)
    const filter = buildBlockFilter(
      numbers.map((bits, index) => `root from ${address(numbers[index % 1_500] ?? 0)} trace ${id(bits)}`),
    )
    expect(filter.length).toBeLessThanOrEqual(32 * 1024 + 1)
    const others = Array.from({ length: 1_000 }, (_, index) => Math.imul(index + 1, 0x85ebca6b) >>> 0)
    const passed = (words: readonly string[]): number => words.filter((word) => blockMayContain(filter, [word])).length
    expect(passed(others.map(address))).toBeLessThan(30)
    expect(passed(others.map(id))).toBeLessThan(30)
    expect(passed(['2001:db8::ff00:42:8329', 'fe80::1', '9.8.7.5'])).toBeLessThanOrEqual(1)
    expect(passed(numbers.slice(0, 200).map(address))).toBe(200)
  })

  it('reads the filters of earlier versions, and rules out nothing if the length is invalid', () => {
    const former = buildTokenFilter(['Failed password for root'])
    expect(blockMayContain(former, ['password'])).toBe(true)
    expect(blockMayContain(former, ['kernel'])).toBe(false)
    for (const length of [0, 1, 3, 6]) expect(blockMayContain(new Uint8Array(length), ['203.0.113.9'])).toBe(true)
    expect(mayContainValues(buildValueFilter([]), ['203.0.113.9'])).toBe(false)
  })
})
