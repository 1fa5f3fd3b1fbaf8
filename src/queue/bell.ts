/** Wakes a sleeper. If nobody sleeps, the next sleep ends at once. */
export interface Bell {
  ring(): void
  /** Resolves when the bell rings, or after `ms`. */
  sleep(ms: number): Promise<void>
}

/** Creates a bell. */
export const createBell = (): Bell => {
  let rung = false
  let wake: (() => void) | undefined
  return {
    ring() {
      rung = true
      wake?.()
    },
    async sleep(ms) {
      if (!rung) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        const timer = setTimeout(resolve, ms)
        await promise
        clearTimeout(timer)
        wake = undefined
      }
      rung = false
    },
  }
}
