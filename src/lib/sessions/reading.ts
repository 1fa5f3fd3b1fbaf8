import { join, mix, unknown, type Vocabulary } from './vocabulary.ts'

/** Event IDs of a session, in order. */
export type Session = readonly (string | number)[]

/** A session in numbers. Its arrays are used again for the next one. */
export interface SessionReading {
  /** Codes in order; `unknown` where an event was never learnt. */
  readonly codes: Int32Array
  readonly length: number
  /** The distinct known codes, in order of their first occurrence, and the count of each. */
  readonly distinct: Int32Array
  readonly counts: Int32Array
  readonly size: number
  /** The count of each unknown event. */
  readonly unknowns: ReadonlyMap<string, number>
  /** The same for all sessions with the same counts of known events. */
  readonly patternHash: number
  /** The same for all sessions with the same known events in the same order. */
  readonly orderHash: number
}

const none: ReadonlyMap<string, number> = new Map()
/** The arrays before the first session. */
const empty = new Int32Array(0)
/** The least length of the arrays that replace them. */
const shortest = 64

/** Reads sessions into one set of arrays: O(events), no allocation for those with known events only. */
export const createReading = (vocabulary: Vocabulary): ((session: Session, learn: boolean) => SessionReading) => {
  let codes = empty
  let distinct = empty
  let counts = empty
  let times = empty

  return (session, learn) => {
    const { length } = session
    if (length > codes.length) {
      const room = Math.max(shortest, length * 2)
      codes = new Int32Array(room)
      distinct = new Int32Array(room)
      counts = new Int32Array(room)
    }
    let unknowns: Map<string, number> | undefined
    let size = 0
    let high = 0x2545f491
    let low = 0x1b873593
    for (let i = 0; i < length; i++) {
      const event = session[i] ?? ''
      const code = learn ? vocabulary.learn(event) : vocabulary.codeOf(event)
      codes[i] = code
      if (code === unknown) {
        unknowns ??= new Map()
        unknowns.set(String(event), (unknowns.get(String(event)) ?? 0) + 1)
        continue
      }
      const hash = vocabulary.hashOf(code)
      high = Math.imul(high ^ hash, 0x01000193) + i
      low = Math.imul((low << 5) ^ (low >>> 27) ^ hash, 0x5bd1e995)
      if (code >= times.length) {
        const larger = new Int32Array(Math.max(shortest, code * 2))
        larger.set(times)
        times = larger
      }
      const before = times[code] ?? 0
      if (before === 0) distinct[size++] = code
      times[code] = before + 1
    }
    let patternHigh = 0
    let patternLow = 0
    for (let i = 0; i < size; i++) {
      const code = distinct[i] ?? 0
      const count = times[code] ?? 0
      counts[i] = count
      times[code] = 0
      const hash = vocabulary.hashOf(code)
      // A sum does not depend on the order, and its terms are well mixed.
      patternHigh = (patternHigh + mix(hash ^ Math.imul(count, 0x9e3779b1))) | 0
      patternLow = (patternLow + mix(Math.imul(hash, 0x85ebca77) + Math.imul(count, 0xc2b2ae3d))) | 0
    }
    return {
      codes,
      length,
      distinct,
      counts,
      size,
      unknowns: unknowns ?? none,
      patternHash: join(patternHigh, patternLow),
      orderHash: join(mix(high), mix(low)),
    }
  }
}
