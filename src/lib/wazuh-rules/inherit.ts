import type { Logsource } from '../sigma/document.ts'
import { areDisjoint } from './disjoint.ts'
import { all, always, any, type Expression, not, ownOf } from './expression.ts'
import { type Own, readOwn } from './own-tests.ts'
import { findParents, mostParents, type Parents } from './parents.ts'
import { logsourceOfCategory } from './tables.ts'
import { isCorrelation, type WazuhRule } from './wazuh-rule.ts'

/** The longest condition that is written: in single rules' parts. */
export const longestCondition = 400
const mostLogsources = 20

/** The events of one log source that reach a rule and meet it. */
export interface Way {
  /** Empty when nothing tells which events are meant. */
  readonly logsource: Logsource
  readonly expression: Expression
}

/** A rule in its place among the others. */
export interface Placed {
  readonly rule: WazuhRule
  readonly own: Own
  readonly parents: Parents
  /** Events that meet the rule and all that is above it; of events that a level 0 rule takes away on the way, none. */
  readonly ways: readonly Way[]
  readonly partly: readonly string[]
  readonly needs: readonly string[]
  readonly impossible: readonly string[]
}

/** Works out for every rule which events meet it. Linear in the rules and their references, within the limits above. */
export const placeRules = (rules: readonly WazuhRule[]): Placement => {
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const parents = new Map(rules.map((rule) => [rule.id, findParents(rule, rules, byId)]))
  const own = new Map(rules.map((rule) => [rule.id, readOwn(rule)]))
  const ignoring = findIgnoring(rules, parents)
  const placed = new Map<number, Placed>()
  for (const rule of parentsFirst(rules, parents)) {
    const above = parents.get(rule.id)
    const mine = own.get(rule.id)
    if (above && mine) placed.set(rule.id, place(rule, mine, above, { placed, own, ignoring }))
  }
  return { placed, ignoring }
}

/** Takes away from a rule's events what the rules of level 0 below it take away. */
export const alertingWays = (
  at: Placed,
  { placed, ignoring }: Placement,
): { readonly ways: readonly Way[]; readonly partly: readonly string[]; readonly needs: readonly string[] } => {
  const partly: string[] = []
  const needs: string[] = []
  const below = (ignoring.get(at.rule.id) ?? []).slice(0, longestCondition)
  const exceptions = below.flatMap((other) => exception(other, placed.get(other.id)?.own, partly, needs))
  return {
    ways: at.ways.map((way) => ({ ...way, expression: all(way.expression, not(any(...exceptions))) })),
    partly,
    needs,
  }
}

export interface Placement {
  readonly placed: ReadonlyMap<number, Placed>
  /** By the id of the rule above (0: none): the rules of level 0 below. */
  readonly ignoring: Ignoring
}

/** A rule of level 0 that ends the search: what meets it is reported by nobody else. */
const isIgnoring = (rule: WazuhRule): boolean => rule.level === 0 && !rule.noAlert

type Ignoring = ReadonlyMap<number, readonly WazuhRule[]>

const findIgnoring = (rules: readonly WazuhRule[], parents: ReadonlyMap<number, Parents>): Ignoring => {
  const ignoring = new Map<number, WazuhRule[]>()
  for (const rule of rules.filter(isIgnoring)) {
    const above = parents.get(rule.id)
    for (const id of above?.isRoot ? [0] : (above?.rules.map(({ id }) => id) ?? [])) {
      const list = ignoring.get(id)
      if (list) list.push(rule)
      else ignoring.set(id, [rule])
    }
  }
  return ignoring
}

const exception = (rule: WazuhRule, own: Own | undefined, partly: string[], needs: string[]): readonly Expression[] => {
  if (!own || own.impossible.length > 0 || own.partly.length > 0 || isCorrelation(rule)) {
    partly.push(
      `Rule ${rule.id} of level 0 takes events away from it in Wazuh. It could not be said exactly and was left out, so this matches more.`,
    )
    return []
  }
  needs.push(...own.needs)
  return [expressionOf(rule, own)]
}

/** What a rule itself asks; `always` for one that only names its events. */
const expressionOf = (rule: WazuhRule, own: Own): Expression =>
  own.tests.some(({ any, negated, needsField }) => any.length > 0 || negated || needsField) ? ownOf(rule.id) : always

interface World {
  readonly placed: ReadonlyMap<number, Placed>
  readonly own: ReadonlyMap<number, Own>
  readonly ignoring: Ignoring
}

