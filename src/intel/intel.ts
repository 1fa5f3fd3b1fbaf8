import type { Observable } from '../schema/intelligence/indicator.ts'
import type { FeedState } from '../schema/intelligence/intel-feed.ts'
import type { LookUpIntelligence } from '../schema/intelligence/intelligence.ts'
import type { ImportedLists } from './imported-lists.ts'
import type { IndicatorTable } from './indicator-table.ts'
import type { LookupResult } from './look-up.ts'

/** The static facts about a source. */
export interface SourceFacts {
  readonly name: string
  readonly type: string
  readonly summary: string
  readonly licence: string
  /** The time between pulls, in ms; undefined for lookup services. */
  readonly every: number | undefined
  /** The daily quota of a lookup service; undefined for feeds. */
  readonly daily: number | undefined
}

/** Threat intelligence, as operations and triage use it. */
export interface Intel {
  readonly table: IndicatorTable
  /** The configured sources, feeds first. */
  readonly configured: readonly SourceFacts[]
  /** Pulls a feed now. The pull continues if the caller does not wait for it. Throws NOT_FOUND, SOURCE_FAILED. */
  pull(name: string): Promise<FeedState>
  readonly lists: ImportedLists
  readonly lookUpAlert: LookUpIntelligence
  /** Looks up values. With `send`, also queries the lookup services about the first six values that may be sent. */
  lookUp(observables: readonly Observable[], signal: AbortSignal, send: boolean): Promise<readonly LookupResult[]>
  /** The lookup services that did not respond, by name, with the time until which they are not queried, in ms. */
  pausedUntil(): ReadonlyMap<string, number>
}
