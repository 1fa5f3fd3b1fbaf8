import type { PatternComparison } from './patterns.ts'

/** One thing that a rule itself asks of an event. */
export interface OwnTest {
  /** Wazuh's name of the field; `log` is the record without its header, `@` in front is an event's own field. */
  readonly field: string
  readonly any: readonly PatternComparison[]
  readonly negated: boolean
  /** In Wazuh an absent field meets no test, not even a negated one. */
  readonly needsField: boolean
}
