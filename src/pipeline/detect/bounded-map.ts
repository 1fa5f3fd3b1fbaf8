/** How many of the oldest entries are looked at for the one that was idle longest. */
const looks = 8

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
    let idlest: { key: string; value: Value } | undefined
    const seen: { key: string; value: Value }[] = []
    for (const [key, value] of this.#entries) {
      seen.push({ key, value })
      if (!idlest || value.usedAt < idlest.value.usedAt) idlest = { key, value }
      if (seen.length === looks) break
    }
    for (const { key, value } of seen) {
      this.#entries.delete(key)
      if (key !== idlest?.key) this.#entries.set(key, value)
    }
    return idlest
  }
}
