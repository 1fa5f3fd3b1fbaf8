/** A value that takes time or memory to load, and that many programs never need. */
export interface Late<Value> {
  /** Loads the value. Later calls share it. If loading fails, the next call tries again. */
  load(): Promise<Value>
  /** Returns the value if something has requested it, and undefined if nothing has or if loading failed. */
  loaded(): Promise<Value | undefined>
}

/** Defers the loading of a value to its first use. A failure, such as too many open files, is forgotten. */
export const createLate = <Value>(load: () => Promise<Value>): Late<Value> => {
  let current: Promise<Value> | undefined
  const attempt = (): Promise<Value> => {
    const attempted = Promise.try(load)
    attempted.catch(() => {
      current = undefined
    })
    return attempted
  }
  return {
    load: () => (current ??= attempt()),
    loaded: async () => current?.catch(() => undefined),
  }
}
