/**
 * Finds the oldest keys of a `Map` or `Set` that loses its oldest keys again and again. A fresh iterator steps over the places of deleted
 * keys, which may be as many as there are keys; this one continues where it was, in O(1) on average. The caller deletes a key that
 * it takes, deletes and sets it again, or gives it back.
 */
export class Oldest<Key> {
  readonly #keys: () => Iterator<Key>
  #walk: Iterator<Key> | undefined
  /** A key that was taken and given back. */
  #returned: { readonly key: Key } | undefined

  constructor(keys: () => Iterator<Key>) {
    this.#keys = keys
  }

  /** Takes the oldest key that was not taken yet; undefined if there is none. */
  take(): Key | undefined {
    const returned = this.#returned
    if (returned) {
      this.#returned = undefined
      return returned.key
    }
    this.#walk ??= this.#keys()
    const next = this.#walk.next()
    if (!next.done) return next.value
    // An iterator that has ended sees no later keys.
    this.#walk = undefined
    return undefined
  }

  /** Returns the last taken key: it is still the oldest. */
  giveBack(key: Key): void {
    this.#returned = { key }
  }

  /** Forgets a key that was deleted without being taken. Call it for each of them. */
  forget(key: Key): void {
    if (this.#returned?.key === key) this.#returned = undefined
  }

  /** Starts again after all keys were deleted. */
  clear(): void {
    this.#walk = undefined
    this.#returned = undefined
  }
}
