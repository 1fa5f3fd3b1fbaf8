import { setTimeout as sleep } from 'node:timers/promises'

/** A generous timeout for a busy machine; a faster result costs nothing. */
const patienceMs = 180_000

/** The shortest and the longest time between polls, in ms. A poll costs CPU time on both sides, so a long wait polls less often. */
const [soonest, latest] = [20, 250]

type Nothing = undefined | false

/**
 * Polls for a state until it is neither `undefined` nor `false`, and returns it. Throws at the timeout with
 * `what` in the message.
 */
export const until = async <Found>(
  look: () => Found | Nothing | Promise<Found | Nothing>,
  what: string | (() => string) = 'the expected state',
): Promise<Awaited<Found>> => {
  const begin = performance.now()
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    const waited = performance.now() - begin
    if (waited > patienceMs) {
      throw new Error(`after ${patienceMs / 1000} s there is still not: ${typeof what === 'string' ? what : what()}`)
    }
    await sleep(Math.min(latest, Math.max(soonest, waited / 8)))
  }
}
