import type { Outages } from '../../pipeline/ingest/source.ts'

interface KnownOutages extends Outages {
  problems(): readonly string[]
  /** Whether a source has been reached, and not been lost since. */
  isReached(source: string): boolean
}

/** Tracks the sources that cannot be reached. */
export const createOutages = (now: () => number): KnownOutages => {
  const reached = new Set<string>()
  const away = new Map<string, { readonly since: number; readonly reason: string }>()
  return {
    began(source, reason) {
      reached.delete(source)
      away.set(source, { since: away.get(source)?.since ?? now(), reason })
    },
    ended(source) {
      reached.add(source)
      away.delete(source)
    },
    isReached: (source) => reached.has(source),
    problems: () =>
      [...away].map(
        ([source, { since, reason }]) =>
          `The source "${source}" has not been read since ${new Date(since).toISOString()}: ${reason}`,
      ),
  }
}
