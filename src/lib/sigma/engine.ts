import { createCorrelations } from './correlations.ts'
import { type CorrelationRule, type DetectionRule, type FilterRule, isCalled, type SigmaDocument } from './document.ts'
import type { FlatEvent } from './event.ts'
import { explainMatch } from './explain.ts'
import { documentFault, type Fault } from './fault.ts'
import { createGroup, type Group, type Hit } from './group.ts'
import { holds } from './holds.ts'
import type { Match } from './match.ts'
import type { Node } from './node.ts'
import { createLeaves, type Plan } from './plan.ts'
import { isWithin } from './read-logsource.ts'
import { createRoutes } from './routes.ts'
import type { EventKind, Taxonomy } from './taxonomy.ts'
import { createFieldNames, createView } from './view.ts'

/** Rules that run. */
export interface Engine {
  /** The rules and correlations that can match something. */
  readonly active: readonly (DetectionRule | CorrelationRule)[]
  /** Why documents cannot match: a placeholder without values, a reference to nothing, an id that is taken. */
  readonly faults: readonly Fault[]
  /**
   * Says which rules are true of an event. Correlations remember it, so events come once and nearly in order of time. Rules that a
   * correlation refers to are not told of on their own, unless it says `generate: true`; `onPart` hears of them.
   */
  match(event: FlatEvent, onPart?: (rule: DetectionRule) => void): Match[]
  /** What an event counts as. */
  kindsOf(event: FlatEvent): readonly EventKind[]
  /** How many events came, and how many rules were tried in all. */
  readonly counts: { readonly events: number; readonly tried: number }
  /** The state of the correlations. Bounded, whatever events came. */
  save(): Uint8Array
  /** Takes saved state back; of rules that have changed or gone, nothing is kept. Throws on bytes that it cannot read. */
  restore(state: Uint8Array): void
}

export interface EngineOptions {
  readonly taxonomy: Taxonomy
  /** How many groups a correlation remembers; the one that was quiet longest is forgotten. Default 10,000. */
  readonly maxGroups?: number
  /** How many events a correlation remembers in all groups together. Default 100,000. */
  readonly maxEvents?: number
}

/** Makes an engine of documents. What cannot run is left out and said. */
export const createEngine = (documents: readonly SigmaDocument[], options: EngineOptions): Engine => {
  const { rules, correlations, faults } = select(documents)
  const names = createFieldNames()
  const leaves = createLeaves(names)
  const nodes = rules.map(({ node }) => node)
  const compiled = rules.map(({ rule, node }) => ({ plan: leaves.plan(node), logsource: rule.logsource }))
  const groups = groupRules(compiled, leaves)
  const view = createView(names)
  const routeOf = createRoutes(options.taxonomy, groups, view, names.numberOf)
  const joined = createCorrelations(
    correlations,
    rules.map(({ rule }) => rule),
    options,
  )
  const counts = { events: 0, tried: 0 }

  /** What is known of each leaf in this event: generation × 2, plus 1 when it is true. */
  const known = new Float64Array(leaves.list.length)
  const tried = new Float64Array(rules.length)
  let generation = 0
  let hits: number[] = []
  let candidates: number[] = []

  const visit = ({ leaf, rules: numbers }: Hit): void => {
    if (leaf >= 0) known[leaf] = generation * 2 + 1
    for (const number of numbers) {
      if (tried[number] === generation) continue
      tried[number] = generation
      candidates.push(number)
    }
  }
  const slotOf = (field: string) => view.slot(names.numberOf(field))
  const isTrue = (plan: Plan, group: Group): boolean => {
    switch (plan.op) {
      case 'leaf': {
        const { leaf } = plan
        const state = known[leaf] ?? 0
        if (state >= generation * 2) return state > generation * 2
        const one = leaves.list[leaf]
        const answer = !group.decided.has(leaf) && one !== undefined && holds(one.test, view.slot(one.field), slotOf)
        known[leaf] = generation * 2 + (answer ? 1 : 0)
        return answer
      }
      case 'all':
        for (const one of plan.of) if (!isTrue(one, group)) return false
        return true
      case 'any':
        for (const one of plan.of) if (isTrue(one, group)) return true
        return false
      case 'not':
        return !isTrue(plan.of, group)
      case 'some': {
        let left = plan.count
        for (const one of plan.of) if (isTrue(one, group) && --left === 0) return true
        return false
      }
    }
  }
  const tryGroup = (group: Group): void => {
    candidates = []
    for (const { field, index, present } of group.fields) {
      const slot = view.slot(field)
      if (slot.name === undefined) continue
      if (present.length > 0) visit({ leaf: -1, rules: present })
      if (index) for (const value of slot.folded) index.search(value, visit)
    }
    if (group.always.length > 0) visit({ leaf: -1, rules: group.always })
    counts.tried += candidates.length
    for (const number of candidates) {
      const plan = compiled[number]?.plan
      if (plan && isTrue(plan, group)) hits.push(number)
    }
  }

  return {
    active: [...rules.map(({ rule }) => rule), ...joined.active],
    faults: [...faults, ...joined.faults],
    counts,
    match(event, onPart) {
      counts.events += 1
      const { groups: near, resolve } = routeOf(event)
      if (near.length === 0) return []
      view.show(event, resolve)
      hits = []
      for (const group of near) {
        generation += 1
        tryGroup(group)
      }
      if (hits.length === 0) return []
      const read = (field: string): readonly string[] => slotOf(field).values
      const own = hits.flatMap((number): Match[] => {
        const rule = rules[number]?.rule
        const node = nodes[number]
        if (!rule || !node) return []
        if (joined.isPart(number)) onPart?.(rule)
        if (joined.isHidden(number)) return []
        const explain = () => explainMatch(node, event, resolve)
        return [{ type: 'rule', rule, eventId: event.id, time: event.time, explain }]
      })
      return [...own, ...joined.observe(event, hits, read)]
    },
    kindsOf: (event) => routeOf(event).kinds,
    save: joined.save,
    restore: joined.restore,
  }
}

