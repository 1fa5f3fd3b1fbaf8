interface Used {
  usedAt: number
}

/**
 * A map that forgets: past its capacity, an entry that was idle for long makes room. Uses are marked by the owner on the entry itself
 * (`usedAt`), so reading costs a plain lookup; an entry that was used lately gets a second chance (Corbató's clock, 1968).
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

  /** Adds an entry and returns the one that had to go for it. */
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
    // The older of the two was used since: it goes to the back, and the other one goes for good.
    this.#entries.delete(first[0])
    this.#entries.set(first[0], first[1])
    return this.#remove(second)
  }

  #remove([key, value]: readonly [string, Value]): { readonly key: string; readonly value: Value } {
    this.#entries.delete(key)
    return { key, value }
  }
}
