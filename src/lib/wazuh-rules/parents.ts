import { boundedNumber, elementsOf, elementText, isCorrelation, type WazuhRule } from './wazuh-rule.ts'

/** More than this and no rule could be written that anybody would read. */
export const mostParents = 500

/** The rules that must have matched an event before a rule is asked. */
export interface Parents {
  /** Whether the rule is asked about every event of its log source. */
  readonly isRoot: boolean
  readonly rules: readonly WazuhRule[]
  /** Its references that none of the files contain. */
  readonly missing: readonly string[]
  readonly tooMany: boolean
  readonly notes: readonly string[]
}

/** Numbers in a list with commas or blanks between. */
export const idsIn = (text: string): readonly number[] =>
  text
    .split(/[\s,]+/)
    .map((one) => boundedNumber(one, 1, 999_999))
    .filter((id) => id !== undefined)

/** Whether a rule is in a group, as Wazuh sees it: `a|b` are alternatives, and a part of a group's name is enough. */
export const isInGroup = (rule: WazuhRule, group: string): boolean => {
  const joined = `${rule.groups.join(',')},`
  return group
    .split('|')
    .map((one) => one.trim().toLowerCase())
    .some((one) => one !== '' && joined.includes(one))
}

/** Finds the rules above a rule. Of `if_sid`, `if_level` and `if_group` Wazuh takes the first that is there, in this order. */
export const findParents = (
  rule: WazuhRule,
  rules: readonly WazuhRule[],
  byId: ReadonlyMap<number, WazuhRule>,
): Parents => {
  const ids = elementsOf(rule, 'if_sid').map(({ text }) => text)
  const level = elementText(rule, 'if_level')
  const group = elementText(rule, 'if_group')
  const notes: string[] = []
  const given = [ids.length > 0, level !== undefined, group !== undefined].filter(Boolean).length
  if (given > 1) {
    notes.push(
      `It has ${given} of if_sid, if_level and if_group. Wazuh takes ${ids.length > 0 ? 'if_sid' : 'if_level'} alone, and so does this.`,
    )
  }
  if (ids.length > 0) return ofIds(rule, idsIn(ids.join(',')), byId, notes)
  const matchedId = boundedNumber(elementText(rule, 'if_matched_sid'), 1, 999_999)
  if (level === undefined && group === undefined && isCorrelation(rule) && matchedId !== undefined) {
    return ofIds(rule, [matchedId], byId, notes)
  }
  const least = level === undefined ? undefined : boundedNumber(level, 0, 16)
  const wanted = group ?? (isCorrelation(rule) ? elementText(rule, 'if_matched_group') : undefined)
  if (level === undefined && wanted === undefined) {
    return { isRoot: true, rules: [], missing: [], tooMany: false, notes }
  }
  const found: WazuhRule[] = []
  for (const other of rules) {
    if (other.order >= rule.order || isCorrelation(other)) continue
    const fits = level === undefined ? isInGroup(other, wanted ?? '') : least !== undefined && other.level >= least
    if (fits) found.push(other)
    if (found.length > mostParents) break
  }
  const missing = found.length === 0 ? [level === undefined ? `the group "${wanted ?? ''}"` : `the level ${level}`] : []
  return { isRoot: false, rules: found, missing, tooMany: found.length > mostParents, notes }
}

const ofIds = (
  rule: WazuhRule,
  ids: readonly number[],
  byId: ReadonlyMap<number, WazuhRule>,
  notes: string[],
): Parents => {
  const unique = [...new Set(ids)].slice(0, mostParents + 1)
  const rules = unique.map((id) => byId.get(id)).filter((rule) => rule !== undefined)
  const missing = unique.filter((id) => !byId.has(id)).map((id) => `rule ${id}`)
  if (unique.length === 0) missing.push('a rule without an id')
  for (const { id, order } of rules) {
    if (order > rule.order)
      notes.push(`Rule ${id} is read after it. Wazuh itself leaves out a rule that refers to a later one.`)
  }
  return { isRoot: false, rules, missing, tooMany: unique.length > mostParents, notes }
}
