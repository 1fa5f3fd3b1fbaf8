import { setTimeout as sleep } from 'node:timers/promises'

/** A generous timeout for a busy machine; a faster result costs nothing. */
const patienceMs = 90_000

type Nothing = undefined | false

/**
 * Polls for a state until it is neither `undefined` nor `false`, and returns it. Throws at the timeout with
 * `what` in the message.
 */
export const until = async <Found>(
  look: () => Found | Nothing | Promise<Found | Nothing>,
  what: string | (() => string) = 'the expected state',
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
