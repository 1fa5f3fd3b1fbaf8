import { Oldest } from '../../../lib/oldest/oldest.ts'

interface Used {
  usedAt: number
}

/**
 * A map with a capacity. When full, it evicts an entry that has been idle for long. Owners mark use on the entry itself (`usedAt`), so a
 * read costs a plain lookup. A recently used entry gets a second chance (Corbató's clock, 1968).
 */
export class BoundedMap<Value extends Used> {
  readonly #entries = new Map<string, Value>()
  readonly #oldest = new Oldest(() => this.#entries.keys())
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity)
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)
  }

  /** Adds an entry. Returns the entry it evicted. */
  set(key: string, value: Value): { readonly key: string; readonly value: Value } | undefined {
    const gone = this.#entries.size >= this.#capacity && !this.#entries.has(key) ? this.#evict() : undefined
    this.#entries.set(key, value)
    return gone
  }

  delete(key: string): void {
    this.#entries.delete(key)
    this.#oldest.forget(key)
  }

  clear(): void {
    this.#entries.clear()
    this.#oldest.clear()
  }

  values(): IterableIterator<Value> {
    return this.#entries.values()
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#entries.entries()
  }

  #evict(): { readonly key: string; readonly value: Value } | undefined {
    const first = this.#takeOldest()
    const second = this.#takeOldest()
    if (!first) return undefined
    this.#entries.delete(first.key)
    if (!second) return first
    if (first.value.usedAt <= second.value.usedAt) {
      this.#oldest.giveBack(second.key)
      return first
    }
    // Give the recently used older entry a second chance and evict the other.
    this.#entries.set(first.key, first.value)
    this.#entries.delete(second.key)
    return second
  }

  #takeOldest(): { readonly key: string; readonly value: Value } | undefined {
    const key = this.#oldest.take()
    const value = key === undefined ? undefined : this.#entries.get(key)
    return key === undefined || value === undefined ? undefined : { key, value }
  }
}
