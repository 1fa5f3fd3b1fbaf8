import { hasBit, packBits } from './filter-bits.ts'
import type { AsciiTexts } from './text-collector.ts'

/**
 * Rules out words that a block of texts cannot contain, so that a search need not open it.
 *
 * It is a Bloom filter (Bloom 1970) with one hash over all runs of four characters of the lower-case texts. A text that contains
 * a word contains every run of four within the word, wherever the word begins and ends: so `fail` finds `failed`, and
 * a block in which one run is missing surely has no match. Longer words have more runs and are distinguished better (at 30 % full,
 * a word of seven characters passes by chance in 0.3⁴ of the blocks); words of less than four characters say nothing.
 *
 * Building takes a step a character; the size is halved for as long as at most a third of the bits would be set.
 * The value filter distinguishes addresses and ids, of which this one knows too little.
 */
const run = 4
const greatestSize = 1 << 17
const leastSize = 64
const fullest = 1 / 3

/** Builds the filter of some texts. */
export const buildTokenFilter = (texts: readonly string[], ascii: readonly AsciiTexts[] = []): Uint8Array => {
  let most = 0
  for (const { bytes } of ascii) most += bytes.length
  for (const text of texts) most += text.length
  const bits = Math.log2(Math.min(greatestSize, Math.max(leastSize, 2 ** Math.ceil(Math.log2(most / fullest + 1)))))
  const places = new Uint8Array(2 ** bits)
  for (const text of texts) addText(text, places, bits)
  for (const group of ascii) addBytes(group, places, bits)
  return packBits(places, leastSize, fullest)
}

/** Adds texts by way of their bytes, four runs at a time, several times as fast as by way of their characters. */
const addBytes = ({ lengths, bytes }: AsciiTexts, places: Uint8Array, bits: number): void => {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shift = 32 - bits
  let at = 0
  for (const length of lengths) {
    const end = at + length
    if (length >= run) {
      let word = toLower(words.getInt32(at, true))
      for (; at <= end - 2 * run; at += run) {
        const next = toLower(words.getInt32(at + run, true))
        places[Math.imul(word, spreading) >>> shift] = 1
        places[Math.imul((word >>> 8) | (next << 24), spreading) >>> shift] = 1
        places[Math.imul((word >>> 16) | (next << 16), spreading) >>> shift] = 1
        places[Math.imul((word >>> 24) | (next << 8), spreading) >>> shift] = 1
        word = next
      }
      for (; at <= end - run; at += 1) {
        places[Math.imul(toLower(words.getInt32(at, true)), spreading) >>> shift] = 1
      }
    }
    at = end
  }
}

/** The lower case of four ASCII characters at once: adding sets the top bit of each that is at least `A`, or beyond `Z`. */
const toLower = (word: number): number => word | (((word + 0x3f3f3f3f) & ~(word + 0x25252525) & 0x80808080) >>> 2)

const addText = (text: string, places: Uint8Array, bits: number): void => {
  const lower = text.toLowerCase()
  // Bits above the eighth are dropped, which can only add false positives.
  let window = 0
  for (let index = 0; index < lower.length; index += 1) {
    window = (window >>> 8) ^ (lower.charCodeAt(index) << 24)
    if (index >= run - 1) places[Math.imul(window, spreading) >>> (32 - bits)] = 1
  }
}

const spreading = 0x9e3779b1

/** Whether a block may contain a text with all these lower-case words; false is certain, true is not. */
export const mayContain = (filter: Uint8Array, words: readonly string[]): boolean => {
  const bits = Math.log2(filter.length * 8)
  if (!Number.isInteger(bits)) return true
  for (const word of words) {
    let window = 0
    for (let index = 0; index < word.length; index += 1) {
      window = (window >>> 8) ^ (word.charCodeAt(index) << 24)
      if (index < run - 1) continue
      const place = Math.imul(window, spreading) >>> (32 - bits)
      if (!hasBit(filter, place)) return false
    }
  }
  return true
}
