/** Adds a character to a hash. Texts are hashed from their end, so that the hash of a name passes through those of its parent domains. */
export const addToHash = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193)
export const emptyHash = 0x811c9dc5 | 0

const hashOf = (text: string): number => {
  let hash = emptyHash
  for (let i = text.length - 1; i >= 0; i--) hash = addToHash(hash, text.charCodeAt(i))
  return hash
}

/** Lower-cases an ASCII letter. */
export const lowerCaseCode = (code: number): number => (code >= 65 && code <= 90 ? code | 32 : code)

/**
 * Numbers ASCII texts from 0 in order of arrival: a hash table in flat arrays, because a million objects would cost five times as much.
 * About 16 bytes per text plus its length. Texts are never removed.
 */
export class ValueTable {
  #size = 0
  #bytes = new Uint8Array(4096)
  #offsets = new Uint32Array(129)
  #hashes = new Int32Array(128)
  /** Number and 1; 0 is empty. At most half full. */
  #slots = new Int32Array(256)

  get size(): number {
    return this.#size
  }

  /** The number of a text; -1 when it is not there. */
  find(text: string): number {
    return this.findPart(text, 0, text.length, hashOf(text), false)
  }

  /** The number of a part of a text whose hash is known, as written or in lower case. */
  findPart(text: string, start: number, end: number, hash: number, folded: boolean): number {
    const mask = this.#slots.length - 1
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] ?? 0) - 1
      if (number < 0) return -1
      if (this.#hashes[number] === hash && this.#isAt(number, text, start, end, folded)) return number
    }
  }

  /** The number of a text, which is given one if it has none. */
  add(text: string): number {
    const hash = hashOf(text)
    const known = this.findPart(text, 0, text.length, hash, false)
    if (known >= 0) return known
    const number = this.#size
    if ((number + 1) * 2 > this.#slots.length) this.#grow()
    const start = this.#offsets[number] ?? 0
    const end = start + text.length
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, Math.max(end, this.#bytes.length * 1.5))
    for (let i = 0; i < text.length; i++) this.#bytes[start + i] = text.charCodeAt(i)
    this.#offsets[number + 1] = end
    this.#hashes[number] = hash
    this.#size++
    this.#place(number, hash)
    return number
  }

  /** The text of a number. */
  text(number: number): string {
    return ascii.decode(this.#bytes.subarray(this.#offsets[number], this.#offsets[number + 1]))
  }

  #isAt(number: number, text: string, start: number, end: number, folded: boolean): boolean {
    const at = this.#offsets[number] ?? 0
    if ((this.#offsets[number + 1] ?? 0) - at !== end - start) return false
    for (let i = start; i < end; i++) {
      const code = text.charCodeAt(i)
      if (this.#bytes[at + i - start] !== (folded ? lowerCaseCode(code) : code)) return false
    }
    return true
  }

  #place(number: number, hash: number): void {
    const mask = this.#slots.length - 1
    let slot = spread(hash) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = number + 1
  }

  #grow(): void {
    const room = this.#slots.length
    this.#slots = new Int32Array(room * 2)
    this.#hashes = grown(this.#hashes, room)
    this.#offsets = grown(this.#offsets, room + 1)
    for (let number = 0; number < this.#size; number++) this.#place(number, this.#hashes[number] ?? 0)
  }
}

const ascii = new TextDecoder('latin1')

/** Spreads neighbouring hashes (the final mix of MurmurHash3). */
const spread = (hash: number): number => {
  const a = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return b ^ (b >>> 16)
}

/** A longer copy of an array. */
export const grown = <Numbers extends Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array>(
  array: Numbers,
  length: number,
): Numbers => {
  const longer = Reflect.construct(array.constructor, [Math.ceil(length)])
  longer.set(array)
  return longer
}
