import type { Event, Fields } from '../../schema/event.ts'
import type { Enricher } from './enricher.ts'

/**
 * The stage that adds facts to events. What an event says of itself stands: a fact that it has already is not added, and of two
 * enrichers the first one wins. Events that nobody has anything to add to pass as they are.
 */
export const createEnrich =
  (enrichers: readonly Enricher[]) =>
  (events: readonly Event[]): readonly Event[] => {
    if (enrichers.length === 0) return events
    return events.map((event) => {
      let enriched = event
      // Later enrichers see the facts of earlier ones: an asset may be looked up by an address that was added.
      for (const enricher of enrichers) enriched = withFacts(enriched, enricher.enrich(enriched))
      return enriched
    })
  }

const withFacts = (event: Event, facts: Fields | undefined): Event => {
  if (facts === undefined) return event
  let fields: Record<string, Fields[string]> | undefined
  for (const name in facts) {
    const value = facts[name]
    if (value === undefined || event.fields[name] !== undefined) continue
    fields ??= { ...event.fields }
    fields[name] = value
  }
  if (!fields) return event
  // Spelt out like the miner does it, so that all events keep one shape.
  const enriched = {
    id: event.id,
    kind: event.kind,
    time: event.time,
    timeGuessed: event.timeGuessed,
    receivedAt: event.receivedAt,
    source: event.source,
    stream: event.stream,
    message: event.message,
    original: event.original,
    fields,
  }
  return event.template ? { ...enriched, template: event.template } : enriched
}
