/**
 * Packs a Bloom filter, given with one byte a bit, into as few bits as stay at most `fullest` full. A place is named by the top bits of
 * a hash, so halving the size merges neighbours. Changes `places`.
 */
export const packBits = (places: Uint8Array, leastSize: number, fullest: number): Uint8Array => {
  let size = places.length
  let set = 0
  for (let place = 0; place < size; place += 1) set += places[place] ?? 0
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

/** Whether the bit of a place is set. */
export const hasBit = (filter: Uint8Array, place: number): boolean =>
  ((filter[place >>> 3] ?? 0) & (1 << (place & 7))) !== 0
