import { hasBit, packBits } from './filter-bits.ts'

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

/** Texts that stand one after the other in bytes, all of them ASCII. */
export interface AsciiTexts {
  readonly texts: readonly string[]
  readonly bytes: Uint8Array
}

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

/** The lower case of each byte, where it enters a window. */
const entering = Int32Array.from(
  { length: 128 },
  (_, code) => String.fromCharCode(code).toLowerCase().charCodeAt(0) << 24,
)

/** Adds texts by way of their bytes, several times as fast as by way of their characters. */
const addBytes = ({ texts, bytes }: AsciiTexts, places: Uint8Array, bits: number): void => {
  let at = 0
  for (const { length } of texts) {
    const end = at + length
    let window = 0
    for (const start = Math.min(end, at + run - 1); at < start; at += 1) window = step(window, bytes, at)
    for (; at < end; at += 1) {
      window = step(window, bytes, at)
      places[Math.imul(window, spreading) >>> (32 - bits)] = 1
    }
  }
}

/** The last four characters, eight bits each. */
const step = (window: number, bytes: Uint8Array, at: number): number => (window >>> 8) ^ (entering[bytes[at] ?? 0] ?? 0)

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
