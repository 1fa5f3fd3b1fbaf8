import type { Event, Fields } from '../../schema/event.ts'
import type { Enricher } from './enricher.ts'

/**
 * The stage that adds facts to events. What an event says of itself stands: a fact that it has already is not added, and of two
 * enrichers the first one wins. Events that nobody has anything to add to pass as they are.
 */
export const createEnrich =
  (enrichers: readonly Enricher[]) =>
  (events: readonly Event[]): readonly Event[] =>
    enrichers.length === 0 ? events : events.map((event) => enriched(event, enrichers))

const enriched = (event: Event, enrichers: readonly Enricher[]): Event => {
  let current = event
  // Copied once, at the first fact; later enrichers see the facts of earlier ones in it.
  let fields: Record<string, Fields[string]> | undefined
  for (const enricher of enrichers) {
    const facts = enricher.enrich(current)
    if (facts === undefined) continue
    for (const name in facts) {
      const value = facts[name]
      if (value === undefined || current.fields[name] !== undefined) continue
      if (!fields) {
        fields = { ...event.fields }
        current = withFields(event, fields)
      }
      fields[name] = value
    }
  }
  return current
}

/** Spelt out like the miner does it, and in its order, so that all events keep one shape. */
const withFields = (event: Event, fields: Fields): Event => {
  const { id, kind, time, timeGuessed, receivedAt, source, stream, message, original, template } = event
  return template
    ? { id, kind, time, timeGuessed, receivedAt, source, stream, message, original, fields, template }
    : { id, kind, time, timeGuessed, receivedAt, source, stream, message, original, fields }
}
