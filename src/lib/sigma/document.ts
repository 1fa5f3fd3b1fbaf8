import type { Comparison } from './comparison.ts'
import type { Node } from './node.ts'

export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const
export type Level = (typeof levels)[number]

export const statuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const
export type Status = (typeof statuses)[number]

/** The logsource of a rule, or of an event. A rule applies where each key that it has is equal. */
export interface Logsource {
  readonly product?: string
  readonly category?: string
  readonly service?: string
}

/** The common fields of rules, correlations and filters. */
export interface Heading {
  /** The `id`, or else the `name`, or else the file and the position in it. */
  readonly id: string
  readonly name: string | undefined
  /** Whether the document names itself, by an ID or a name. */
  readonly hasOwnId: boolean
  readonly title: string
  readonly status: Status | undefined
  readonly level: Level | undefined
  readonly description: string | undefined
  readonly author: string | undefined
  readonly license: string | undefined
  readonly date: string | undefined
  readonly modified: string | undefined
  readonly references: readonly string[]
  readonly tags: readonly string[]
  readonly falsePositives: readonly string[]
  /** ATT&CK techniques among the tags: `T1110.001`. */
  readonly techniques: readonly string[]
  readonly file: string
  /** The line in the file at which the document starts, from 1. */
  readonly line: number
  /** The document's own text. */
  readonly source: string
}

/** A detection rule: something that is true of one event. */
export interface DetectionRule extends Heading {
  readonly type: 'rule'
  readonly logsource: Logsource
  readonly detection: Node
  /** The fields that the author thinks worth showing. */
  readonly fields: readonly string[]
  /** Names of placeholders (`%admins%`) without values. Such a rule loads, and cannot match. */
  readonly unresolved: readonly string[]
}

export const correlationTypes = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
  'value_min',
  'value_max',
] as const
export type CorrelationType = (typeof correlationTypes)[number]

/** A correlation: something that is true of several events together, within a time and for each group. */
export interface CorrelationRule extends Heading {
  readonly type: 'correlation'
  readonly correlation: CorrelationType
  /** Ids or names of rules or of other correlations, as written. */
  readonly rules: readonly string[]
  readonly groupBy: readonly string[]
  /** alias → name or id of the rule → its field. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** ms */
  readonly timespan: number
  /** All must hold. Empty for temporal ones that only name their rules. */
  readonly conditions: readonly { readonly comparison: Comparison; readonly number: number }[]
  /** The fields to count, sum …; several fields count as one combined value. */
  readonly valueFields: readonly string[]
  /** 0–100, of `value_percentile`. */
  readonly percentile: number
  /** For temporal ones with a written condition (`a and not b`): the rules that must and must not be there. */
  readonly expression: Node | undefined
  /** Whether to report the referenced rules on their own as well. */
  readonly generate: boolean
}

/** A filter: a condition that the rules it names must not match. */
export interface FilterRule extends Heading {
  readonly type: 'filter'
  readonly logsource: Logsource
  /** Ids or names of rules, as written; `any` for all of the log source. */
  readonly rules: readonly string[]
  /** Its condition, as written; a rule matches only if this is also true. */
  readonly detection: Node
  readonly unresolved: readonly string[]
}

export type SigmaDocument = DetectionRule | CorrelationRule | FilterRule

/** Whether an ID or a name refers to a document. */
export const isCalled = ({ id, name }: SigmaDocument, word: string): boolean =>
  name === word || id === word || id === word.toLowerCase()
