import { AppError } from '../errors.ts'
import { createReader, createWriter, StateError } from '../lib/bytes/codec.ts'

/** The first 48 bits of an id: few enough for a number, enough to tell millions apart. */
const keyOf = (id: string): number => Number.parseInt(id.slice(0, 12), 16)

/**
 * Remembers which values a source lists, and a mark of what it says of each, in 12 bytes a value: what it says unchanged need not be
 * written again, and what it lists no longer is known.
 */
export class Membership {
  /** Sorted. */
  readonly #keys: Float64Array
  readonly #marks: Int32Array

  constructor(keys: Float64Array, marks: Int32Array) {
    this.#keys = keys
    this.#marks = marks
  }

  static readonly empty = new Membership(new Float64Array(), new Int32Array())

  get size(): number {
    return this.#keys.length
  }

  /** How many of them are listed still: a mark of 0 is what was taken back. */
  get listed(): number {
    return this.#marks.reduce((count, mark) => (mark === 0 ? count : count + 1), 0)
  }

  /** Whether a value is listed and the same is said of it. */
  says(id: string, mark: number): boolean {
    const at = this.#find(keyOf(id))
    return at >= 0 && this.#marks[at] === mark
  }

  /** Spans of ids that are listed here and not there. */
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

  /** What is listed here or there; where both list it, what is said there counts. */
  joined(other: Membership): Membership {
    const builder = new MembershipBuilder()
    for (const [i, key] of this.#keys.entries()) if (other.#find(key) < 0) builder.addKey(key, this.#marks[i] ?? 0)
    for (const [i, key] of other.#keys.entries()) builder.addKey(key, other.#marks[i] ?? 0)
    return builder.build()
  }

  encode(): Uint8Array {
    return createWriter('membership', 1).f64s(this.#keys).i32s(this.#marks).finish()
  }

  /** Reads what `encode` wrote; no bytes are an empty list. Throws STATE_VERSION on anything else. */
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

/** Gathers the values of a list in any order; of one that comes twice, the last mark counts. */
export class MembershipBuilder {
  #size = 0
  #keys = new Float64Array(1024)
  #marks = new Int32Array(1024)

  get size(): number {
    return this.#size
  }

  add(id: string, mark: number): void {
    this.addKey(keyOf(id), mark)
  }

  addKey(key: number, mark: number): void {
    if (this.#size === this.#keys.length) {
      const [keys, marks] = [this.#keys, this.#marks]
      this.#keys = new Float64Array(this.#size * 2)
      this.#keys.set(keys)
      this.#marks = new Int32Array(this.#size * 2)
      this.#marks.set(marks)
    }
    this.#keys[this.#size] = key
    this.#marks[this.#size++] = mark
  }

  build(): Membership {
    const order = Uint32Array.from({ length: this.#size }, (_, i) => i)
    order.sort((a, b) => (this.#keys[a] ?? 0) - (this.#keys[b] ?? 0) || a - b)
    const last = order.filter((at, i) => this.#keys[at] !== this.#keys[order[i + 1] ?? -1])
    return new Membership(
      Float64Array.from(last, (at) => this.#keys[at] ?? 0),
      Int32Array.from(last, (at) => this.#marks[at] ?? 0),
    )
  }
}

/** A mark of a text, so that one can tell whether it changed (FNV-1a). */
export const markOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash | 0
}
