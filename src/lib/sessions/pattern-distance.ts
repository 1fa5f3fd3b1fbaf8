import type { EventPattern } from './pattern-book.ts'

/** The weight of a difference in an event, by its code; 0 for one that no session contains. */
export type Weights = Float64Array

/** How much a count matters: half for being there, half for each doubling, so that 200 and 210 retries are alike. */
export const amount = (count: number): number => (count <= 0 ? 0 : 0.5 + 0.5 * Math.log2(1 + count))
/** The weight of any difference beside its size. */
const differs = 0.5

/**
 * Distances from one pattern to many, through an inverted index: O(postings of the pattern's events), not O(patterns · events).
 *
 * The distance is Ruzicka's (the weighted Jaccard distance) on the logarithms of counts, with an extra for each event whose counts
 * differ: D/L with D = Σ w·|a − b| + ½ Σ w·[a ≠ b, both there] and L = Σ w·max(a, b). It is in [0, 1], and an event that no pattern
 * holds moves a session away from all of them.
 */
export class PatternIndex {
  readonly patterns: readonly EventPattern[]
  readonly weights: Weights
  readonly unknownWeight: number
  /** For each code, from where to where in the postings. */
  readonly #from: Int32Array
  readonly #at: Int32Array
  readonly #amounts: Float64Array
  readonly #totals: Float64Array
  readonly #shared: Float64Array
  readonly #unlike: Float64Array

  constructor(patterns: readonly EventPattern[], weights: Weights, unknownWeight: number) {
    this.patterns = patterns
    this.weights = weights
    this.unknownWeight = unknownWeight
    this.#from = new Int32Array(weights.length + 1)
    for (const { codes } of patterns) for (const code of codes) this.#from[code + 1] = (this.#from[code + 1] ?? 0) + 1
    for (let code = 0; code < weights.length; code++) {
      this.#from[code + 1] = (this.#from[code + 1] ?? 0) + (this.#from[code] ?? 0)
    }
    const postings = this.#from[weights.length] ?? 0
    this.#at = new Int32Array(postings)
    this.#amounts = new Float64Array(postings)
    this.#totals = new Float64Array(patterns.length)
    this.#shared = new Float64Array(patterns.length)
    this.#unlike = new Float64Array(patterns.length)
    const next = this.#from.slice()
    patterns.forEach(({ codes, counts }, index) => {
      let total = 0
      codes.forEach((code, i) => {
        const posting = next[code] ?? 0
        next[code] = posting + 1
        const value = amount(counts[i] ?? 0)
        this.#at[posting] = index
        this.#amounts[posting] = value
        total += value * (weights[code] ?? 0)
      })
      this.#totals[index] = total
    })
  }

  /** Writes the distance to each pattern, and returns the same array: valid until the next call. */
  distances(codes: ArrayLike<number>, counts: ArrayLike<number>, size: number, unknownCounts: readonly number[] = []) {
    const shared = this.#shared.fill(0)
    const unlike = this.#unlike.fill(0)
    let own = 0
    for (const count of unknownCounts) own += amount(count) * this.unknownWeight
    for (let i = 0; i < size; i++) {
      const code = codes[i] ?? 0
      const weight = code < this.weights.length ? (this.weights[code] ?? 0) : this.unknownWeight
      const value = amount(counts[i] ?? 0)
      own += value * weight
      if (code >= this.weights.length) continue
      const until = this.#from[code + 1] ?? 0
      for (let posting = this.#from[code] ?? 0; posting < until; posting++) {
        const at = this.#at[posting] ?? 0
        const other = this.#amounts[posting] ?? 0
        shared[at] = (shared[at] ?? 0) + weight * (other < value ? other : value)
        if (other !== value) unlike[at] = (unlike[at] ?? 0) + weight
      }
    }
    for (let at = 0; at < shared.length; at++) {
      const common = shared[at] ?? 0
      const all = own + (this.#totals[at] ?? 0) - common
      const apart = all - common + differs * (unlike[at] ?? 0)
      // Sums in another order differ in their last bits: smaller differences count as equal.
      shared[at] = all <= 0 || apart < 1e-9 * all ? 0 : apart / all
    }
    return shared
  }
}
