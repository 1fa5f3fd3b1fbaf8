import type { Reader, Writer } from '../bytes/codec.ts'
import { mix } from './vocabulary.ts'

const seed = 0x9e3779b9
const fewestSlots = 64
/** The slots of all tallies that count nothing yet: many never do. They are replaced by the first key, never written to. */
const noKeys = new Float64Array(fewestSlots).fill(-1)
const noCounts = new Uint32Array(fewestSlots)

/**
 * How many sessions hold each key (a whole number below 2^53): open addressing in flat arrays, 16 bytes a slot. Past its limit it
 * forgets the rarest keys (lossy counting; Manku and Motwani, VLDB 2002), which then count as never seen.
 */
export class SessionTally {
  readonly #limit: number
  #keys = noKeys
  #counts = noCounts
  #seenBy = noCounts
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#size
  }
  get(key: number): number {
    return this.#counts[this.slot(key)] ?? 0
  }
  /** Where a key is, or would go. */
  slot(key: number): number {
    const keys = this.#keys
    const mask = keys.length - 1
    let at = mix((key | 0) ^ Math.imul((key / 4_294_967_296) | 0, seed)) & mask
    for (;;) {
      const found = keys[at]
      if (found === key || found === -1) return at
      at = (at + 1) & mask
    }
  }
  countAt(slot: number): number {
    return this.#counts[slot] ?? 0
  }
  /** True the first time a visitor (numbered from 1) reaches a slot. */
  visit(slot: number, visitor: number): boolean {
    if (this.#seenBy[slot] === visitor) return false
    this.#seenBy[slot] = visitor
    return true
  }
  endVisits(): void {
    if (this.#keys !== noKeys) this.#seenBy.fill(0)
  }
  /** Counts a key once more, once a visitor, and returns how often it was counted before. */
  add(key: number, visitor = 0): number {
    if (this.#keys === noKeys) this.#rebuild(fewestSlots, 1)
    const slot = this.slot(key)
    const before = this.#counts[slot] ?? 0
    if (before > 0 && visitor > 0 && this.#seenBy[slot] === visitor) return before
    this.#keys[slot] = key
    this.#seenBy[slot] = visitor
    this.#counts[slot] = Math.min(before + 1, 0xffffffff)
    if (before === 0 && ++this.#size * 2 > this.#keys.length) this.#grow()
    return before
  }
  forEach(visit: (key: number, count: number) => void): void {
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const count = this.#counts[slot] ?? 0
      if (count > 0) visit(this.#keys[slot] ?? 0, count)
    }
  }

  #grow(): void {
    let least = 1
    if (this.#size >= this.#limit) {
      const counts = [...this.#counts].filter((count) => count > 0).sort((a, b) => a - b)
      least = (counts[counts.length >> 1] ?? 0) + 1
    }
    this.#rebuild(least > 1 ? this.#keys.length : this.#keys.length * 2, least)
  }
  #rebuild(slots: number, least: number): void {
    const keys = this.#keys
    const counts = this.#counts
    const seenBy = this.#seenBy
    this.#keys = new Float64Array(slots).fill(-1)
    this.#counts = new Uint32Array(slots)
    this.#seenBy = new Uint32Array(slots)
    this.#size = 0
    for (let old = 0; old < keys.length; old++) {
      const count = counts[old] ?? 0
      if (count < least) continue
      const slot = this.slot(keys[old] ?? 0)
      this.#keys[slot] = keys[old] ?? 0
      this.#counts[slot] = count
      this.#seenBy[slot] = seenBy[old] ?? 0
      this.#size++
    }
  }

  save(writer: Writer): void {
    writer.varint(this.#size)
    const keys = new Float64Array(this.#size)
    let filled = 0
    this.forEach((key) => {
      keys[filled++] = key
    })
    keys.sort()
    let last = 0
    for (const key of keys) {
      writer.varint(key - last).varint(this.get(key))
      last = key
    }
  }
  load(reader: Reader): void {
    let key = 0
    const size = reader.varint()
    let slots = fewestSlots
    while (slots < size * 2) slots *= 2
    this.#rebuild(slots, 1)
    for (let left = size; left > 0; left--) {
      key += reader.varint()
      const slot = this.slot(key)
      this.#keys[slot] = key
      this.#counts[slot] = reader.varint()
      this.#size++
    }
  }
}
