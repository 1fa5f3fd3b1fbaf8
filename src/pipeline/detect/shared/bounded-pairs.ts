import { Oldest } from '../../../lib/oldest/oldest.ts'
import { ownCopy } from '../../../lib/own-copy/own-copy.ts'

/** Two names that were seen together. */
export interface Pair {
  readonly one: string
  readonly other: string
  usedAt: number
}

/**
 * Remembers pairs, and evicts idle ones like `BoundedMap`. Nested maps find a pair without building and hashing a joined key at each
 * lookup. In saved form, a newline separates the two names.
 */
export class BoundedPairs {
  readonly #byOne = new Map<string, Map<string, Pair>>()
  /** In insertion order. */
  readonly #order = new Set<Pair>()
  readonly #oldest = new Oldest(() => this.#order.values())
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity)
  }

  get size(): number {
    return this.#order.size
  }

  get(one: string, other: string): Pair | undefined {
    if (one.includes('\n')) return this.get(...parts(`${one}\n${other}`))
    return this.#byOne.get(one)?.get(other)
  }

  /** Counts the pairs with `other`. Looks at all pairs. */
  countOf(other: string): number {
    let count = 0
    for (const others of this.#byOne.values()) if (others.has(other)) count++
    return count
  }

  /** Adds a pair that is not in the set. Returns the pair it evicted. */
  add(one: string, other: string, usedAt: number): Pair | undefined {
    if (one.includes('\n')) return this.add(...parts(`${one}\n${other}`), usedAt)
    const gone = this.#order.size >= this.#capacity ? this.#evict() : undefined
    const others = this.#byOne.get(one)
    // The pairs of a name share one copy of it.
    const name = others?.values().next().value?.one ?? ownCopy(one)
    const pair = { one: name, other: ownCopy(other), usedAt }
    if (others) others.set(pair.other, pair)
    else this.#byOne.set(pair.one, new Map([[pair.other, pair]]))
    this.#order.add(pair)
    return gone
  }

  delete(one: string, other: string): void {
    const pair = this.get(one, other)
    if (!pair) return
    this.#remove(pair)
    this.#oldest.forget(pair)
  }

  /** Adds a pair in its saved form. */
  addLines(lines: string, usedAt: number): void {
    this.add(...parts(lines), usedAt)
  }

  /** Yields each pair in its saved form, with the time of its last use. */
  *lines(): IterableIterator<readonly [string, number]> {
    for (const { one, other, usedAt } of this.#order) yield [`${one}\n${other}`, usedAt]
  }

  #evict(): Pair | undefined {
    const first = this.#oldest.take()
    const second = this.#oldest.take()
    if (!first) return undefined
    if (!second) return this.#remove(first)
    if (first.usedAt <= second.usedAt) {
      this.#oldest.giveBack(second)
      return this.#remove(first)
    }
    // Give the recently used older pair a second chance and evict the other.
    this.#order.delete(first)
    this.#order.add(first)
    return this.#remove(second)
  }

  #remove(pair: Pair): Pair {
    this.#order.delete(pair)
    const others = this.#byOne.get(pair.one)
    others?.delete(pair.other)
    if (others?.size === 0) this.#byOne.delete(pair.one)
    return pair
  }
}

const parts = (lines: string): [string, string] => {
  const end = lines.indexOf('\n')
  return [lines.slice(0, end), lines.slice(end + 1)]
}
