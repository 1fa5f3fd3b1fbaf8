import { type EventWeights, weighEvents } from './event-weights.ts'
import type { EventPattern } from './pattern-book.ts'
import { PatternIndex } from './pattern-distance.ts'
import type { Kept } from './sample.ts'
import { toSurprise } from './tail.ts'
import type { OrderSurprise, Transitions } from './transitions.ts'

/** The assumption about the training sessions: all of them normal, or a mix with some anomalous ones. */
export type Trained = 'normal' | 'everything'

/** The measures of a session, each high when it is anomalous; `nats` are the same as surprises. */
export interface Measures extends OrderSurprise {
  /** The distance of its counts from learned ones, in [0, 1]. */
  readonly counts: number
}

interface Learnt {
  readonly trained: Trained
  readonly sessions: number
  readonly patterns: readonly EventPattern[]
  readonly sessionsWith: ArrayLike<number>
  readonly transitions: Transitions
  readonly sample: readonly Kept[]
}

/**
 * How much each measure counts: the counts, which are the firmest, about as much as the order. With anomalous ones among the learnt,
 * triples are left out, because most of the rare ones mean nothing there.
 */
const shares = {
  normal: { counts: 0.5, pairs: 0.25, triples: 0.25 },
  everything: { counts: 0.6, pairs: 0.4, triples: 0 },
} as const
/**
 * With anomalous ones among the learnt: an event that fewer than one in so many sessions share is no evidence, and one that half of them
 * share is.
 */
const fewest = 1024
/** Patterns whose distances are cached; most sessions resemble an earlier one. */
const remembered = 65_536

/** The learnt sessions, ready to score: the weights, the index and the distribution of each measure among learnt sessions. */
export class Model {
  readonly weights: EventWeights
  readonly index: PatternIndex
  readonly #learnt: Learnt
  readonly #masses: Float64Array
  readonly #position = new Map<number, number>()
  readonly #levels: readonly number[]
  readonly #toNats: { readonly [Measure in keyof Measures]: (value: number) => number }
  readonly #order: Float64Array
  readonly #memory = [new Map<number, number>(), new Map<number, number>()] as const

  constructor(learnt: Learnt) {
    const { patterns, sessionsWith, sessions, sample, transitions, trained } = learnt
    this.#learnt = learnt
    this.weights = weighEvents(patterns, sessionsWith, sessions)
    this.index = new PatternIndex(patterns, this.weights.known, this.weights.unknown)
    this.#masses = Float64Array.from(patterns, (pattern) => pattern.sessions)
    patterns.forEach(({ hash }, at) => void this.#position.set(hash, at))
    this.#levels = trained === 'normal' ? [1] : doublings(this.#masses.reduce((sum, mass) => sum + mass, 0))
    this.#order = new Float64Array(patterns.length)
    const measured = sample.map(({ codes, whole, pattern }) => ({
      counts: this.counts(pattern.hash, pattern.codes, pattern.counts, pattern.codes.length, [], 1),
      ...transitions.surprise(codes, codes.length, sessions, 1, whole),
    }))
    const novel = Math.log(2 * (sessions + 1))
    const tail = (of: (measures: Measures) => number, greatest: number) =>
      toSurprise(Float64Array.from(measured, of), greatest)
    this.#toNats = {
      counts: tail((measures) => measures.counts, 1),
      pairs: tail((measures) => measures.pairs, novel),
      triples: tail((measures) => measures.triples, novel),
    }
  }

  /** Returns the surprise of each measure, in nats, by its weight. */
  nats(measures: Measures): Measures {
    const share = shares[this.#learnt.trained]
    return {
      counts: share.counts * this.#toNats.counts(measures.counts),
      pairs: share.pairs * this.#toNats.pairs(measures.pairs),
      triples: share.triples * this.#toNats.triples(measures.triples),
    }
  }

  /**
   * How far counts are from learnt ones: from the nearest where all of them are normal, which an anomalous one has none of. Otherwise the
   * mean of the distances within which a thousandth, two thousandths, four … up to half of the sessions are: anomalous ones that come in
   * clumps are near each other, but far from most.
   */
  counts(
    hash: number,
    codes: ArrayLike<number>,
    counts: ArrayLike<number>,
    size: number,
    unknownCounts: readonly number[],
    own: 0 | 1,
  ): number {
    const memory = this.#memory[own]
    const known = unknownCounts.length === 0 ? memory.get(hash) : undefined
    if (known !== undefined) return known
    const distances = this.index.distances(codes, counts, size, unknownCounts)
    const self = own === 1 ? this.#position.get(hash) : undefined
    const result = this.#levels.length === 1 ? this.#nearest(distances, self) : this.#overLevels(distances, self)
    if (unknownCounts.length === 0) {
      if (memory.size >= remembered) memory.clear()
      memory.set(hash, result)
    }
    return result
  }

  #nearest(distances: Float64Array, self: number | undefined): number {
    let least = 1
    for (let at = 0; at < distances.length; at++) {
      const distance = distances[at] ?? 1
      if (distance < least && (at !== self || (this.#masses[at] ?? 0) > 1)) least = distance
    }
    return least
  }

  #overLevels(distances: Float64Array, self: number | undefined): number {
    // Distance and place in one number, so that a plain numeric sort does.
    const places = 2 ** 21
    const order = this.#order
    for (let at = 0; at < distances.length; at++) order[at] = Math.round((distances[at] ?? 1) * 2 ** 31) * places + at
    order.sort()
    let mass = 0
    let level = 0
    let sum = 0
    let farthest = order.length === 0 ? 1 : 0
    for (let i = 0; i < order.length && level < this.#levels.length; i++) {
      const packed = order[i] ?? 0
      const at = packed % places
      mass += (this.#masses[at] ?? 0) - (at === self ? 1 : 0)
      farthest = (packed - at) / places / 2 ** 31
      while (level < this.#levels.length && mass >= (this.#levels[level] ?? 0)) {
        sum += farthest
        level++
      }
    }
    return (sum + (this.#levels.length - level) * farthest) / this.#levels.length
  }
}

const doublings = (sessions: number): number[] => {
  const levels: number[] = []
  for (let level = Math.max(1, sessions / fewest); level <= sessions / 2; level *= 2) levels.push(level)
  return levels.length > 0 ? levels : [1]
}
