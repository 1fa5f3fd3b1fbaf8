/**
 * Packs a Bloom filter, given with one byte a bit, into as few bits as stay at most `fullest` full. A place is named by the top bits of
 * a hash, so halving the size merges neighbours. The size is a power of two, at least 64.
 */
export const packBits = (places: Uint8Array, leastSize: number, fullest: number): Uint8Array => {
  let bits = toBits(new Int32Array(places.buffer, places.byteOffset, places.length / 4))
  while (bits.length * 32 > leastSize && countBits(bits) <= bits.length * 16 * fullest) bits = mergeNeighbours(bits)
  return new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength)
}

/** Makes four bytes, each 0 or 1, four bits. */
const toBits = (fours: Int32Array): Int32Array => {
  const bits = new Int32Array(fours.length / 8)
  for (let at = 0; at < fours.length; at += 1) {
    const four = fours[at] as number
    const nibble = (four | (four >>> 7) | (four >>> 14) | (four >>> 21)) & 15
    bits[at >>> 3] = (bits[at >>> 3] as number) | (nibble << ((at & 7) * 4))
  }
  return bits
}

const countBits = (bits: Int32Array): number => {
  let set = 0
  for (let at = 0; at < bits.length; at += 1) set += countOf(bits[at] as number)
  return set
}

const countOf = (word: number): number => {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

const mergeNeighbours = (bits: Int32Array): Int32Array => {
  const half = bits.length / 2
  for (let at = 0; at < half; at += 1) {
    bits[at] = mergeIn(bits[at * 2] as number) | (mergeIn(bits[at * 2 + 1] as number) << 16)
  }
  return bits.subarray(0, half)
}

/** Merges each two bits of a word into one, and moves the results together: 16 bits. */
const mergeIn = (word: number): number => {
  let merged = (word | (word >>> 1)) & 0x55555555
  merged = (merged | (merged >>> 1)) & 0x33333333
  merged = (merged | (merged >>> 2)) & 0x0f0f0f0f
  merged = (merged | (merged >>> 4)) & 0x00ff00ff
  return (merged | (merged >>> 8)) & 0xffff
}

/** Whether the bit of a place is set. */
export const hasBit = (filter: Uint8Array, place: number): boolean =>
  ((filter[place >>> 3] ?? 0) & (1 << (place & 7))) !== 0
