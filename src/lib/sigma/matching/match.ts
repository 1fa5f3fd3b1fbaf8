import type { CorrelationRule, DetectionRule } from '../document.ts'

/** One reason of a match: a field of a selection, its value, and what in the rule it met. */
export interface MatchedItem {
  /** `selection_cmd`. */
  readonly selection: string
  /** The field as the rule calls it; undefined for a keyword. */
  readonly field: string | undefined
  /** The field of the event that it was read from, where the taxonomy maps it. */
  readonly eventField: string | undefined
  /** The value, cut at 500 characters; undefined where the rule requires its absence. */
  readonly value: string | undefined
  /** The condition of the rule, in words: `contains "mimikatz"`. */
  readonly wanted: string
}

/** A rule that is true of an event. */
export interface RuleMatch {
  readonly type: 'rule'
  readonly rule: DetectionRule
  readonly eventId: string
  readonly time: number
  /** Why: every item that holds in the parts of the condition that made it true. Computed when asked. */
  explain(): readonly MatchedItem[]
}

/** A correlation that an event completed. */
export interface CorrelationMatch {
  readonly type: 'correlation'
  readonly rule: CorrelationRule
  /** The event that completed it. */
  readonly eventId: string
  readonly time: number
  readonly group: Readonly<Record<string, string>>
  /** The count, sum …; of temporal ones, how many of the rules. */
  readonly value: number
  /**
   * The events that it rests on, oldest first, at most 50, the first and the last among them. Computed when asked, from what the correlation
   * remembers: ask before the next event.
   */
  readonly events: readonly {
    readonly id: string
    readonly time: number
    /** The rule that it matched, as the correlation calls it. */
    readonly rule: string
    /** The title of the rule that it matched. */
    readonly title: string
  }[]
  /** How many there are. */
  readonly eventCount: number
}

export type Match = RuleMatch | CorrelationMatch
