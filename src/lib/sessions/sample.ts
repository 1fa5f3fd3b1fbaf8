import type { Reader, Writer } from '../bytes/codec.ts'
import { type EventPattern, type PatternBook, readEventPattern, writePattern } from './pattern-book.ts'

/** A learnt session of the sample, to measure learnt sessions. */
export interface Kept {
  readonly rank: number
  readonly codes: readonly number[]
  /** False when the sample only holds its beginning. */
  readonly whole: boolean
  readonly pattern: EventPattern
}

/** As many as a tail of one in a hundred needs. */
const kept = 400
/** Holds so many events of a session, and skips sessions of more distinct ones. */
const longest = 4096

/**
 * A uniform sample of the learnt sessions: those with the smallest ranks (bottom-k sampling; Cohen and Kaplan, PODC 2007). Ranks are
 * hashes of what a session is and of how often it came before, so that the sample does not depend on the order of training.
 */
export class SessionSample {
  #sessions: Kept[] = []
  #limit = Number.POSITIVE_INFINITY

  add(rank: number, codes: Int32Array, length: number, distinct: number, pattern: EventPattern): void {
    if (rank >= this.#limit || distinct > longest) return
    const known = Array.from(codes.subarray(0, Math.min(length, longest)))
    this.#sessions.push({ rank, codes: known, whole: length <= longest, pattern })
    if (this.#sessions.length >= 2 * kept) this.#prune()
  }
  sessions(): readonly Kept[] {
    this.#prune()
    return this.#sessions
  }
  #prune(): void {
    this.#sessions.sort((a, b) => a.rank - b.rank)
    if (this.#sessions.length < kept) return
    this.#sessions.length = kept
    this.#limit = this.#sessions[kept - 1]?.rank ?? this.#limit
  }

  save(writer: Writer): void {
    const sessions = this.sessions()
    writer.varint(sessions.length)
    for (const { rank, codes, whole, pattern } of sessions) {
      writer
        .varint(rank)
        .u8(whole ? 1 : 0)
        .i32s(Int32Array.from(codes))
      writePattern(writer, pattern)
    }
  }
  load(reader: Reader, patterns: PatternBook): void {
    for (let left = reader.varint(); left > 0; left--) {
      const rank = reader.varint()
      const whole = reader.u8() === 1
      const codes = Array.from(reader.i32s())
      this.#sessions.push({ rank, codes, whole, pattern: patterns.share(readEventPattern(reader)) })
    }
    this.#prune()
  }
}
