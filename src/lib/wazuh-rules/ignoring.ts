import { areDisjoint } from './disjoint.ts'
import { always, ownOf, type RuleExpression } from './expression.ts'
import type { Own } from './own-tests.ts'
import type { Parents } from './parents.ts'
import { isCorrelation, type WazuhRule } from './wazuh-rule.ts'

/** The notes that came up while a rule was put in its place; see Placed. */
export interface Findings {
  readonly partly: string[]
  readonly needs: string[]
  readonly impossible: string[]
}

/** By the id of the rule above (0: none): the rules of level 0 below. */
export type Ignoring = ReadonlyMap<number, readonly WazuhRule[]>

/** Whether a rule ends the search without an alert: what meets it is reported by nobody else. */
export const isIgnoring = (rule: WazuhRule): boolean => rule.level === 0 && !rule.noAlert

export const findIgnoring = (rules: readonly WazuhRule[], parents: ReadonlyMap<number, Parents>): Ignoring => {
  const ignoring = new Map<number, WazuhRule[]>()
  for (const rule of rules.filter(isIgnoring)) {
    const above = parents.get(rule.id)
    for (const id of above?.isRoot ? [0] : (above?.rules.map((one) => one.id) ?? [])) {
      const list = ignoring.get(id)
      if (list) list.push(rule)
      else ignoring.set(id, [rule])
    }
  }
  return ignoring
}

/**
 * Whether Wazuh lets a rule of level 0 take events away from another one below the same rule. It is asked first, but among level 0 the
 * order of the files counts; and some pairs cannot meet the same event.
 */
export const takesFrom = (other: WazuhRule, theirs: Own | undefined, rule: WazuhRule, own: Own): boolean =>
  other.id !== rule.id &&
  (rule.level > 0 || other.order < rule.order) &&
  !(theirs !== undefined && areDisjoint(theirs, own))

/** The events that a rule of level 0 removes; nothing, and a reason, when that cannot be expressed exactly. */
export const exceptionOf = (
  rule: WazuhRule,
  own: Own | undefined,
  { partly, needs }: Findings,
): readonly RuleExpression[] => {
  if (!own || own.impossible.length > 0 || own.partly.length > 0 || isCorrelation(rule)) {
    partly.push(
      `Rule ${rule.id} of level 0 takes events away from it in Wazuh. It could not be said exactly and was left out, so this matches more.`,
    )
    return []
  }
  needs.push(...own.needs)
  return [expressionOf(rule, own)]
}

/** The tests of a rule itself; `always` for one that only names its events. */
export const expressionOf = (rule: WazuhRule, own: Own): RuleExpression =>
  own.tests.some(({ any, negated, needsField }) => any.length > 0 || negated || needsField) ? ownOf(rule.id) : always
