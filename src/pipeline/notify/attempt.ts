import { AppError, messageOf } from '../../errors.ts'

export const maxAttempts = 8
const firstDelay = 1_000
const longestDelay = 15 * 60_000
const longestWish = 60 * 60_000

/** What becomes of a delivery that failed: the next attempt, or none. */
export type Outcome =
  | { readonly retryAt: number; readonly error: string }
  | { readonly dead: true; readonly error: string }

/**
 * Decides whether and when to try again: after 1 s, doubling to 15 min, each shortened by up to half at random so that many do not
 * return at once, never before the receiver asked for. What cannot be helped by trying again, and the eighth failure, is the end.
 */
export const afterFailure = (error: unknown, attempts: number, now: number, random: () => number): Outcome => {
  const told = messageOf(error).slice(0, 500)
  const retryable = error instanceof AppError ? error.retryable : true
  if (!retryable || attempts >= maxAttempts) return { dead: true, error: told }
  const delay = Math.min(longestDelay, firstDelay * 2 ** (attempts - 1)) * (1 - random() / 2)
  const wish = error instanceof AppError ? Math.min(longestWish, (error.retryAfter ?? 0) * 1000) : 0
  return { retryAt: now + Math.round(Math.max(delay, wish)), error: told }
}
