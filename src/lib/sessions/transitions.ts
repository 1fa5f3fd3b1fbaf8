import type { Reader, Writer } from '../bytes/codec.ts'
import { SessionTally } from './tally.ts'
import { codeBits, end, sessionStart, unknown } from './vocabulary.ts'

const base = 2 ** codeBits

export const pairKey = (from: number, to: number): number => from * base + to

/** How anomalous the order of a session is, by pairs and by triples of events; high means anomalous. */
export interface OrderSurprise {
  readonly pairs: number
  readonly triples: number
}

/**
 * The transitions: in how many sessions each pair and each triple of neighbouring events was seen, both ends included, so that a missing
 * beginning or end is a pair like any other. A session's surprise is the power mean (exponent 4) of its distinct pairs' −log of the share
 * of sessions that hold them: between their mean, which one rare pair in a long session hardly moves, and their maximum, which forgets how
 * many were rare. O(events) to learn and to score.
 */
export class Transitions {
  readonly pairs: SessionTally
  readonly triples: SessionTally
  #visitor = 0

  constructor(limit: number) {
    this.pairs = new SessionTally(limit)
    this.triples = new SessionTally(limit)
  }

  learn(codes: ArrayLike<number>, length: number): void {
    const visitor = this.#nextVisitor()
    let before: number = unknown
    let last = sessionStart
    for (let i = 0; i <= length; i++) {
      const code = i < length ? (codes[i] ?? unknown) : end
      if (code !== unknown && last !== unknown) {
        this.pairs.add(pairKey(last, code), visitor)
        if (before !== unknown) this.triples.add((before * base + last) * base + code, visitor)
      }
      before = last
      last = code
    }
  }

  /** `own` is 1 for a session that was learnt, so that it is no evidence for itself. `whole` is false for one that was cut. */
  surprise(codes: ArrayLike<number>, length: number, sessions: number, own: number, whole = true): OrderSurprise {
    const visitor = this.#nextVisitor()
    const novel = Math.log((sessions + 1 - own) / 0.5) ** 4
    // Created on demand: most sessions have nothing new.
    let newPairs: Set<number> | undefined
    let newTriples: Set<number> | undefined
    let pairs = 0
    let triples = 0
    let pairCount = 0
    let tripleCount = 0
    let before: number = unknown
    let last = sessionStart
    for (let i = 0; i < length + (whole ? 1 : 0); i++) {
      const code = i < length ? (codes[i] ?? unknown) : end
      // An unknown event makes every pair and triple that it is in a new one, each time.
      if (code === unknown || last === unknown) {
        pairs += novel
        pairCount++
      } else {
        const key = pairKey(last, code)
        const slot = this.pairs.slot(key)
        const count = this.pairs.countAt(slot)
        if (count === 0) newPairs ??= new Set()
        if (newPairs && count === 0 ? isNew(newPairs, key) : this.pairs.visit(slot, visitor)) {
          pairs += count <= own ? novel : fourth(Math.log((sessions + 1 - own) / (count - own + 0.5)))
          pairCount++
        }
      }
      if (i > 0) {
        if (code === unknown || last === unknown || before === unknown) {
          triples += novel
          tripleCount++
        } else {
          const key = (before * base + last) * base + code
          const slot = this.triples.slot(key)
          const count = this.triples.countAt(slot)
          if (count === 0) newTriples ??= new Set()
          if (newTriples && count === 0 ? isNew(newTriples, key) : this.triples.visit(slot, visitor)) {
            triples += count <= own ? novel : fourth(Math.log((sessions + 1 - own) / (count - own + 0.5)))
            tripleCount++
          }
        }
      }
      before = last
      last = code
    }
    return { pairs: root(pairs / Math.max(1, pairCount)), triples: root(triples / Math.max(1, tripleCount)) }
  }

  #nextVisitor(): number {
    if (++this.#visitor === 0xffffffff) {
      this.pairs.endVisits()
      this.triples.endVisits()
      this.#visitor = 1
    }
    return this.#visitor
  }

  /** In how many sessions one event came right after another. */
  count(from: number, to: number): number {
    return from === unknown || to === unknown ? 0 : this.pairs.get(pairKey(from, to))
  }
  /**
   * The most frequent successor of an event, and in how many sessions: a walk over all pairs, for explanations only. Of equally frequent
   * ones it is the one with the least key.
   */
  usualAfter(from: number, keyOf: (code: number) => number): { readonly to: number; readonly count: number } {
    let usual = { to: end, count: 0 }
    const first = pairKey(from, 0)
    this.pairs.forEach((key, count) => {
      if (key < first || key >= first + base || count < usual.count) return
      const to = key - first
      if (count > usual.count || keyOf(to) < keyOf(usual.to)) usual = { to, count }
    })
    return usual
  }

  save(writer: Writer): void {
    this.pairs.save(writer)
    this.triples.save(writer)
  }
  load(reader: Reader): void {
    this.pairs.load(reader)
    this.triples.load(reader)
  }
}

const isNew = (set: Set<number>, key: number): boolean => set.size !== set.add(key).size
const fourth = (value: number): number => value * value * value * value
const root = (value: number): number => Math.sqrt(Math.sqrt(value))
