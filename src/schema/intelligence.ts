import type { Alert } from './alert.ts'
import type { Indicator, Observable } from './indicator.ts'
import type { TriageClaim, TriageReference } from './triage-result.ts'

/** Infrastructure that lists of the known-benign name: public resolvers, content networks, crawlers. A counter-claim, never a discount. */
export interface KnownBenign {
  readonly observable: Observable
  /** The lists that name it: `List of known IPv4 public DNS resolvers`. */
  readonly lists: readonly string[]
}

/** What threat intelligence says of an alert. */
export interface Intelligence {
  /**
   * What the risk formula asks for: the score 0–100, how many sources were asked, how many know something bad. Absent when there was
   * nobody to ask, which is not the same as nobody knowing.
   */
  readonly threatIntel?: { readonly aggregateScore: number; readonly sources: number; readonly detectedBy: number }
  /** Every observable that was asked about, gravest first; what nobody knows has no positives and the level info. */
  readonly indicators: readonly Indicator[]
  readonly benign: readonly KnownBenign[]
  /** What the claims cite: `i1`, `i2` … */
  readonly references: readonly TriageReference[]
  readonly claims: readonly TriageClaim[]
  /** Who could not be asked, about what, and why: `VirusTotal about 203.0.113.9: its daily quota of 500 is used up`. */
  readonly missing: readonly string[]
}

/**
 * Asks for what is known of an alert's addresses, names, hashes and links. Answers within its time limit (10 s unless configured) and
 * never throws because somebody does not answer; only an aborted signal ends it.
 */
export type LookUpIntelligence = (alert: Alert, signal: AbortSignal) => Promise<Intelligence>
