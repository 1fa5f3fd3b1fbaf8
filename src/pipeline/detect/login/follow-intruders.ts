import type { Event } from '../../../schema/event/event.ts'
import type { Fact } from '../../../schema/event/fact.ts'
import { parseEventId } from '../../../schema/record/record.ts'
import type { FollowedAddress } from './intruder-watch.ts'

interface FollowOptions {
  readonly wanted: (now: number) => readonly FollowedAddress[]
  readonly search: (query: {
    readonly order: 'oldest'
    readonly from: number
    readonly limit: number
    readonly tokens: readonly string[]
    readonly matches: (event: Event) => boolean
    readonly signal: AbortSignal
  }) => Promise<{ readonly items: readonly Event[] }>
  readonly publish: (facts: readonly Fact[]) => Promise<unknown>
  readonly now: () => number
}

/** How many events of an address are published at once. */
const most = 500
/** A search rests so many times as long as it took, so that all of them take 2 % of the time. */
const restFactor = 50

/**
 * Creates a job that searches the stored events of all partitions for the addresses of intruders, and publishes what is new as facts. A partition
 * cannot do that: when it stores an event, the login that makes it interesting may be in another one, and be read later. Events that
 * are published twice count once.
 */
export const createFollowIntruders = ({ wanted, search, publish, now }: FollowOptions) => {
  const due = new Map<string, number>()
  return async (signal: AbortSignal): Promise<void> => {
    const addresses = wanted(now())
    for (const address of due.keys()) if (!addresses.some((one) => one.address === address)) due.delete(address)
    for (const { address, since, isNew } of addresses) {
      const began = performance.now()
      if (began < (due.get(address) ?? 0)) continue
      const tokens = [address.toLowerCase()]
      const { items } = await search({ order: 'oldest', from: since, limit: most, tokens, matches: isNew, signal })
      if (items.length > 0) await publish(items.toSorted(byArrival).map((event) => ({ ...event, about: 'intruder' })))
      const ended = performance.now()
      due.set(address, ended + restFactor * (ended - began))
    }
  }
}

/** A trail knows its events by the newest of each partition, but the events of a later stretch of time may have arrived first. */
const byArrival = (a: Event, b: Event): number => (parseEventId(a.id)?.number ?? 0) - (parseEventId(b.id)?.number ?? 0)
