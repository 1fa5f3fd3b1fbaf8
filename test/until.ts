import { setTimeout as sleep } from 'node:timers/promises'

/** Longer than anything takes that comes at all, on a machine that others use too; what comes sooner costs nothing. */
const patienceMs = 90_000

type Nothing = undefined | false

/**
 * Waits for a state: looks until it finds something (neither `undefined` nor `false`), and gives that. Throws when nothing has
 * come, saying `what` was waited for.
 */
export const until = async <Found>(
  look: () => Found | Nothing | Promise<Found | Nothing>,
  what: string | (() => string) = 'what the test waits for',
): Promise<Awaited<Found>> => {
  const end = performance.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) {
      throw new Error(`after ${patienceMs / 1000} s there is still not: ${typeof what === 'string' ? what : what()}`)
    }
    await sleep(20)
  }
}
