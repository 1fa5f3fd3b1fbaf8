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

/** Allows a number of messages in a period. Further ones are combined, at most once a minute. */
export const createStormGuard = ({ messages, per }: typeof usualLimit = usualLimit): StormGuard => {
  let sent: number[] = []
  let digestedAt = Number.NEGATIVE_INFINITY
  return {
    plan(now) {
      sent = sent.filter((time) => time > now - per)
      if (sent.length < messages) return { single: messages - sent.length }
      return now - digestedAt >= digestEvery ? { together: true } : { waitUntil: digestedAt + digestEvery }
    },
    sent: (now) => void sent.push(now),
    digested(now) {
      digestedAt = now
    },
  }
}
