import { messageOf } from '../../errors.ts'
import { within } from '../../lib/deadline/deadline.ts'
import type { BlockObjects } from './block-objects.ts'

/** How old an answer may be, in ms: many probes of health and many refused requests share one. */
const freshMs = 5_000
/** How long the service has to answer, and how long a caller waits for that, in ms. */
const pingMs = 5_000
const waitMs = 1_000

/** Says why objects cannot be stored; nothing while they can. Asks the service every few seconds at most. */
export const probeBlockObjects = (objects: Pick<BlockObjects, 'ping'>): (() => Promise<readonly string[]>) => {
  let problems: readonly string[] = []
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined
  const ask = async (): Promise<void> => {
    problems = await objects.ping(pingMs).then(
      () => [],
      (error: unknown) => [messageOf(error)],
    )
    askedAt = performance.now()
    asking = undefined
  }
  return async () => {
    if (!asking && performance.now() - askedAt > freshMs) asking = ask()
    if (asking) await within(waitMs, asking, () => undefined)
    return problems
  }
}
