import type { Event, Fields } from '../../schema/event.ts'

/** Adds facts from tables in memory: synchronous, local, the same answer for the same tables. Never overwrites a field. */
export interface Enricher {
  readonly name: string
  enrich(event: Event): Fields | undefined
}
