import { Oldest } from '../../../lib/oldest/oldest.ts'

interface Used {
  usedAt: number
}

/** How often a key must have come of late to take a place in a full map. No detector learns anything from fewer events. */
const often = 16
/** For how many keys per place the map remembers how often they came, twice over. */
const rememberedPerPlace = 4

/**
 * A map with a capacity. When full, it evicts an entry that has been idle for long. Owners mark use on the entry itself (`usedAt`), so a
 * read costs a plain lookup. A recently used entry gets a second chance (Corbató's clock, 1968).
 */
export class BoundedMap<Value extends Used> {
  readonly #entries = new Map<string, Value>()
  readonly #oldest = new Oldest(() => this.#entries.keys())
  readonly #capacity: number
  /** How often keys without an entry came of late, and before that. */
  #sightings: Map<string, number> | undefined
  #earlierSightings: Map<string, number> | undefined

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity)
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)
  }

  /**
   * Whether an entry may be added for a key that has none. In a full map, only for one that came often of late: otherwise keys that come
   * once or twice would evict, one after another, the entries from which much has been learnt. After LRU-K (O'Neil, O'Neil and Weikum,
   * SIGMOD 1993), which asks for the k-th last use.
   */
  admits(key: string): boolean {
    if (this.#entries.size < this.#capacity) return true
    const times = (this.#sightings?.get(key) ?? this.#earlierSightings?.get(key) ?? 0) + 1
    if (times >= often) {
      this.#sightings?.delete(key)
      this.#earlierSightings?.delete(key)
      return true
    }
    if (this.#sightings && this.#sightings.size >= rememberedPerPlace * this.#capacity) {
      this.#earlierSightings = this.#sightings
      this.#sightings = undefined
    }
    this.#sightings ??= new Map()
    this.#sightings.set(key, times)
    return false
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
    this.#sightings = undefined
    this.#earlierSightings = undefined
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
