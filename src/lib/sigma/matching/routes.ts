import type { Logsource } from '../document.ts'
import type { FlatEvent } from '../event.ts'
import { isWithinLogsource } from '../read/read-logsource.ts'
import type { TaxonomyEventKind } from '../taxonomy.ts'
import type { RuleGroup, SourceRules } from './group.ts'
import type { PlannedKind } from './recognise.ts'
import type { FieldNames, Resolve } from './view.ts'

/** Where an event goes: the rules to look at, and where its fields are. */
export interface EventRoute {
  readonly groups: readonly RuleGroup[]
  readonly resolve: Resolve
}

const mostRoutes = 10_000

interface RoutesOptions {
  readonly sources: readonly SourceRules[]
  readonly toGroup: (numbers: readonly number[]) => RuleGroup
  readonly names: FieldNames
  readonly recognise: (event: FlatEvent) => readonly PlannedKind[]
}

/** Says the way of each event. */
export interface Routes {
  of(event: FlatEvent): EventRoute
  /** The way of events of some kinds, in the order of their plans. */
  ofKinds(kinds: readonly PlannedKind[]): EventRoute
}

/** Makes ways. Events of the same kinds go the same way, which is worked out once. */
export const createRoutes = ({ sources, toGroup, names, recognise }: RoutesOptions): Routes => {
  const routes = new Map<string, EventRoute>()
  const byList = new WeakMap<readonly PlannedKind[], EventRoute>()
  const groups = new Map<SourceRules, RuleGroup>()
  /** Makes a group when its first event comes: of most log sources, none ever does. */
  const groupOf = (source: SourceRules): RuleGroup => {
    const known = groups.get(source) ?? toGroup(source.numbers)
    groups.set(source, known)
    return known
  }
  const remember = (key: string, make: () => EventRoute): EventRoute => {
    const found = routes.get(key)
    if (found) return found
    if (routes.size >= mostRoutes) routes.clear()
    const fresh = make()
    routes.set(key, fresh)
    return fresh
  }
  const toRoute = (kinds: readonly TaxonomyEventKind[], logsources: readonly Logsource[]): EventRoute => ({
    groups: sources.filter(({ logsource }) => logsources.some((one) => isWithinLogsource(one, logsource))).map(groupOf),
    resolve: createResolve(kinds, names),
  })
  const ofKinds = (list: readonly PlannedKind[]): EventRoute => {
    const known = byList.get(list)
    if (known) return known
    const route = remember(list.map(({ plan }) => plan).join(), () => {
      const kinds = list.map(({ kind }) => kind)
      return toRoute(
        kinds,
        kinds.flatMap(({ logsources }) => logsources),
      )
    })
    byList.set(list, route)
    return route
  }
  return {
    of(event) {
      const { logsource } = event
      if (!logsource) return ofKinds(recognise(event))
      const key = `told ${logsource.product} ${logsource.category} ${logsource.service}`
      return remember(key, () => toRoute([], [logsource]))
    },
    ofKinds,
  }
}

/** Under which names events of some kinds have a field: its own, then those of the kinds, then with the prefixes. */
export const createResolve = (kinds: readonly TaxonomyEventKind[], { nameOf }: FieldNames): Resolve => {
  const known: (readonly string[] | undefined)[] = []
  return (number) => {
    const found = known[number]
    if (found) return found
    const field = nameOf(number)
    const unique = [
      ...new Set([
        field,
        ...kinds.flatMap(({ fields }) => fields.get(field) ?? []),
        ...kinds.flatMap(({ prefixes }) => prefixes.map((prefix) => prefix + field)),
      ]),
    ]
    known[number] = unique
    return unique
  }
}
