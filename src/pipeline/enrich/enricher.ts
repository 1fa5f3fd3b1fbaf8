import type { Event, Fields } from '../../schema/event/event.ts'

/** Adds facts from tables in memory. Synchronous, local and deterministic. Never overwrites a field. */
export interface Enricher {
  readonly name: string
  enrich(event: Event): Fields | undefined
}
