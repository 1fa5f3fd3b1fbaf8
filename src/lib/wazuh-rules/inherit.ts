import type { Logsource } from '../sigma/document.ts'
import { all, anyOf, not, type RuleExpression } from './expression.ts'
import {
  exceptionOf,
  expressionOf,
  type Findings,
  findIgnoring,
  type Ignoring,
  isIgnoring,
  takesFrom,
} from './ignoring.ts'
import { type Own, readOwn } from './own-tests.ts'
import { findParents, mostParents, type Parents } from './parents.ts'
import { logsourceOfCategory } from './tables.ts'
import { isCorrelation, type WazuhRule } from './wazuh-rule.ts'

/** The longest condition that is written: in single rules' parts. */
export const longestCondition = 400
const mostLogsources = 20

/** The events of one log source that reach a rule and meet it. */
export interface Way {
  /** Empty when the events that are meant are unknown. */
  readonly logsource: Logsource
  readonly expression: RuleExpression
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

export interface Placement {
  readonly placed: ReadonlyMap<number, Placed>
  readonly ignoring: Ignoring
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
  const findings: Findings = { partly: [], needs: [], impossible: [] }
  const below = (ignoring.get(at.rule.id) ?? []).slice(0, longestCondition)
  const exceptions = below.flatMap((other) => exceptionOf(other, placed.get(other.id)?.own, findings))
  const ways = at.ways.map((way) => ({ ...way, expression: all(way.expression, not(anyOf(...exceptions))) }))
  return { ways, ...findings }
}

interface World {
  readonly placed: ReadonlyMap<number, Placed>
  readonly own: ReadonlyMap<number, Own>
  readonly ignoring: Ignoring
}

const place = (rule: WazuhRule, own: Own, parents: Parents, world: World): Placed => {
  const findings: Findings = { partly: [...own.partly], needs: [...own.needs], impossible: [...own.impossible] }
  if (parents.tooMany) {
    findings.impossible.push(`More than ${mostParents} rules are above it. Name the few that matter with if_sid.`)
  }
  let ways: readonly Way[] = []
  if (findings.impossible.length === 0) {
    ways = parents.isRoot ? fromRoot(rule, own, world, findings) : fromAbove(rule, own, parents, world, findings)
  }
  if (ways.length > mostLogsources || ways.some(({ expression }) => expression.size > longestCondition)) {
    findings.impossible.push('Too many rules lead to it to write them all down. Name the few that matter with if_sid.')
    ways = []
  }
  const { partly, needs, impossible } = findings
  return { rule, own, parents, ways, partly: [...new Set(partly)], needs: [...new Set(needs)], impossible }
}

/** A rule that says nothing is asked about whatever no decoder calls anything else: Wazuh's category syslog. */
const logsourceOfRoot = (own: Own): Logsource => own.logsource ?? logsourceOfCategory('syslog') ?? {}

const fromRoot = (rule: WazuhRule, own: Own, world: World, findings: Findings): readonly Way[] => {
  const logsource = logsourceOfRoot(own)
  const exceptions = (world.ignoring.get(0) ?? []).flatMap((other) => {
    const theirs = world.own.get(other.id)
    const isBeside =
      theirs && theirs.tests.length > 0 && logsourceKey(logsourceOfRoot(theirs)) === logsourceKey(logsource)
    return isBeside && takesFrom(other, theirs, rule, own) ? exceptionOf(other, theirs, findings) : []
  })
  return [{ logsource, expression: all(not(anyOf(...exceptions)), expressionOf(rule, own)) }]
}

const fromAbove = (rule: WazuhRule, own: Own, parents: Parents, world: World, findings: Findings): readonly Way[] => {
  const ways = new Map<string, { logsource: Logsource; of: RuleExpression[] }>()
  for (const parent of withoutCovered(usableOf(rule, parents, world, findings), world.placed)) {
    const above = world.placed.get(parent.id)
    if (!above) continue
    for (const reason of above.partly) findings.partly.push(inherited(parent.id, reason))
    findings.needs.push(...above.needs)
    const exceptions = (world.ignoring.get(parent.id) ?? [])
      .filter((other) => takesFrom(other, world.own.get(other.id), rule, own))
      .slice(0, longestCondition + 1)
      .flatMap((other) => exceptionOf(other, world.own.get(other.id), findings))
    for (const way of above.ways) {
      const logsource = refine(way.logsource, own.logsource)
      const expression = all(way.expression, not(anyOf(...exceptions)))
      const same = ways.get(logsourceKey(logsource))
      if (same) same.of.push(expression)
      else ways.set(logsourceKey(logsource), { logsource, of: [expression] })
    }
  }
  const mine = expressionOf(rule, own)
  return [...ways.values()].map(({ logsource, of }) => ({ logsource, expression: all(anyOf(...of), mine) }))
}

/** The rules above that events can come from. */
const usableOf = (rule: WazuhRule, parents: Parents, world: World, findings: Findings): readonly WazuhRule[] => {
  const { partly, impossible } = findings
  // The correlation reports an event that completes a count; only rules that count that in turn can be below it.
  const usable = parents.rules.filter(({ id }) => {
    const above = world.placed.get(id)
    return above !== undefined && above.ways.length > 0 && (isCorrelation(rule) || !isCorrelation(above.rule))
  })
  const lost = parents.rules.filter((one) => !usable.includes(one)).map(({ id }) => `rule ${id}`)
  if (usable.length > 0) {
    if (parents.missing.length > 0)
      partly.push(`It stands also below ${list(parents.missing)}, which is in none of the files.`)
    if (lost.length > 0) partly.push(`It stands also below ${list(lost)}, which could not be converted.`)
  } else if (parents.rules.some(isCorrelation)) impossible.push(belowCount)
  else if (parents.missing.length > 0) {
    impossible.push(
      `It is below ${list(parents.missing)}, which is in none of the files. Add Wazuh’s own ruleset/rules folder.`,
    )
  } else impossible.push(`It is below ${list(lost)}, which could not be converted.`)
  return usable
}

export const belowCount =
  'It tests the event that completes a count (the rule above it has a frequency), which Sigma cannot. Put its tests into the rule that is counted.'

const inherited = (id: number, reason: string): string =>
  reason.startsWith('From rule ') ? reason : `From rule ${id}: ${reason}`

const list = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`

/** Leaves out rules that are only below others of the list: events that meet them meet those, unless they remove them from those. */
export const withoutCovered = (
  rules: readonly WazuhRule[],
  placed: ReadonlyMap<number, Placed>,
): readonly WazuhRule[] => {
  const inList = new Set(rules.map(({ id }) => id))
  return rules.filter((rule) => {
    const above = placed.get(rule.id)?.parents
    if (isIgnoring(rule) || !above || above.isRoot || above.rules.length === 0) return true
    return !above.rules.every(({ id }) => inList.has(id))
  })
}

/** The log source of a rule below another: what it says itself, unless that says less. */
const refine = (above: Logsource, mine: Logsource | undefined): Logsource => {
  if (!mine) return above
  const says = Object.entries(mine)
  return says.every(([key, value]) => Object.entries(above).some(([k, v]) => k === key && v === value)) ? above : mine
}

export const logsourceKey = ({ product, category, service }: Logsource): string =>
  [product, category, service].map((part) => part ?? '').join('/')

/** Orders rules so that parents come first. Rules in a cycle come last, with no parent. */
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