const groupRules = (
  compiled: readonly { plan: Plan; logsource: DetectionRule['logsource'] }[],
  leaves: ReturnType<typeof createLeaves>,
): Group[] => {
  const byLogsource = new Map<string, number[]>()
  for (const [number, { logsource }] of compiled.entries()) {
    const key = JSON.stringify([logsource.product, logsource.category, logsource.service])
    byLogsource.set(key, [...(byLogsource.get(key) ?? []), number])
  }
  return [...byLogsource.values()].map((numbers) =>
    createGroup(compiled[numbers[0] ?? 0]?.logsource ?? {}, numbers, compiled, leaves),
  )
}

/** Sorts documents out: which rules run, with the filters that apply to them, and what is wrong with the others. */
const select = (documents: readonly SigmaDocument[]) => {
  const faults: Fault[] = []
  const taken = new Map<string, SigmaDocument>()
  const usable = documents.filter((document) => {
    const { id } = document
    const other = taken.get(id)
    if (other) {
      faults.push(
        documentFault(
          document,
          'duplicate-id',
          `The id ${id} is taken by ${other.file}:${other.line}; that one is used.`,
        ),
      )
      return false
    }
    taken.set(id, document)
    const [open] = document.type === 'correlation' ? [] : document.unresolved
    if (open === undefined) return true
    const hint = `Give it values under "placeholders".`
    faults.push(documentFault(document, 'unresolved-placeholder', `Nobody said what %${open}% stands for.`, hint))
    return false
  })
  const detections = usable.filter((document) => document.type === 'rule')
  const correlations = usable.filter((document) => document.type === 'correlation')
  const filters = usable.filter((document) => document.type === 'filter')
  for (const filter of filters) {
    const missing = filter.rules.find((name) => name !== 'any' && !detections.some((rule) => isCalled(rule, name)))
    if (missing !== undefined) {
      faults.push(documentFault(filter, 'unknown-rule', `The filter names "${missing}", and there is no such rule.`))
    }
  }
  const rules = detections.map((rule) => ({ rule, node: withFilters(rule, filters) }))
  return { rules, correlations, faults }
}

const withFilters = (rule: DetectionRule, filters: readonly FilterRule[]): Node => {
  const own = filters.filter(
    ({ rules, logsource }) =>
      isWithin(rule.logsource, logsource) && rules.some((name) => name === 'any' || isCalled(rule, name)),
  )
  return own.length === 0
    ? rule.detection
    : { op: 'and', of: [rule.detection, ...own.map(({ detection }) => detection)] }
}
