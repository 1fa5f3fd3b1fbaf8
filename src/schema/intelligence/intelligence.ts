import type { Alert } from '../alert/alert.ts'
import type { TriageClaim, TriageReference } from '../triage/triage-result.ts'
import type { Indicator, Observable } from './indicator.ts'

/** Infrastructure on lists of known-benign values: public resolvers, content networks, crawlers. A counter-claim, never a discount. */
export interface KnownBenign {
  readonly observable: Observable
  /** The lists that contain it: `List of known IPv4 public DNS resolvers`. */
  readonly lists: readonly string[]
}

/** The threat intelligence about an alert. */
export interface Intelligence {
  /**
   * The inputs of the risk formula: the score 0–100, how many sources were queried, and how many report it as malicious. Absent if there
   * was no source to query, which is not the same as no report.
   */
  readonly threatIntel?: { readonly aggregateScore: number; readonly sources: number; readonly detectedBy: number }
  /** Every observable that was looked up, the most severe first; unknown ones have no positives and the level info. */
  readonly indicators: readonly Indicator[]
  readonly benign: readonly KnownBenign[]
  /** The references of the claims: `i1`, `i2` … */
  readonly references: readonly TriageReference[]
  readonly claims: readonly TriageClaim[]
  /** Failed lookups, with the source, the value and the reason: `VirusTotal about 203.0.113.9: its daily quota of 500 is used up`. */
  readonly missing: readonly string[]
}

/**
 * Returns the threat intelligence about an alert's addresses, names, hashes and links. Answers within its time limit (10 s unless
 * configured) and never throws because a service fails; only an aborted signal ends it.
 */
export type LookUpIntelligence = (alert: Alert, signal: AbortSignal) => Promise<Intelligence>
