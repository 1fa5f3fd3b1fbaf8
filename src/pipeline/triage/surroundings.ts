import type { Intelligence } from '../../schema/intelligence/intelligence.ts'
import type { TriageResult } from '../../schema/triage/triage-result.ts'
import type { GatheredContext } from './context.ts'

/** The history of an alert: similar earlier alerts. */
export interface History {
  /** The most similar alerts, nearest first. */
  readonly nearest: TriageResult['similar']
  /** The number of similar alerts that were not dismissed, for the formula. */
  readonly count: number
  /** The number dismissed by people: false positives, expected, harmless. */
  readonly dismissed: number
  /** The number confirmed by people. */
  readonly confirmed: number
}

/** Facts about an alert beyond its own content. A missing value is unknown. */
export interface Surroundings {
  readonly context?: GatheredContext
  readonly intelligence?: Intelligence
  readonly history?: History
  /** The names of lookups without an answer. */
  readonly unanswered?: readonly string[]
}
