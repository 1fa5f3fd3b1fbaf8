import { AppError } from '../../../errors.ts'
import { hour, minute } from '../../../lib/units/time.ts'

/** Slows down password guessing without letting strangers lock an account permanently. */
export interface BackOff {
  /**
   * Counts an attempt before the password is checked, so that concurrent attempts all count. Throws RATE_LIMITED during
   * a wait. Returns the number of earlier failed attempts.
   */
  begin(account: string, address: string): number
  /** Clears the failures after a correct password. */
  succeeded(account: string, address: string): void
}

interface Pace {
  /** Attempts before the first wait. */
  readonly free: number
  /** The longest wait. The first wait is one second; each one doubles. */
  readonly maxMs: number
}

interface Attempts {
  readonly count: number
  readonly last: number
  readonly waitUntil: number
}

/** Limits one address on one account. */
const perAddress: Pace = { free: 5, maxMs: 900_000 }
/** Limits one account from all addresses. An address that signed in before is exempt from guesses made elsewhere. */
const perAccount: Pace = { free: 30, maxMs: minute }
const forgetMs = hour
const maxEntries = 10_000

/** Counts in memory. A restart resets the counts, but an attacker cannot restart the server. */
export const createBackOff = (now: () => number): BackOff => {
  const attempts = new Map<string, Attempts>()
  const familiar = new Set<string>()

  const current = (key: string): Attempts => {
    const found = attempts.get(key)
    return found && now() - found.last < forgetMs ? found : { count: 0, last: 0, waitUntil: 0 }
  }
  const count = (key: string, { free, maxMs }: Pace): void => {
    const counted = current(key).count + 1
    const wait = counted > free ? Math.min(maxMs, 1_000 * 2 ** Math.min(30, counted - free - 1)) : 0
    // Reinsert the key: a Map keeps insertion order, and the oldest key is evicted first.
    attempts.delete(key)
    if (attempts.size >= maxEntries) for (const oldest of attempts.keys()) if (attempts.delete(oldest)) break
    attempts.set(key, { count: counted, last: now(), waitUntil: now() + wait })
  }

  return {
    begin(account, address) {
      const pair = `${account} ${address}`
      const waitUntil = familiar.has(pair)
        ? current(pair).waitUntil
        : Math.max(current(pair).waitUntil, current(account).waitUntil)
      if (waitUntil > now()) throw rateLimited(Math.ceil((waitUntil - now()) / 1_000))
      const before = current(pair).count
      count(pair, perAddress)
      count(account, perAccount)
      return before
    },
    succeeded(account, address) {
      const pair = `${account} ${address}`
      attempts.delete(pair)
      const all = current(account)
      if (all.count <= 1) attempts.delete(account)
      else attempts.set(account, { ...all, count: all.count - 1 })
      if (familiar.size >= maxEntries) familiar.clear()
      familiar.add(pair)
    },
  }
}

const rateLimited = (seconds: number): AppError =>
  new AppError('RATE_LIMITED', 'Too many wrong passwords.', {
    hint: `Wait ${seconds} s. Each wrong password doubles the wait. An admin can send you a link to set a new password.`,
    retryable: true,
    retryAfter: seconds,
  })
