/** Decides which deliveries of a process run at the same time. */
export interface DeliveryTurns {
  /** Runs work beside other work of this kind. */
  together<Result>(work: () => Promise<Result>): Promise<Result>
  /** Runs work after all work that began before it, and before all that begins later. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>
}

export const createDeliveryTurns = (): DeliveryTurns => {
  const unfinished = new Set<Promise<void>>()
  let lastAlone = Promise.resolve()
  const take = async <Result>(
    before: Promise<unknown>,
    work: () => Promise<Result>,
    end: PromiseWithResolvers<void>,
  ) => {
    unfinished.add(end.promise)
    try {
      await before
      return await work()
    } finally {
      unfinished.delete(end.promise)
      end.resolve()
    }
  }
  return {
    together: (work) => take(lastAlone, work, Promise.withResolvers()),
    alone(work) {
      const end = Promise.withResolvers<void>()
      const before = Promise.all(unfinished)
      lastAlone = end.promise
      return take(before, work, end)
    },
  }
}
