import type { Intelligence } from '../../schema/intelligence.ts'
import type { TriageResult } from '../../schema/triage-result.ts'
import type { GatheredContext } from './context.ts'

/** What earlier alerts tell about one. */
export interface History {
  /** The ones that resemble it most, the nearest first. */
  readonly nearest: TriageResult['similar']
  /** How many resemble it and were not dismissed by a person: what the formula counts. */
  readonly count: number
  /** How many a person dismissed: false positives, expected, harmless. */
  readonly dismissed: number
  /** How many a person confirmed. */
  readonly confirmed: number
}

/** What is known of an alert beyond what it says itself. What is absent is not known. */
export interface Surroundings {
  readonly context?: GatheredContext
  readonly intelligence?: Intelligence
  readonly history?: History
  /** Who was asked and did not answer, in words. */
  readonly unanswered?: readonly string[]
}
