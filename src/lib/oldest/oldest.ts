/**
 * Finds the oldest keys of a `Map` or `Set` that loses its oldest keys again and again. A fresh iterator steps over the places of deleted
 * keys, which may be as many as there are keys; this one continues where it was, in O(1) on average. Whatever it takes must be
 * deleted, set again, or returned.
 */
export class Oldest<Key> {
  readonly #keys: () => Iterator<Key>
  #walk: Iterator<Key> | undefined
  /** A key that was taken and returned. */
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

  /** Returns the key that was taken last: it is still the oldest. */
  giveBack(key: Key): void {
    this.#returned = { key }
  }

  /** Must be called for each key that others delete. */
  forget(key: Key): void {
    if (this.#returned?.key === key) this.#returned = undefined
  }

  /** Must be called when all keys were deleted. */
  clear(): void {
    this.#walk = undefined
    this.#returned = undefined
  }
}
