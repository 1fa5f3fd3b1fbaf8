/** Wakes who sleeps. A ring while nobody sleeps is remembered until the next sleep. */
export interface Bell {
  ring(): void
  /** Resolves at a ring, or after `ms`. */
  sleep(ms: number): Promise<void>
}

/** Makes a bell. */
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
