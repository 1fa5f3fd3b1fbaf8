import { createCorrelations } from './correlation/correlations.ts'
import {
  type CorrelationRule,
  type DetectionRule,
  type FilterRule,
  isCalled,
  type Logsource,
  type SigmaDocument,
} from './document.ts'
import type { FlatEvent } from './event.ts'
import { explainMatch } from './explain.ts'
import { documentFault, type Fault } from './fault.ts'
import { createGroup, type SourceRules } from './matching/group.ts'
import type { Match, RuleMatch } from './matching/match.ts'
import { createMatcher } from './matching/matcher.ts'
import { createTestLeaves } from './matching/plan.ts'
import { createRecognise, type PlannedKind } from './matching/recognise.ts'
import { createResolve, createRoutes } from './matching/routes.ts'
import { type Alike, createVerdicts } from './matching/verdicts.ts'
import { createEventView, createFieldNames, type Resolve } from './matching/view.ts'
import type { Node } from './node.ts'
import { isWithinLogsource } from './read/read-logsource.ts'
import type { Taxonomy, TaxonomyEventKind } from './taxonomy.ts'
import { createGramMemory } from './text/gram-memory.ts'

/** Rules that run. */
export interface Engine {
  /** The rules and correlations that can match something. */
  readonly active: readonly (DetectionRule | CorrelationRule)[]
  /** Why documents cannot match: a placeholder without values, a reference to nothing, an id that is taken. */
  readonly faults: readonly Fault[]
  /**
   * Finds the rules that are true of an event. Correlations remember it, so pass each event once and nearly in order of time. Rules that a
   * correlation refers to are not reported on their own, unless it says `generate: true`; `onPart` receives them.
   */
  match(event: FlatEvent, onPart?: (rule: DetectionRule) => void): readonly Match[]
  /** The logsource of an event. */
  kindsOf(event: FlatEvent): readonly TaxonomyEventKind[]
  /** How many events came, of how many of them the answer was known from an earlier one, and how many rules were tried in all. */
  readonly counts: { readonly events: number; readonly known: number; readonly tried: number }
  /** The state of the correlations. Bounded, whatever events came. */
  save(): Uint8Array
  /** Restores saved state, except of rules that have changed or gone. Throws on bytes that it cannot read. */
  restore(state: Uint8Array): void
}

export interface EngineOptions {
  readonly taxonomy: Taxonomy
  /** How many groups a correlation remembers; the one that was quiet longest is forgotten. Default 10,000. */
  readonly maxGroups?: number
  /** How many events a correlation remembers in all groups together. Default 100,000. */
  readonly maxEvents?: number
  /** When events count as alike, so that rules are tried once for all of them. */
  readonly alike?: Alike
  /**
   * Which matches to report; all by default. With `rules`, correlations are left to another engine, which gets the events of `onPart` and
   * reports `correlations` only.
   */
  readonly reports?: 'all' | 'rules' | 'correlations'
}

/** The numbers of the rules that are true of an event, in order, and where its fields are. */
interface Verdict {
  readonly hits: readonly number[]
  readonly resolve: Resolve
  /** The places of the correlations that these rules concern, the same in all engines of the documents; undefined until they are needed. */
  concerned: readonly number[] | undefined
}

/** Makes an engine of documents. Leaves out and reports those that cannot run. */
export const createEngine = (documents: readonly SigmaDocument[], options: EngineOptions): Engine => {
  const { rules, correlations, faults, nodes, names, view, matcher, routes, likenessOf, recogniseAll } = matchingOf(
    documents,
    options,
  )
  const joined = createCorrelations(
    correlations,
    rules.map(({ rule }) => rule),
    (field) => view.slot(names.numberOf(field)).values,
    options,
  )
  const counts = { events: 0, known: 0, tried: 0 }
  const { reports = 'all' } = options
  const tryRules = (event: FlatEvent): Verdict => {
    const { groups: near, resolve } = routes.of(event)
    if (event.logsource) view.show(event, resolve)
    else view.look(resolve)
    const before = matcher.tried
    const hits = near.flatMap((group) => matcher.match(group))
    counts.tried += matcher.tried - before
    return { hits: hits.length > 1 ? hits.sort((a, b) => a - b) : hits, resolve, concerned: undefined }
  }
  const ruleMatch = (rule: DetectionRule, node: Node, event: FlatEvent, resolve: Resolve): RuleMatch => ({
    type: 'rule',
    rule,
    eventId: event.id,
    time: event.time,
    explain: () => explainMatch(node, event, { names, resolve }),
  })
  // On its own, because a function that makes closures takes memory at every call, and most events match nothing.
  const tell = (event: FlatEvent, verdict: Verdict, onPart: Parameters<Engine['match']>[1]): readonly Match[] => {
    const { hits, resolve } = verdict
    const own: Match[] = []
    for (const number of hits) {
      const rule = rules[number]?.rule
      const node = nodes[number]
      if (!rule || !node) continue
      if (joined.isPart(number)) onPart?.(rule)
      if (reports !== 'correlations' && !joined.isHidden(number)) own.push(ruleMatch(rule, node, event, resolve))
    }
    if (reports === 'rules') return own
    verdict.concerned ??= joined.concernedBy(hits)
    const correlated = joined.observe(event, hits, verdict.concerned)
    return own.length === 0 ? correlated : [...own, ...correlated]
  }

  return {
    active: [...rules.map(({ rule }) => rule), ...joined.active],
    faults: [...faults, ...joined.faults],
    counts,
    match(event, onPart) {
      counts.events += 1
      const likeness = event.logsource ? undefined : likenessOf(event)
      const known = likeness?.verdict
      if (known) {
        counts.known += 1
        if (known.hits.length === 0) return []
        view.show(event, known.resolve)
        return tell(event, known, onPart)
      }
      const verdict = tryRules(event)
      if (likeness) likeness.verdict = verdict
      return verdict.hits.length === 0 ? [] : tell(event, verdict, onPart)
    },
    kindsOf: (event) => (event.logsource ? [] : recogniseAll(event).map(({ kind }) => kind)),
    save: joined.save,
    restore: joined.restore,
  }
}

