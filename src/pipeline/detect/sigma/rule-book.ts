import type { SigmaDocument } from '../../../lib/sigma/document.ts'
import type { Taxonomy } from '../../../lib/sigma/taxonomy.ts'

/** The rules that are in force, for the detector. Whoever changes one gives the book a new revision. */
export interface RuleBook {
  /** Another one, when anything changed. */
  readonly revision: number
  /** Rules, correlations and filters that are switched on, with their levels as overridden. */
  readonly documents: readonly SigmaDocument[]
  readonly taxonomy: Taxonomy
}

/** A book with nothing in it. */
export const noRules: RuleBook = { revision: 0, documents: [], taxonomy: { kinds: [] } }
