/** A value that is no list. */
export type PlainValue = string | number | boolean

const leastPlaces = 64
/** A value that is in none of so many places counts as a new one, so that values with equal hashes do not slow down a block. */
const mostProbes = 32
/** The characters at both ends of a text that its hash depends on. */
const hashedStart = 8
const hashedEnd = 40

/**
 * The number of each value in a list, by a hash table with open addressing. A Map of a few thousand texts copies itself a dozen times while
 * it grows, and the copies die in the old generation.
 */
export class ValueNumbers {
  /** The number in each place, plus one; 0 for none. */
  #numbers = new Uint16Array(leastPlaces)
  #hashes = new Int32Array(leastPlaces)
  #count = 0

  /**
   * Returns the number of the value among the given ones; if it is new, that of the next one, under which it is found from now on. NaN is
   * always new, and -0 counts as 0.
   */
  numberOf(value: PlainValue, values: readonly unknown[]): number {
    const hash = hashOf(value)
    const [numbers, hashes] = [this.#numbers, this.#hashes]
    const mask = numbers.length - 1
    let place = hash & mask
    for (let probes = 0; probes < mostProbes; probes += 1) {
      const number = (numbers[place] ?? 0) - 1
      if (number < 0) {
        this.#put(place, values.length, hash)
        return values.length
      }
      if (hashes[place] === hash && values[number] === value) return number
      place = (place + 1) & mask
    }
    return values.length
  }

  #put(place: number, number: number, hash: number): void {
    this.#numbers[place] = number + 1
    this.#hashes[place] = hash
    this.#count += 1
    if (this.#count * 2 > this.#numbers.length) this.#grow()
  }

  #grow(): void {
    const [numbers, hashes] = [this.#numbers, this.#hashes]
    this.#numbers = new Uint16Array(numbers.length * 4)
    this.#hashes = new Int32Array(numbers.length * 4)
    const mask = this.#numbers.length - 1
    for (let from = 0; from < numbers.length; from += 1) {
      const number = numbers[from] ?? 0
      if (number === 0) continue
      const hash = hashes[from] ?? 0
      let place = hash & mask
      while (this.#numbers[place] !== 0) place = (place + 1) & mask
      this.#numbers[place] = number
      this.#hashes[place] = hash
    }
  }
}

const hashOf = (value: PlainValue): number => {
  if (typeof value !== 'string')
    return mix(typeof value === 'number' ? value ^ (value / 2 ** 32) ^ (value * 997) : Number(value))
  const { length } = value
  let hash = length
  const start = Math.min(length, hashedStart)
  for (let at = 0; at < start; at += 1) hash = Math.imul(hash, 31) + value.charCodeAt(at)
  for (let at = Math.max(start, length - hashedEnd); at < length; at += 1)
    hash = Math.imul(hash, 31) + value.charCodeAt(at)
  return mix(hash)
}

const mix = (hash: number): number => {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return mixed ^ (mixed >>> 13)
}
