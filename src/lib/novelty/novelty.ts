import { createReader, createWriter } from '../bytes/codec.ts'

export interface NoveltyOptions {
  /**
   * The number of observations after which one counts half. With a short memory, it forgets sooner that a stream was full of new values.
   */
  readonly memory?: number
}

export interface Novelty {
  /** The probability that the next value is new, in (0, 1]. 1 without any data. */
  surprise(): number
  /**
   * Learns that a value was seen: whether it was new, and otherwise whether it had been seen exactly once before (then it stops
   * being a singleton; leave it out when that is not known, and only the recent rate counts).
   */
  learn(isNew: boolean, isSecond?: boolean): void
  /** How many values were learnt. */
  readonly count: number
  save(): Uint8Array
  restore(state: Uint8Array): void
}

const kind = 'novelty'
const version = 1

/**
 * Estimates how surprising a first-seen value is here, so that a young or ever-changing stream is no storm of "first seen".
 *
 * Two estimates, and the larger wins, because calling the usual surprising is the costlier mistake:
 * - Good–Turing (Good, Biometrika 1953): the chance that the next value is new is the share of values seen exactly once.
 *   It assumes that the order does not matter, so it is too sure where novelty comes in waves.
 * - the recent rate of novelty, an exponentially weighted share with the Krichevsky–Trofimov half added, which follows waves.
 *
 * O(1) time and memory. Not for values whose newness is certain by construction (request ids): mask those before.
 */
export const createNovelty = (options: NoveltyOptions = {}): Novelty => {
  const keep = 0.5 ** (1 / (options.memory ?? 500))
  // In one object, because its numbers are changed in place, and those of a closure are allocated at each change.
  const seen = { count: 0, singletons: 0, hasSingletons: false, recent: 0, recentNew: 0 }

  return {
    surprise() {
      if (seen.count === 0) return 1
      const rate = (seen.recentNew + 0.5) / (seen.recent + 1)
      const turing = seen.hasSingletons ? (seen.singletons + 0.5) / (seen.count + 1) : 0
      return Math.min(1, Math.max(rate, turing))
    },
    learn(isNew, isSecond = false) {
      seen.count++
      seen.recent = seen.recent * keep + 1
      seen.recentNew = seen.recentNew * keep + (isNew ? 1 : 0)
      if (isSecond) {
        // Singletons were counted from the first value on, but only a caller that reports second times keeps the count honest.
        seen.hasSingletons = true
        if (seen.singletons > 0) seen.singletons--
      }
      if (isNew) seen.singletons++
    },
    get count() {
      return seen.count
    },
    save() {
      return createWriter(kind, version)
        .f64(seen.count)
        .f64(seen.singletons)
        .u8(seen.hasSingletons ? 1 : 0)
        .f64(seen.recent)
        .f64(seen.recentNew)
        .finish()
    },
    restore(state) {
      const reader = createReader(state, kind, version)
      seen.count = reader.f64()
      seen.singletons = reader.f64()
      seen.hasSingletons = reader.u8() === 1
      seen.recent = reader.f64()
      seen.recentNew = reader.f64()
    },
  }
}
