interface Used {
  usedAt: number
}

/**
 * A map with a capacity. When full, it evicts an entry that has been idle for long. Owners mark use on the entry itself (`usedAt`), so a
 * read costs a plain lookup. A recently used entry gets a second chance (Corbató's clock, 1968).
 */
export class BoundedMap<Value extends Used> {
  readonly #entries = new Map<string, Value>()
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
  }

  clear(): void {
    this.#entries.clear()
  }

  values(): IterableIterator<Value> {
    return this.#entries.values()
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#entries.entries()
  }

  #evict(): { readonly key: string; readonly value: Value } | undefined {
    const oldest = this.#entries.entries()
    const first = oldest.next().value
    const second = oldest.next().value
    if (!first) return undefined
    if (!second || first[1].usedAt <= second[1].usedAt) return this.#remove(first)
    // Give the recently used older entry a second chance and evict the other.
    this.#entries.delete(first[0])
    this.#entries.set(first[0], first[1])
    return this.#remove(second)
  }

  #remove([key, value]: readonly [string, Value]): { readonly key: string; readonly value: Value } {
    this.#entries.delete(key)
    return { key, value }
  }
}
