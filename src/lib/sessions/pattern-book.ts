import type { Reader, Writer } from '../bytes/codec.ts'
import type { Vocabulary } from './vocabulary.ts'

/** How often each event comes in a session, whatever the order: codes with their counts, sorted by the codes' hashes. */
export interface EventPattern {
  readonly hash: number
  readonly codes: readonly number[]
  readonly counts: readonly number[]
  /** In how many learnt sessions exactly this pattern was. */
  sessions: number
}

/** The most counts to hold for each pattern, on average: sessions of thousands of distinct events leave room for fewer. */
const countsEach = 512

/**
 * The distinct patterns that were learnt, at most twice as many as the limit. When it is full, it keeps as many as the limit: half of
 * them the most frequent, half a sample of the others by their hashes, so that rare kinds of sessions stay known as well as common ones.
 */
export class PatternBook {
  readonly #limit: number
  readonly #vocabulary: Vocabulary
  #byHash = new Map<number, EventPattern>()
  #counts = 0

  constructor(limit: number, vocabulary: Vocabulary) {
    this.#limit = limit
    this.#vocabulary = vocabulary
  }

  /** Counts a session with the given codes and counts, which come in the order of its events. Returns its pattern. */
  add(hash: number, codes: ArrayLike<number>, counts: ArrayLike<number>, size: number): EventPattern {
    const known = this.#byHash.get(hash)
    if (known) {
      known.sessions++
      return known
    }
    const pattern = this.#toPattern(hash, codes, counts, size)
    this.#keep(pattern)
    if (this.#byHash.size >= this.#limit * 2 || this.#counts >= this.#limit * 2 * countsEach) this.#prune()
    return pattern
  }
  /** Returns the book's own pattern with the same hash, if it has one, so that a copy need not be held. */
  share(pattern: EventPattern): EventPattern {
    return this.#byHash.get(pattern.hash) ?? pattern
  }
  /** The most frequent first; equally frequent ones by hash, so that the order of training does not show. */
  sorted(): EventPattern[] {
    return [...this.#byHash.values()].sort((a, b) => b.sessions - a.sessions || a.hash - b.hash)
  }
  #keep(pattern: EventPattern): void {
    this.#byHash.set(pattern.hash, pattern)
    this.#counts += pattern.codes.length
  }
  #prune(): void {
    const patterns = this.sorted()
    const common = patterns.splice(0, Math.min(this.#limit, patterns.length) >> 1)
    patterns.sort((a, b) => a.hash - b.hash)
    this.#byHash.clear()
    this.#counts = 0
    for (const pattern of [...common, ...patterns]) {
      if (this.#byHash.size >= this.#limit || this.#counts >= this.#limit * countsEach) return
      this.#keep(pattern)
    }
  }

  #toPattern(hash: number, codes: ArrayLike<number>, counts: ArrayLike<number>, size: number): EventPattern {
    const pairs = Array.from({ length: size }, (_, i) => ({ code: codes[i] ?? 0, count: counts[i] ?? 0 }))
    pairs.sort((a, b) => this.#vocabulary.hashOf(a.code) - this.#vocabulary.hashOf(b.code) || a.code - b.code)
    return { hash, codes: pairs.map(({ code }) => code), counts: pairs.map(({ count }) => count), sessions: 1 }
  }

  save(writer: Writer): void {
    writer.varint(this.#byHash.size)
    for (const pattern of this.#byHash.values()) {
      writePattern(writer, pattern)
      writer.varint(pattern.sessions)
    }
  }
  load(reader: Reader): void {
    for (let left = reader.varint(); left > 0; left--) {
      const pattern = readEventPattern(reader)
      pattern.sessions = reader.varint()
      this.#keep(pattern)
    }
  }
}

export const writePattern = (writer: Writer, { hash, codes, counts }: EventPattern): void => {
  writer.varint(hash).varint(codes.length)
  for (const code of codes) writer.varint(code)
  for (const count of counts) writer.varint(count)
}
export const readEventPattern = (reader: Reader): EventPattern => {
  const hash = reader.varint()
  const size = reader.varint()
  const read = () => Array.from({ length: size }, () => reader.varint())
  return { hash, codes: read(), counts: read(), sessions: 1 }
}
