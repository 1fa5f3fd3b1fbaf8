import { type Placed, type Placement, withoutCovered } from './inherit.ts'
import { isInGroup } from './parents.ts'
import { boundedNumber, elementsOf, elementText, isCorrelation, type WazuhRule } from './wazuh-rule.ts'

/** More rules than this cannot be counted together. */
const mostCounted = 500

/** The rules whose events a rule counts, and how to call them in a sentence. */
export interface Counted {
  readonly rules: readonly WazuhRule[]
  readonly words: string
}

/** Finds what `if_matched_sid` or `if_matched_group` names. */
export const findCounted = (
  rule: WazuhRule,
  { placed }: Placement,
  partly: string[],
): Counted | { readonly impossible: readonly string[] } => {
  const sid = elementText(rule, 'if_matched_sid')
  const group = elementText(rule, 'if_matched_group')
  if (sid !== undefined) {
    if (group !== undefined) partly.push('It has if_matched_sid and if_matched_group; this obeys if_matched_sid alone.')
    const id = boundedNumber(sid, 1, 999_999)
    if (id === undefined)
      return { impossible: [`<if_matched_sid>: "${sid.trim()}" is no rule id; Wazuh takes one only.`] }
    const counted = placed.get(id)?.rule
    if (!counted)
      return {
        impossible: [`It counts rule ${id}, which is in none of the files. Add Wazuh’s own ruleset/rules folder.`],
      }
    return { rules: [counted], words: `Rule ${id}` }
  }
  const inGroup: WazuhRule[] = []
  for (const { rule: other, ways } of placed.values()) {
    const alerts = other.level > 0 && !other.noAlert && !isCorrelation(other) && other.order < rule.order
    if (alerts && ways.length > 0 && isInGroup(other, group ?? '')) inGroup.push(other)
    if (inGroup.length > mostCounted)
      return { impossible: [`More than ${mostCounted} rules are in the group "${group ?? ''}". Name a smaller one.`] }
  }
  if (inGroup.length === 0)
    return {
      impossible: [
        `No rule before it that alerts is in the group "${group ?? ''}". Add Wazuh’s own ruleset/rules folder.`,
      ],
    }
  return { rules: withoutCovered(inGroup, placed), words: `The group "${group ?? ''}"` }
}

/** Whether the last event is only one more of those that are counted. */
export const countsItself = ({ own, parents, rule }: Placed, counted: readonly WazuhRule[]): boolean => {
  if (own.tests.length > 0) return false
  if (elementsOf(rule, 'if_sid').length === 0 && elementsOf(rule, 'if_level').length === 0) {
    const group = elementText(rule, 'if_group')
    if (group === undefined) return true
    const matched = elementText(rule, 'if_matched_group')
    if (matched !== undefined && group.trim().toLowerCase() === matched.trim().toLowerCase()) return true
  }
  return parents.rules.length === counted.length && parents.rules.every((one) => counted.includes(one))
}
