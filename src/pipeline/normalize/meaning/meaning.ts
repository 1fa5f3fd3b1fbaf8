/** A meaning that messages of any program can have: the words that say it, and examples. */
export interface Meaning {
  readonly category: 'authentication' | 'iam' | 'process' | 'package'
  readonly action: string
  readonly outcome: 'success' | 'failure'
  /** Texts of at least 4 ASCII letters, blanks or dashes in lower case. A message with this meaning contains at least one. */
  readonly stems: readonly string[]
  /** Regular expressions, without case. One of them must match. */
  readonly says: readonly string[]
  /** Regular expressions, without case. None of them may match: negations, counts, conditions, health checks. */
  readonly unless: readonly string[]
  /** Whether the message must name a user or an address. */
  readonly needsEntity: boolean
  /** Messages that have this meaning. */
  readonly matches: readonly string[]
  /** Messages that do not. */
  readonly ignores: readonly string[]
}
