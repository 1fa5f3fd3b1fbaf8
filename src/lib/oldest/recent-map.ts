import { Oldest } from './oldest.ts'

/** A map with a capacity. When full, it removes the entry that was set longest ago. */
export class RecentMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  readonly #oldest = new Oldest(() => this.#entries.keys())
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  entries(): IterableIterator<[Key, Value]> {
    return this.#entries.entries()
  }

  /** Sets an entry, which is the newest then. */
  set(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#capacity) return
    const oldest = this.#oldest.take()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }

  /** Changes the value of an entry, which stays as old as it is. */
  update(key: Key, value: Value): void {
    if (this.#entries.has(key)) this.#entries.set(key, value)
  }

  delete(key: Key): void {
    this.#entries.delete(key)
  }
}
