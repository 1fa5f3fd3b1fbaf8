import { AppError } from '../../errors.ts'

/** Makes guessing passwords slow, without letting strangers lock anybody out for good. */
export interface BackOff {
  /**
   * Counts a try before it is looked at, so that many at once count as many; throws RATE_LIMITED while one has to wait. Returns the
   * tries that failed before it.
   */
  begin(account: string, address: string): number
  /** The try was right. */
  succeeded(account: string, address: string): void
}

interface Pace {
  /** Tries before any wait. */
  readonly free: number
  /** The longest wait; the first is a second, and each doubles the last. */
  readonly mostMs: number
}

interface Tries {
  readonly count: number
  readonly last: number
  readonly waitUntil: number
}

/** One address against one account. */
const closely: Pace = { free: 5, mostMs: 900_000 }
/** One account, from anywhere: whoever signed in from an address before does not wait for the guesses of others. */
const widely: Pace = { free: 30, mostMs: 60_000 }
const forgetMs = 3_600_000
const most = 10_000

/** Counts in memory: a restart forgets, which is no way in for somebody who cannot restart us. */
export const createBackOff = (now: () => number): BackOff => {
  const tries = new Map<string, Tries>()
  const familiar = new Set<string>()

  const known = (key: string): Tries => {
    const found = tries.get(key)
    return found && now() - found.last < forgetMs ? found : { count: 0, last: 0, waitUntil: 0 }
  }
  const count = (key: string, { free, mostMs }: Pace): void => {
    const counted = known(key).count + 1
    const wait = counted > free ? Math.min(mostMs, 1_000 * 2 ** Math.min(30, counted - free - 1)) : 0
    // Set anew, it is the youngest: a Map keeps the order in which keys came, and the oldest goes first.
    tries.delete(key)
    if (tries.size >= most) for (const oldest of tries.keys()) if (tries.delete(oldest)) break
    tries.set(key, { count: counted, last: now(), waitUntil: now() + wait })
  }

  return {
    begin(account, address) {
      const pair = `${account} ${address}`
      const waitUntil = familiar.has(pair)
        ? known(pair).waitUntil
        : Math.max(known(pair).waitUntil, known(account).waitUntil)
      if (waitUntil > now()) throw tooSoon(Math.ceil((waitUntil - now()) / 1_000))
      const before = known(pair).count
      count(pair, closely)
      count(account, widely)
      return before
    },
    succeeded(account, address) {
      const pair = `${account} ${address}`
      tries.delete(pair)
      const all = known(account)
      if (all.count <= 1) tries.delete(account)
      else tries.set(account, { ...all, count: all.count - 1 })
      if (familiar.size >= most) familiar.clear()
      familiar.add(pair)
    },
  }
}

const tooSoon = (seconds: number): AppError =>
  new AppError('RATE_LIMITED', 'Too many wrong passwords were tried.', {
    hint: `Wait ${seconds} s; each further wrong one makes the wait longer. An admin can send you a link to set a new password.`,
    retryable: true,
    retryAfter: seconds,
  })
