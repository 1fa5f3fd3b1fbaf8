import type { Logsource } from './document.ts'
import type { FlatEvent } from './event.ts'
import type { Group } from './group.ts'
import { isWithin } from './read-logsource.ts'
import type { EventKind } from './taxonomy.ts'
import type { FieldNames, Resolve } from './view.ts'

/** What an event counts as: the kinds that it is of, the rules to look at, and where its fields are. */
export interface Route {
  readonly kinds: readonly EventKind[]
  readonly groups: readonly Group[]
  readonly resolve: Resolve
}

const mostRoutes = 10_000

interface RoutesOptions {
  readonly groups: readonly Group[]
  readonly names: FieldNames
  /** Which kinds an event is of, by their numbers. */
  readonly recognise: (event: FlatEvent) => readonly number[]
  readonly kinds: readonly EventKind[]
}

/** Says the way of each event. Events of the same kinds go the same way, which is worked out once. */
export const createRoutes = ({ groups, names, recognise, kinds }: RoutesOptions): ((event: FlatEvent) => Route) => {
  const routes = new Map<string, Route>()
  const remember = (key: string, make: () => Route): Route => {
    const found = routes.get(key)
    if (found) return found
    if (routes.size >= mostRoutes) routes.clear()
    const fresh = make()
    routes.set(key, fresh)
    return fresh
  }
  const toRoute = (own: readonly EventKind[], logsources: readonly Logsource[]): Route => ({
    kinds: own,
    groups: groups.filter(({ logsource }) => logsources.some((one) => isWithin(one, logsource))),
    resolve: createResolve(own, names),
  })
  return (event) => {
    const { logsource } = event
    if (logsource) {
      const key = `told ${logsource.product} ${logsource.category} ${logsource.service}`
      return remember(key, () => toRoute([], [logsource]))
    }
    const numbers = recognise(event)
    return remember(numbers.join(), () => {
      const own = numbers.flatMap((number) => kinds[number] ?? [])
      return toRoute(
        own,
        own.flatMap(({ logsources }) => logsources),
      )
    })
  }
}

/** Under which names events of some kinds have a field: its own, then those of the kinds, then with the prefixes. */
export const createResolve = (kinds: readonly EventKind[], { nameOf }: FieldNames): Resolve => {
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
