import { hasBit, packBits } from './filter-bits.ts'
import type { AsciiTexts } from './text-collector.ts'

/**
 * Rules out addresses, hashes and other ids that a block of texts cannot contain.
 *
 * The token filter is weak there: the runs of four characters of a few thousand addresses are nearly all there are. This Bloom filter
 * holds runs of six of the characters 0-9 a-f . : -, in lower case. An address has a dot or a colon in each of its runs, and
 * all of these runs are in the filter. Of the runs without one, which come from ids and hashes, it holds a quarter: those
 * that their hash selects, so that every text that contains such a run makes the same choice. A trace id of 32 digits then
 * fills a quarter of the bits, and has about seven runs to be distinguished by.
 *
 * A text that contains a word contains every run within the word: no match is ruled out, wherever a word begins and ends.
 * Words with fewer than six of these characters in sequence say nothing.
 */
const run = 6
/** One of so many runs without a separator is in the filter; a power of two. */
const sampling = 4
const greatestBits = 17
const leastSize = 64
/** Three bits a run distinguish best if about half of all bits are set. */
const fullest = 0.65

const symbolBits = 5
const symbolMask = 2 ** symbolBits - 1
const windowMask = 2 ** (run * symbolBits) - 1
/** The numbers of the separators have this bit. A hyphen shares its number with `f`, which can only add false positives. */
const separatorBit = 16
const symbols = ['0123456789abcdef', '-', '.', ':']
const separators = Array.from({ length: run }, (_, place) => separatorBit << (place * symbolBits)).reduce(
  (a, b) => a | b,
)

/** The number of each character of a run, in either case, with a bit above; 0 for all other characters. */
const symbolOf = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code).toLowerCase()
  const [digits = '', hyphen, dot, colon] = symbols
  const number =
    character === hyphen
      ? 15
      : character === dot
        ? separatorBit
        : character === colon
          ? separatorBit + 1
          : digits.indexOf(character)
  return number < 0 ? 0 : number | (1 << symbolBits)
})

/** Builds the filter of some texts. */
export const buildValueFilter = (texts: readonly string[], ascii: readonly AsciiTexts[] = []): Uint8Array => {
  let most = 0
  for (const { bytes } of ascii) most += bytes.length
  for (const text of texts) most += text.length
  const bits = Math.min(greatestBits, Math.max(Math.log2(leastSize), Math.ceil(Math.log2(most * 6 + 1))))
  const places = new Uint8Array(2 ** bits)
  for (const text of texts) if (text.length >= run) addText(text, places, bits)
  for (const group of ascii) addBytes(group, places, bits)
  return packBits(places, leastSize, fullest)
}

/** Whether a block may contain a text with all these lower-case words; false is certain, true is not. */
export const mayContainValues = (filter: Uint8Array, words: readonly string[]): boolean => {
  const shift = 32 - Math.log2(filter.length * 8)
  for (const word of words) {
    for (const hash of runsOf(word)) {
      const held =
        hasBit(filter, Math.imul(hash, first) >>> shift) &&
        hasBit(filter, Math.imul(hash, second) >>> shift) &&
        hasBit(filter, Math.imul(hash, third) >>> shift)
      if (!held) return false
    }
  }
  return true
}

const first = 0x9e3779b1
const second = 0x85ebca77
const third = 0xc2b2ae3d

const addText = (text: string, places: Uint8Array, bits: number): void => {
  const shift = 32 - bits
  for (const hash of runsOf(text.toLowerCase())) {
    places[Math.imul(hash, first) >>> shift] = 1
    places[Math.imul(hash, second) >>> shift] = 1
    places[Math.imul(hash, third) >>> shift] = 1
  }
}

/** The hashes of the runs of a lower-case text that belong in the filter. */
const runsOf = (text: string): readonly number[] => {
  const hashes: number[] = []
  let window = 0
  let length = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    const symbol = code < 128 ? (symbolOf[code] ?? 0) : 0
    length = symbol === 0 ? 0 : length + 1
    window = ((window << symbolBits) | (symbol & symbolMask)) & windowMask
    if (length < run) continue
    const hash = mix(window)
    if (isHeld(window, hash)) hashes.push(hash)
  }
  return hashes
}

/**
 * Adds texts by way of their bytes. Looks at the last byte of the next possible run first, and continues behind the last one that is
 * no symbol: most text is skipped in steps of up to six.
 */
const addBytes = ({ lengths, bytes }: AsciiTexts, places: Uint8Array, bits: number): void => {
  const shift = 32 - bits
  let start = 0
  for (const length of lengths) {
    const end = start + length
    while (start + run <= end) {
      let at = start + run - 1
      while (at >= start && symbolOf[bytes[at] ?? 0] !== 0) at -= 1
      if (at >= start) {
        start = at + 1
        continue
      }
      let window = 0
      for (at = start; at < end; at += 1) {
        const symbol = symbolOf[bytes[at] ?? 0] ?? 0
        if (symbol === 0) break
        window = ((window << symbolBits) | (symbol & symbolMask)) & windowMask
        if (at < start + run - 1) continue
        const hash = mix(window)
        if (!isHeld(window, hash)) continue
        places[Math.imul(hash, first) >>> shift] = 1
        places[Math.imul(hash, second) >>> shift] = 1
        places[Math.imul(hash, third) >>> shift] = 1
      }
      start = at + 1
    }
    start = end
  }
}

/** Whether a run belongs in the filter: with a separator always, else if its hash selects it. */
const isHeld = (window: number, hash: number): boolean => (window & separators) !== 0 || (hash & (sampling - 1)) === 0

const mix = (window: number): number => {
  const hash = Math.imul(window, 0x2c1b3c6d)
  return hash ^ (hash >>> 15)
}
