import { flatText } from './flat-text.ts'

/** Two that were seen together. */
export interface Pair {
  readonly one: string
  readonly other: string
  usedAt: number
}

/**
 * Remembers who was seen with whom, and forgets as a BoundedMap does. A pair is found by the one and then by the other, so that no key is
 * put together and hashed for each look. Written down, the two stand in lines of their own.
 */
export class BoundedPairs {
  readonly #byOne = new Map<string, Map<string, Pair>>()
  /** In the order in which they came. */
  readonly #order = new Set<Pair>()
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

  /** Adds a pair that is not there and returns the one that had to go for it. */
  add(one: string, other: string, usedAt: number): Pair | undefined {
    if (one.includes('\n')) return this.add(...parts(`${one}\n${other}`), usedAt)
    const gone = this.#order.size >= this.#capacity ? this.#evict() : undefined
    const pair = { one: flatText(one, one.length), other: flatText(other, other.length), usedAt }
    const others = this.#byOne.get(one)
    if (others) others.set(pair.other, pair)
    else this.#byOne.set(pair.one, new Map([[pair.other, pair]]))
    this.#order.add(pair)
    return gone
  }

  delete(one: string, other: string): void {
    const pair = this.get(one, other)
    if (pair) this.#remove(pair)
  }

  /** Adds a pair as it was written down. */
  addLines(lines: string, usedAt: number): void {
    this.add(...parts(lines), usedAt)
  }

  /** Every pair as it is written down, and when it was used. */
  *lines(): IterableIterator<readonly [string, number]> {
    for (const { one, other, usedAt } of this.#order) yield [`${one}\n${other}`, usedAt]
  }

  #evict(): Pair | undefined {
    const oldest = this.#order.values()
    const first = oldest.next().value
    const second = oldest.next().value
    if (!first) return undefined
    if (!second || first.usedAt <= second.usedAt) return this.#remove(first)
    // The older of the two was used since: it goes to the back, and the other one goes for good.
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
