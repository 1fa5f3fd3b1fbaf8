import { AppError, messageOf } from '../../errors.ts'
import { hour, minute } from '../../lib/units/time.ts'

export const maxAttempts = 8
const firstDelay = 1_000
const longestDelay = 15 * minute
/** The longest wait for the next attempt, in ms: the largest Retry-After that counts. */
export const longestWait = hour

/** The result of a failed delivery: the next attempt, or none. */
export type DeliveryOutcome =
  | { readonly retryAt: number; readonly error: string }
  | { readonly dead: true; readonly error: string }

/**
 * Decides whether and when to retry: after 1 s, doubling up to 15 min, with up to half as jitter, and never before the receiver's
 * Retry-After. Gives up after the eighth failure or an error that a retry cannot fix.
 */
export const afterFailure = (error: unknown, attempts: number, now: number, random: () => number): DeliveryOutcome => {
  const reason = messageOf(error).slice(0, 500)
  const retryable = error instanceof AppError ? error.retryable : true
  if (!retryable || attempts >= maxAttempts) return { dead: true, error: reason }
  const delay = Math.min(longestDelay, firstDelay * 2 ** (attempts - 1)) * (1 - random() / 2)
  const retryAfter = error instanceof AppError ? Math.min(longestWait, (error.retryAfter ?? 0) * 1000) : 0
  return { retryAt: now + Math.round(Math.max(delay, retryAfter)), error: reason }
}
