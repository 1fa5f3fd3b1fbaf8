import { createReader, createWriter } from '../bytes/codec.ts'

export interface SeenSetOptions {
  /** How many keys are remembered exactly; about 60 bytes each. */
  readonly capacity?: number
}

export interface SeenSet {
  has(key: string): boolean
  /** Adds a key and returns how often it was added before: 0, 1, or 2 for "twice or more" and for "once, long ago". */
  add(key: string): 0 | 1 | 2
  /** How many keys were new when they were added. */
  readonly size: number
  save(): Uint8Array
  restore(state: Uint8Array): void
}

const kind = 'seen-set'
const version = 1
/** Ten bits a key and seven probes: about 0.8 % of new keys are taken for known. */
const bitsPerKey = 10
const probes = 7

/**
 * Remembers which keys were seen, in bounded memory: exact (but for collisions of a 52-bit hash) up to its capacity, then two
 * Bloom filters (Bloom, CACM 1970) that take turns, each for eight times the capacity: the older is dropped when the younger
 * is full, so keys that nobody mentions any more are forgotten and new ones are never all "known".
 */
export const createSeenSet = (options: SeenSetOptions = {}): SeenSet => {
  const capacity = Math.max(1, options.capacity ?? 10_000)
  const generation = capacity * 8
  const words = Math.ceil((generation * bitsPerKey) / 32)
  let exact: Map<number, 1 | 2> | undefined = new Map()
  let young = new Int32Array(0)
  let old = new Int32Array(0)
  let youngCount = 0
  let size = 0

  const inFilter = (filter: Int32Array, hash: number): boolean => {
    if (filter.length === 0) return false
    const bits = words * 32
    const a = hash % bits
    const b = 1 + (Math.floor(hash / 67_108_864) % (bits - 1))
    for (let i = 0, at = a; i < probes; i++, at = (at + b) % bits) {
      if (((filter[at >>> 5] ?? 0) & (1 << (at & 31))) === 0) return false
    }
    return true
  }
  const intoFilter = (hash: number): void => {
    if (young.length === 0 || youngCount >= generation) {
      old = young
      young = new Int32Array(words)
      youngCount = 0
    }
    const bits = words * 32
    const a = hash % bits
    const b = 1 + (Math.floor(hash / 67_108_864) % (bits - 1))
    for (let i = 0, at = a; i < probes; i++, at = (at + b) % bits) {
      const word = at >>> 5
      young[word] = (young[word] ?? 0) | (1 << (at & 31))
    }
    youngCount++
  }

  return {
    has(key) {
      const hash = hashOf(key)
      return exact ? exact.has(hash) : inFilter(young, hash) || inFilter(old, hash)
    },
    add(key) {
      const hash = hashOf(key)
      if (exact) {
        const before = exact.get(hash)
        if (before !== undefined) {
          if (before === 1) exact.set(hash, 2)
          return before
        }
        size++
        if (exact.size < capacity) {
          exact.set(hash, 1)
          return 0
        }
        for (const known of exact.keys()) intoFilter(known)
        exact = undefined
        intoFilter(hash)
        return 0
      }
      if (inFilter(young, hash)) return 2
      const known = inFilter(old, hash)
      intoFilter(hash)
      if (known) return 2
      size++
      return 0
    },
    get size() {
      return size
    },
    save() {
      const writer = createWriter(kind, version).varint(capacity).varint(size)
      if (exact) {
        writer.u8(1).varint(exact.size)
        for (const [hash, times] of exact) writer.varint(hash * 2 + (times - 1))
      } else {
        writer.u8(0).varint(youngCount).i32s(young).i32s(old)
      }
      return writer.finish()
    },
    restore(state) {
      const reader = createReader(state, kind, version)
      const savedCapacity = reader.varint()
      size = reader.varint()
      if (reader.u8() === 1) {
        exact = new Map()
        for (let left = reader.varint(); left > 0; left--) {
          const packed = reader.varint()
          exact.set(Math.floor(packed / 2), packed % 2 === 0 ? 1 : 2)
        }
        return
      }
      youngCount = reader.varint()
      young = reader.i32s()
      old = reader.i32s()
      exact = undefined
      // Filters of another size cannot be read with these probes: what was seen is forgotten rather than mistaken.
      if (savedCapacity !== capacity) {
        young = new Int32Array(0)
        old = new Int32Array(0)
        youngCount = 0
      }
    },
  }
}

/** A 52-bit hash of a text: two FNV-like lanes with a final mix. */
const hashOf = (key: string): number => {
  let a = 0x811c9dc5
  let b = 0x9747b28c
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ code, 0x5bd1e995)
    b ^= b >>> 13
  }
  a ^= a >>> 15
  a = Math.imul(a, 0x2c1b3c6d)
  a ^= a >>> 12
  return (a >>> 0) * 1_048_576 + ((b >>> 0) & 0xfffff)
}
