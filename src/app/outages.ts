import type { Outages } from '../pipeline/ingest/source.ts'

/** Remembers which sources cannot be reached. */
export const createOutages = (now: () => number): Outages & { problems(): readonly string[] } => {
  const away = new Map<string, { readonly since: number; readonly reason: string }>()
  return {
    began(source, reason) {
      away.set(source, { since: away.get(source)?.since ?? now(), reason })
    },
    ended: (source) => void away.delete(source),
    problems: () =>
      [...away].map(
        ([source, { since, reason }]) =>
          `The source "${source}" has not been read since ${new Date(since).toISOString()}: ${reason}`,
      ),
  }
}