interface MatchingOptions extends Pick<EngineOptions, 'taxonomy'> {
  readonly alike: Alike | undefined
}

/** The part of an engine that looks at one event at a time. All engines of the same documents share it, because only correlations count. */
const createMatching = (documents: readonly SigmaDocument[], { taxonomy, alike }: MatchingOptions) => {
  const { rules, correlations, faults } = select(documents)
  const names = createFieldNames()
  const leaves = createTestLeaves(names)
  const nodes = rules.map(({ node }) => node)
  const known = taxonomy.kinds.filter(({ when }) => when !== undefined)
  const plans = [...nodes, ...known.flatMap(({ when }) => when ?? [])].map(leaves.plan)
  const kinds = known.map((kind, number) => ({ kind, plan: rules.length + number }))
  const memory = createGramMemory()
  const sources = groupRules(rules.map(({ rule }) => rule.logsource))
  const view = createEventView()
  const matcher = createMatcher(plans, leaves, names, view)
  const ownNames = createResolve([], names)
  const toGroup = (numbers: readonly number[]) => createGroup(numbers, plans, leaves, memory)
  const recogniserOf = (some: readonly PlannedKind[]) =>
    createRecognise({ kinds: some, names, view, matcher, ownNames, toGroup })
  // To match, only those kinds need to be known of which there are rules.
  const matter = kinds.filter(({ kind }) =>
    kind.logsources.some((one) => sources.some(({ logsource }) => isWithinLogsource(one, logsource))),
  )
  const routes = createRoutes({ sources, toGroup, names, recognise: recogniserOf(matter) })
  const likenessOf = createVerdicts<Verdict>({
    plans,
    leaves,
    names,
    kinds: matter,
    sources,
    routeOf: routes.ofKinds,
    alike,
  })
  const recogniseAll = recogniserOf(kinds)
  return { rules, correlations, faults, nodes, names, view, matcher, routes, likenessOf, recogniseAll }
}

interface SharedMatching extends MatchingOptions {
  readonly matching: ReturnType<typeof createMatching>
}

const shared = new WeakMap<readonly SigmaDocument[], SharedMatching>()

/** Thousands of rules take a tenth of a second to prepare, and each analysis and each partition needs an engine. */
const matchingOf = (documents: readonly SigmaDocument[], { taxonomy, alike }: EngineOptions) => {
  const known = shared.get(documents)
  if (known && known.taxonomy === taxonomy && known.alike === alike) return known.matching
  const matching = createMatching(documents, { taxonomy, alike })
  shared.set(documents, { taxonomy, alike, matching })
  return matching
}

const groupRules = (logsources: readonly Logsource[]): SourceRules[] => {
  const byLogsource = new Map<string, number[]>()
  for (const [number, { product, category, service }] of logsources.entries()) {
    const key = JSON.stringify([product, category, service])
    const known = byLogsource.get(key)
    if (known) known.push(number)
    else byLogsource.set(key, [number])
  }
  return [...byLogsource.values()].map((numbers) => ({ logsource: logsources[numbers[0] ?? 0] ?? {}, numbers }))
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
      isWithinLogsource(rule.logsource, logsource) && rules.some((name) => name === 'any' || isCalled(rule, name)),
  )
  return own.length === 0
    ? rule.detection
    : { op: 'and', of: [rule.detection, ...own.map(({ detection }) => detection)] }
}
