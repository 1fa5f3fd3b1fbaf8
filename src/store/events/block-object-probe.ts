import { messageOf } from '../../errors.ts'
import { within } from '../../lib/deadline/deadline.ts'
import type { BlockObjects } from './block-objects.ts'

/** How long an answer is valid, in ms: many health probes and many rejected requests share one. */
const freshMs = 5_000
/** How long the service may take to answer, and how long a caller waits for that, in ms. */
const pingMs = 5_000
const waitMs = 1_000

/** Returns the reason that objects cannot be stored; undefined if they can. Queries the service every few seconds at most. */
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
