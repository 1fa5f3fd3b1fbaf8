import type { Reader, Writer } from '../bytes/codec.ts'

/** The number of an event that was never learnt. */
export const unknown = -1
/** The two ends of a session, as events of their own. */
export const sessionStart = 0
export const end = 1
/** Three codes of 17 bits fit a double's 53 bits, so that a triple is one exact number. */
export const codeBits = 17

/** Numbers for event ids, from 2 on, in the order in which they came; past the limit new ids stay unknown. */
export class Vocabulary {
  readonly #codes = new Map<string, number>()
  readonly #names: string[] = ['', '']
  readonly #hashes: number[] = [0x1b873593, 0x2545f491]
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#names.length
  }
  codeOf(event: string | number): number {
    return this.#codes.get(String(event)) ?? unknown
  }
  learn(event: string | number): number {
    const name = String(event)
    const known = this.#codes.get(name)
    if (known !== undefined) return known
    const code = this.#names.length
    if (code - 2 >= this.#limit) return unknown
    this.#codes.set(name, code)
    this.#names.push(name)
    this.#hashes.push(hashText(name))
    return code
  }
  nameOf(code: number): string {
    return this.#names[code] ?? ''
  }
  /** Depends on the ID alone, not on its arrival, for results that must not depend on the order of training. */
  hashOf(code: number): number {
    return this.#hashes[code] ?? 0
  }

  save(writer: Writer): void {
    writer.varint(this.#names.length - 2)
    for (let code = 2; code < this.#names.length; code++) writer.text(this.nameOf(code))
  }
  load(reader: Reader): void {
    for (let left = reader.varint(); left > 0; left--) this.learn(reader.text())
  }
}

/** Murmur3's final mix: every bit of the input moves every bit of the output. */
export const mix = (value: number): number => {
  let bits = value ^ (value >>> 16)
  bits = Math.imul(bits, 0x85ebca6b)
  bits ^= bits >>> 13
  bits = Math.imul(bits, 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

/** Two 32-bit lanes as one whole number below 2^53. */
export const join = (high: number, low: number): number => ((high >>> 0) & 0x1fffff) * 4_294_967_296 + (low >>> 0)

const hashText = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash)
}
