import { minute } from '../lib/units/time.ts'
/** Counts failed attempts per address, to slow down guessing. */
export interface Attempts {
  /** Seconds to wait before the next attempt is looked at; 0 when it is welcome now. */
  wait(address: string): number
  failed(address: string): void
}

const window = minute
const mostAddresses = 10_000

/** Allows `most` failures a minute and address. */
export const createAttempts = (now: () => number, most = 20): Attempts => {
  const failures = new Map<string, { count: number; readonly until: number }>()
  const current = (address: string) => {
    const known = failures.get(address)
    if (known && known.until > now()) return known
    failures.delete(address)
    return undefined
  }
  return {
    wait(address) {
      const known = current(address)
      return known && known.count >= most ? Math.ceil((known.until - now()) / 1000) : 0
    },
    failed(address) {
      const known = current(address)
      if (known) {
        known.count += 1
        return
      }
      // Evict the oldest: a Map keeps insertion order.
      if (failures.size >= mostAddresses) for (const oldest of failures.keys()) if (failures.delete(oldest)) break
      failures.set(address, { count: 1, until: now() + window })
    },
  }
}
