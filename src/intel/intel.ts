import type { Observable } from '../schema/indicator.ts'
import type { FeedState } from '../schema/intel-feed.ts'
import type { LookUpIntelligence } from '../schema/intelligence.ts'
import type { KnownTable } from './known-table.ts'
import type { Looked } from './look-up.ts'
import type { ToldLists } from './told-lists.ts'

/** What is told of a source beside its state. */
export interface SourceFacts {
  readonly name: string
  readonly type: string
  readonly summary: string
  readonly licence: string
  /** How long after a pull the next one begins, in ms; undefined for those that are asked. */
  readonly every: number | undefined
  /** For those that are asked: how often a day. */
  readonly daily: number | undefined
}

/** Threat intelligence as a whole: what operations and triage use of it. */
export interface Intel {
  readonly table: KnownTable
  /** What is configured, feeds first. */
  readonly configured: readonly SourceFacts[]
  /** Pulls a feed now, and goes on with it when whoever asked does not wait. Throws NOT_FOUND, SOURCE_FAILED. */
  pull(name: string): Promise<FeedState>
  readonly told: ToldLists
  readonly lookUpAlert: LookUpIntelligence
  /** Asks about values; others are asked when `send` says so, about the first six that may leave. */
  lookUp(observables: readonly Observable[], signal: AbortSignal, send: boolean): Promise<readonly Looked[]>
  /** Until when those that did not answer lately are left alone, in ms, by name. */
  resting(): ReadonlyMap<string, number>
}
