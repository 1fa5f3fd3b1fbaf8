/** Collects what a client pushes while earlier items are being stored. */
export interface Arrivals<Item> {
  push(item: Item): void
  /** Makes `next` throw, because the connection is lost. */
  fail(error: Error): void
  /** Returns all waiting items, as soon as there is one; none if the signal aborts. */
  next(signal: AbortSignal): Promise<readonly Item[]>
}

/** Creates an empty collection. */
export const createArrivals = <Item>(): Arrivals<Item> => {
  let waiting: Item[] = []
  let failure: Error | undefined
  let signalled = Promise.withResolvers<void>()
  return {
    push(item) {
      waiting.push(item)
      signalled.resolve()
    },
    fail(error) {
      failure ??= error
      signalled.resolve()
    },
    async next(signal) {
      const wake = () => signalled.resolve()
      signal.addEventListener('abort', wake, { once: true })
      if (!signal.aborted && waiting.length === 0 && !failure) await signalled.promise
      signal.removeEventListener('abort', wake)
      signalled = Promise.withResolvers()
      if (signal.aborted) return []
      const items = waiting
      waiting = []
      if (items.length === 0 && failure) throw failure
      return items
    },
  }
}
