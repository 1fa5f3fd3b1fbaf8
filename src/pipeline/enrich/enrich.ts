import type { Event, Fields } from '../../schema/event.ts'
import type { Enricher } from './enricher.ts'

/** Creates the stage that adds facts to events. Facts never overwrite fields, and the first of two enrichers wins. */
export const createEnrich =
  (enrichers: readonly Enricher[]) =>
  (events: readonly Event[]): readonly Event[] =>
    enrichers.length === 0 ? events : events.map((event) => enriched(event, enrichers))

const enriched = (event: Event, enrichers: readonly Enricher[]): Event => {
  let current = event
  // The fields are copied once, at the first fact. Later enrichers see earlier facts.
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

/** Lists all properties in the miner's order, so that all events share one hidden class. */
const withFields = (event: Event, fields: Fields): Event => {
  const { id, kind, time, timeGuessed, receivedAt, source, stream, message, original, template } = event
  return template
    ? { id, kind, time, timeGuessed, receivedAt, source, stream, message, original, fields, template }
    : { id, kind, time, timeGuessed, receivedAt, source, stream, message, original, fields }
}
