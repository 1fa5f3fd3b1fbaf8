import { minute } from '../../lib/units/time.ts'

/** More messages to one receiver in ten minutes are a storm. */
const mostMessages = 20
const window = 10 * minute
/** How often a digest is sent during a storm. */
const digestEvery = minute

/** Limits the messages to a receiver. */
export interface StormGuard {
  /** Decides how to send due messages: one by one (up to a number), together, or later. */
  plan(now: number): { readonly single: number } | { readonly together: true } | { readonly waitUntil: number }
  sent(now: number): void
  digested(now: number): void
}

/** Allows 20 messages in ten minutes. Further ones are combined into a digest once a minute. */
export const createStormGuard = (): StormGuard => {
  let sent: number[] = []
  let digestedAt = Number.NEGATIVE_INFINITY
  return {
    plan(now) {
      sent = sent.filter((time) => time > now - window)
      if (sent.length < mostMessages) return { single: mostMessages - sent.length }
      return now - digestedAt >= digestEvery ? { together: true } : { waitUntil: digestedAt + digestEvery }
    },
    sent: (now) => void sent.push(now),
    digested(now) {
      digestedAt = now
    },
  }
}
