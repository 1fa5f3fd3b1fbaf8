import { AppError } from '../errors.ts'
import { createReader, createWriter, StateError } from '../lib/bytes/codec.ts'

/** The first 48 bits of an ID: they fit into a number, and collisions among millions of IDs are unlikely. */
const keyOf = (id: string): number => Number.parseInt(id.slice(0, 12), 16)

/**
 * The values that a source lists, each with a fingerprint of its report, in 12 bytes per value. It shows which entries of a new list
 * are unchanged, and which ones are missing.
 */
export class Membership {
  /** Sorted. */
  readonly #keys: Float64Array
  readonly #fingerprints: Int32Array

  constructor(keys: Float64Array, fingerprints: Int32Array) {
    this.#keys = keys
    this.#fingerprints = fingerprints
  }

  static readonly empty = new Membership(new Float64Array(), new Int32Array())

  get size(): number {
    return this.#keys.length
  }

  /** The number of values without the withdrawn ones, whose fingerprint is 0. */
  get listed(): number {
    return this.#fingerprints.reduce((count, fingerprint) => (fingerprint === 0 ? count : count + 1), 0)
  }

  /** Whether a value is listed with this fingerprint. */
  hasUnchanged(id: string, fingerprint: number): boolean {
    const at = this.#find(keyOf(id))
    return at >= 0 && this.#fingerprints[at] === fingerprint
  }

  /** Yields ID ranges that cover the values that are listed here but not in `other`. */
  *without(other: Membership): Generator<readonly [from: string, to: string]> {
    for (const key of this.#keys) {
      if (other.#find(key) >= 0) continue
      const start = key.toString(16).padStart(12, '0')
      yield [start.padEnd(32, '0'), start.padEnd(32, 'f')]
    }
  }

  has(id: string): boolean {
    return this.#find(keyOf(id)) >= 0
  }

  /** Merges two lists. For values in both, the fingerprint of `other` counts. */
  merge(other: Membership): Membership {
    const builder = new MembershipBuilder()
    for (const [i, key] of this.#keys.entries()) {
      if (other.#find(key) < 0) builder.addKey(key, this.#fingerprints[i] ?? 0)
    }
    for (const [i, key] of other.#keys.entries()) builder.addKey(key, other.#fingerprints[i] ?? 0)
    return builder.build()
  }

  encode(): Uint8Array {
    return createWriter('membership', 1).f64s(this.#keys).i32s(this.#fingerprints).finish()
  }

  /** Decodes the output of `encode`; no bytes give an empty list. Throws STATE_VERSION for anything else. */
  static decode(bytes: Uint8Array): Membership {
    if (bytes.length === 0) return Membership.empty
    try {
      const reader = createReader(bytes, 'membership', 1)
      return new Membership(reader.f64s(), reader.i32s())
    } catch (cause) {
      if (!(cause instanceof StateError)) throw cause
      throw new AppError('STATE_VERSION', 'The stored list of a feed has an unknown format.', {
        hint: 'A newer version of Vedette wrote it. Start that version.',
        cause,
      })
    }
  }

  #find(key: number): number {
    let low = 0
    let high = this.#keys.length - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const found = this.#keys[middle] ?? 0
      if (found === key) return middle
      if (found < key) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
}

/** Collects the values of a list in any order. For duplicates, the last fingerprint counts. */
export class MembershipBuilder {
  #size = 0
  #keys = new Float64Array(1024)
  #fingerprints = new Int32Array(1024)

  get size(): number {
    return this.#size
  }

  add(id: string, fingerprint: number): void {
    this.addKey(keyOf(id), fingerprint)
  }

  addKey(key: number, fingerprint: number): void {
    if (this.#size === this.#keys.length) {
      const [keys, fingerprints] = [this.#keys, this.#fingerprints]
      this.#keys = new Float64Array(this.#size * 2)
      this.#keys.set(keys)
      this.#fingerprints = new Int32Array(this.#size * 2)
      this.#fingerprints.set(fingerprints)
    }
    this.#keys[this.#size] = key
    this.#fingerprints[this.#size++] = fingerprint
  }

  build(): Membership {
    const order = Uint32Array.from({ length: this.#size }, (_, i) => i)
    order.sort((a, b) => (this.#keys[a] ?? 0) - (this.#keys[b] ?? 0) || a - b)
    const last = order.filter((at, i) => this.#keys[at] !== this.#keys[order[i + 1] ?? -1])
    return new Membership(
      Float64Array.from(last, (at) => this.#keys[at] ?? 0),
      Int32Array.from(last, (at) => this.#fingerprints[at] ?? 0),
    )
  }
}

/** Returns a 32-bit hash of a text (FNV-1a), to detect changes. */
export const fingerprintOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash | 0
}
