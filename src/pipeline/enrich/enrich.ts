import type { Event, FieldValue } from '../../schema/event/event.ts'
import type { Enricher } from './enricher.ts'

/**
 * Creates the stage that adds facts to the fields of events. Facts never overwrite fields, and the first of two enrichers wins. The fields
 * are new with each record and nobody else has them yet, so they are not copied: that would take longer than to find the facts.
 */
export const createEnrich =
  (enrichers: readonly Enricher[]) =>
  (events: readonly Event[]): readonly Event[] => {
    if (enrichers.length > 0) for (const event of events) addFacts(event, enrichers)
    return events
  }

const addFacts = (event: Event, enrichers: readonly Enricher[]): void => {
  const fields: Record<string, FieldValue> = event.fields
  for (const enricher of enrichers) {
    const facts = enricher.enrich(event)
    if (facts === undefined) continue
    for (const name in facts) {
      const value = facts[name]
      if (value !== undefined && fields[name] === undefined) fields[name] = value
    }
  }
}