const place = (rule: WazuhRule, own: Own, parents: Parents, world: World): Placed => {
  const partly = [...own.partly]
  const needs = [...own.needs]
  const impossible = [...own.impossible]
  const result = (ways: readonly Way[]): Placed => ({
    rule,
    own,
    parents,
    ways,
    partly: [...new Set(partly)],
    needs: [...new Set(needs)],
    impossible,
  })
  if (parents.tooMany)
    impossible.push(`More than ${mostParents} rules are above it. Name the few that matter with if_sid.`)
  if (impossible.length > 0) return result([])
  const mine = expressionOf(rule, own)
  if (parents.isRoot) {
    // A rule that says nothing is asked about whatever no decoder calls anything else: Wazuh's category syslog.
    const logsource = own.logsource ?? logsourceOfCategory('syslog') ?? {}
    const before = (world.ignoring.get(0) ?? []).filter((other) => {
      const source = world.own.get(other.id)
      if (!source || source.tests.length === 0 || areDisjoint(source, own)) return false
      const theirs = source.logsource ?? logsourceOfCategory('syslog') ?? {}
      return goesFirst(other, rule) && keyOf(theirs) === keyOf(logsource)
    })
    const exceptions = before.flatMap((other) => exception(other, world.own.get(other.id), partly, needs))
    return limited(result([{ logsource, expression: all(not(any(...exceptions)), mine) }]))
  }
  // An event that completes a count is told of by the correlation; only rules that count that in turn can stand below it.
  const isUsable = (id: number): boolean => {
    const above = world.placed.get(id)
    return above !== undefined && above.ways.length > 0 && (isCorrelation(rule) || !isCorrelation(above.rule))
  }
  const usable = parents.rules.filter(({ id }) => isUsable(id))
  const missing = [...parents.missing]
  if (usable.length === 0) {
    const broken = parents.rules.map(({ id }) => `rule ${id}`)
    if (parents.rules.some(isCorrelation)) {
      impossible.push(
        'It tests the event that completes a count (the rule above it has a frequency), which Sigma cannot. Put its tests into the rule that is counted.',
      )
    } else if (missing.length > 0) {
      impossible.push(
        `It stands below ${list(missing)}, which is in none of the files. Add Wazuh’s own ruleset/rules folder.`,
      )
    } else impossible.push(`It stands below ${list(broken)}, which could not be converted.`)
    return result([])
  }
  if (missing.length > 0) partly.push(`It stands also below ${list(missing)}, which is in none of the files.`)
  const lost = parents.rules.filter((one) => !usable.includes(one))
  if (lost.length > 0)
    partly.push(`It stands also below ${list(lost.map(({ id }) => `rule ${id}`))}, which could not be converted.`)
  const ways = new Map<string, { logsource: Logsource; of: Expression[] }>()
  for (const parent of withoutCovered(usable, world.placed)) {
    const above = world.placed.get(parent.id)
    if (!above) continue
    for (const reason of above.partly) partly.push(inherited(parent.id, reason))
    needs.push(...above.needs)
    const ignoring = (world.ignoring.get(parent.id) ?? [])
      .filter((other) => goesFirst(other, rule) && !isApart(other, own, world))
      .slice(0, longestCondition + 1)
    const exceptions = ignoring.flatMap((other) => exception(other, world.own.get(other.id), partly, needs))
    for (const way of above.ways) {
      const logsource = refine(way.logsource, own.logsource)
      const key = keyOf(logsource)
      const expression = all(way.expression, not(any(...exceptions)))
      const same = ways.get(key)
      if (same) same.of.push(expression)
      else ways.set(key, { logsource, of: [expression] })
    }
  }
  return limited(
    result([...ways.values()].map(({ logsource, of }) => ({ logsource, expression: all(any(...of), mine) }))),
  )
}

const isApart = (other: WazuhRule, own: Own, world: World): boolean => {
  const theirs = world.own.get(other.id)
  return theirs !== undefined && areDisjoint(theirs, own)
}

const inherited = (id: number, reason: string): string =>
  reason.startsWith('From rule ') ? reason : `From rule ${id}: ${reason}`

const limited = (at: Placed): Placed => {
  const long = at.ways.some(({ expression }) => expression.size > longestCondition)
  if (!long && at.ways.length <= mostLogsources) return at
  const reason = 'Too many rules lead to it to write them all down. Name the few that matter with if_sid.'
  return { ...at, ways: [], impossible: [...at.impossible, reason] }
}

const list = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`

/** Whether Wazuh asks a rule of level 0 before another one below the same rule: always, but among level 0 in the order of the files. */
const goesFirst = (ignoring: WazuhRule, rule: WazuhRule): boolean =>
  ignoring.id !== rule.id && (rule.level > 0 || ignoring.order < rule.order)

/** Leaves out rules that stand below others of the list only: what meets them meets those. */
export const withoutCovered = (
  rules: readonly WazuhRule[],
  placed: ReadonlyMap<number, Placed>,
): readonly WazuhRule[] => {
  const inList = new Set(rules.map(({ id }) => id))
  return rules.filter(({ id }) => {
    const above = placed.get(id)?.parents
    return !above || above.isRoot || above.rules.length === 0 || !above.rules.every((one) => inList.has(one.id))
  })
}

/** The log source of a rule below another: what it says itself, unless that says less. */
const refine = (above: Logsource, mine: Logsource | undefined): Logsource => {
  if (!mine) return above
  const says = Object.entries(mine)
  return says.every(([key, value]) => Object.entries(above).some(([k, v]) => k === key && v === value)) ? above : mine
}

export const keyOf = ({ product, category, service }: Logsource): string =>
  [product, category, service].map((part) => part ?? '').join('/')

/** Orders rules so that those above come first. What stands in a circle comes last, above itself by nothing. */
const parentsFirst = (rules: readonly WazuhRule[], parents: ReadonlyMap<number, Parents>): readonly WazuhRule[] => {
  const waiting = new Map<number, number>()
  const below = new Map<number, WazuhRule[]>()
  for (const rule of rules) {
    const above = parents.get(rule.id)?.rules ?? []
    waiting.set(rule.id, above.length)
    for (const { id } of above) {
      const list = below.get(id)
      if (list) list.push(rule)
      else below.set(id, [rule])
    }
  }
  const ordered = rules.filter(({ id }) => waiting.get(id) === 0)
  for (let i = 0; i < ordered.length; i++) {
    for (const rule of below.get(ordered[i]?.id ?? 0) ?? []) {
      const left = (waiting.get(rule.id) ?? 0) - 1
      waiting.set(rule.id, left)
      if (left === 0) ordered.push(rule)
    }
  }
  return [...ordered, ...rules.filter(({ id }) => (waiting.get(id) ?? 0) > 0)]
}
