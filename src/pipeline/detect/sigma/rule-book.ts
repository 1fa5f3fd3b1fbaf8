import type { SigmaDocument } from '../../../lib/sigma/document.ts'
import type { Taxonomy } from '../../../lib/sigma/taxonomy.ts'

/** The active rules. Each change gets a new revision. */
export interface RuleBook {
  /** Changes whenever anything else here does. */
  readonly revision: number
  /** Active rules, correlations and filters, with their overridden levels. */
  readonly documents: readonly SigmaDocument[]
  readonly taxonomy: Taxonomy
}

/** An empty rule book. */
export const noRules: RuleBook = { revision: 0, documents: [], taxonomy: { kinds: [] } }
