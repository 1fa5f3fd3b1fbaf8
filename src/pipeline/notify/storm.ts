import { minute } from '../../lib/units/time.ts'

/** The rate of messages to one receiver above which they are combined, by default. */
const usualLimit = { messages: 20, per: 10 * minute }
/** How often a digest is sent during a storm. */
const digestEvery = minute

/** Limits the messages to a receiver. */
export interface StormGuard {
  /** Decides how to send due messages: one by one (up to a number), together, or later. */
  plan(now: number): { readonly single: number } | { readonly together: true } | { readonly waitUntil: number }
  sent(now: number): void
  digested(now: number): void
}

/** The rate that a storm guard allows. `per` is in ms. */
export type StormLimit = typeof usualLimit

/**
 * Allows a number of messages in a period. Further ones are combined, at most once a minute. `readSent` returns when messages were sent
 * since a moment, oldest first, also by other processes and before a restart.
 */
export const openStormGuard = async (
  readSent: (since: number) => Promise<readonly number[]>,
  now: number,
  { messages, per }: StormLimit = usualLimit,
): Promise<StormGuard> => {
  let sent = [...(await readSent(now - per))]
  let digestedAt = sent.length > messages ? (sent.at(-1) ?? 0) : Number.NEGATIVE_INFINITY
  return {
    plan(now) {
      // The clock may have been set back. Times ahead of it would hold messages back until it arrives there.
      sent = sent.filter((time) => Math.abs(now - time) < per)
      if (sent.length < messages) return { single: messages - sent.length }
      return Math.abs(now - digestedAt) >= digestEvery ? { together: true } : { waitUntil: digestedAt + digestEvery }
    },
    sent: (now) => void sent.push(now),
    digested(now) {
      digestedAt = now
    },
  }
}
