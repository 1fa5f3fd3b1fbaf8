/**
 * Tells of a block of texts what it cannot contain, so that a search need not open it.
 *
 * It is a Bloom filter (Bloom 1970) with one hash over all runs of four characters of the lower-case texts. A text that contains
 * a word contains every run of four within the word, wherever the word begins and ends: so `fail` finds `failed`, and
 * a block in which one run is missing surely has no match. Longer words have more runs and are told apart better (at 30 % full,
 * a word of seven characters passes by chance in 0.3⁴ of the blocks); words of less than four characters say nothing.
 *
 * Building takes a step a character; the size is halved for as long as at most a third of the bits would be set.
 */
const run = 4
const greatestSize = 1 << 16
const leastSize = 64
const fullest = 1 / 3

/** Builds the filter of some texts. */
export const buildTokenFilter = (texts: readonly string[]): Uint8Array => {
  const most = texts.reduce((sum, text) => sum + text.length, 0)
  const bits = Math.log2(Math.min(greatestSize, Math.max(leastSize, 2 ** Math.ceil(Math.log2(most / fullest + 1)))))
  const places = new Uint8Array(2 ** bits)
  for (const text of texts) {
    const lower = text.toLowerCase()
    // The last four characters, eight bits each: whatever lies above is folded away, which can only make it less sharp.
    let window = 0
    for (let index = 0; index < lower.length; index += 1) {
      window = (window >>> 8) ^ (lower.charCodeAt(index) << 24)
      if (index >= run - 1) places[Math.imul(window, 0x9e3779b1) >>> (32 - bits)] = 1
    }
  }
  return shrink(places)
}

/** Tells whether a block may hold a text that contains all these lower-case words; false is certain, true is not. */
export const mayContain = (filter: Uint8Array, words: readonly string[]): boolean => {
  const bits = Math.log2(filter.length * 8)
  if (!Number.isInteger(bits)) return true
  for (const word of words) {
    let window = 0
    for (let index = 0; index < word.length; index += 1) {
      window = (window >>> 8) ^ (word.charCodeAt(index) << 24)
      if (index < run - 1) continue
      const place = Math.imul(window, 0x9e3779b1) >>> (32 - bits)
      if (((filter[place >>> 3] ?? 0) & (1 << (place & 7))) === 0) return false
    }
  }
  return true
}

/** Keeps as few bits of the hashes, from the top, as leave the filter at most a third full; `places` is worked on. */
const shrink = (places: Uint8Array): Uint8Array => {
  let size = places.length
  let set = places.reduce((sum, place) => sum + place, 0)
  while (size > leastSize && set <= (size / 2) * fullest) {
    size /= 2
    set = 0
    for (let place = 0; place < size; place += 1) {
      const either = (places[place * 2] ?? 0) | (places[place * 2 + 1] ?? 0)
      places[place] = either
      set += either
    }
  }
  const filter = new Uint8Array(size / 8)
  for (let place = 0; place < size; place += 1) {
    if (places[place] === 1) filter[place >>> 3] = (filter[place >>> 3] ?? 0) | (1 << (place & 7))
  }
  return filter
}
