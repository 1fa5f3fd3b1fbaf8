/** More messages than this to one receiver in ten minutes are a storm. */
const mostMessages = 20
const window = 10 * 60_000
/** How often a digest is sent during a storm. */
const digestEvery = 60_000

/** Watches how many messages a receiver has had lately. */
export interface StormGuard {
  /** How the messages that are due should go: one by one (at most so many), together, or later. */
  plan(now: number): { readonly single: number } | { readonly together: true } | { readonly waitUntil: number }
  sent(now: number): void
  digested(now: number): void
}

/** Lets 20 messages pass in ten minutes; what comes on top is told together, once a minute. */
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
