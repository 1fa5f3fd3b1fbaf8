import type { Logsource } from './document.ts'
import type { FlatEvent, Scalar } from './event.ts'
import type { Group } from './group.ts'
import { holds } from './holds.ts'
import type { Node } from './node.ts'
import { isWithin } from './read-logsource.ts'
import type { EventKind, Taxonomy } from './taxonomy.ts'
import type { Resolve, View } from './view.ts'

/** What an event counts as: the kinds that it is of, the rules to look at, and where its fields are. */
export interface Route {
  readonly kinds: readonly EventKind[]
  readonly groups: readonly Group[]
  readonly resolve: Resolve
}

const mostRoutes = 10_000

/** Finds out what events count as. `see` lets a view look at an event under its own names. */
export const createRoutes = (
  taxonomy: Taxonomy,
  groups: readonly Group[],
  view: View,
  numberOf: (field: string) => number,
) => {
  const routes = new Map<string, Route>()
  const known = taxonomy.kinds.filter(({ when }) => when !== undefined)
  const constants = constantsOf(known.flatMap(({ when }) => when ?? []))
  const own: Resolve = (field) => [field]

  const remember = (key: string, make: () => Route): Route => {
    const found = routes.get(key)
    if (found) return found
    if (routes.size >= mostRoutes) routes.clear()
    const route = make()
    routes.set(key, route)
    return route
  }
  const isOf = (node: Node): boolean => {
    switch (node.op) {
      case 'test':
        return holds(node.test, view.slot(node.field === undefined ? 0 : numberOf(node.field)), (field) =>
          view.slot(numberOf(field)),
        )
      case 'and':
        return node.of.every(isOf)
      case 'or':
        return node.of.some(isOf)
      case 'not':
        return !isOf(node.of)
      case 'some':
        return node.of.filter(isOf).length >= node.count
    }
  }
  const recognise = (event: FlatEvent): readonly EventKind[] => {
    view.show(event, own)
    return known.filter(({ when }) => when && isOf(when))
  }
  const toRoute = (kinds: readonly EventKind[], logsources: readonly Logsource[]): Route => ({
    kinds,
    groups: groups.filter(({ logsource }) => logsources.some((one) => isWithin(one, logsource))),
    resolve: createResolve(kinds),
  })

  return (event: FlatEvent): Route => {
    const { logsource } = event
    if (logsource) {
      return remember(`told ${logsource.product} ${logsource.category} ${logsource.service}`, () => {
        const kinds = taxonomy.kinds.filter(({ logsources }) => logsources.some((one) => isWithin(one, logsource)))
        return toRoute(kinds, [logsource])
      })
    }
    const key = keyOf(event, constants)
    const make = () => {
      const kinds = recognise(event)
      return toRoute(
        kinds,
        kinds.flatMap(({ logsources }) => logsources),
      )
    }
    return key === undefined ? make() : remember(key, make)
  }
}

/** Under which names events of some kinds have a field: its own, then those of the kinds, then with the prefixes. */
const createResolve = (kinds: readonly EventKind[]): Resolve => {
  const known = new Map<string, readonly string[]>()
  return (field) => {
    const found = known.get(field)
    if (found) return found
    const names = [
      field,
      ...kinds.flatMap(({ fields }) => fields.get(field) ?? []),
      ...kinds.flatMap(({ prefixes }) => prefixes.map((prefix) => prefix + field)),
    ]
    const unique = [...new Set(names)]
    known.set(field, unique)
    return unique
  }
}

type Constants = ReadonlyMap<string, ReadonlyMap<string, number>>

/**
 * The fields that decide what an event counts as, with the values that matter; undefined when something else than equality matters.
 * Events that agree in those go the same way, which is worked out once.
 */
const constantsOf = (nodes: readonly Node[]): Constants | undefined => {
  const constants = new Map<string, Map<string, number>>()
  const add = (node: Node): boolean => {
    if (node.op === 'not') return add(node.of)
    if (node.op !== 'test') return node.of.every(add)
    const { field, test } = node
    if (field === undefined) return false
    const values = constants.get(field) ?? new Map<string, number>()
    constants.set(field, values)
    if (test.type === 'exists' || test.type === 'null') return true
    if (test.type !== 'equals' || test.cased) return false
    if (!values.has(test.text)) values.set(test.text, values.size + 3)
    return true
  }
  return nodes.every(add) ? constants : undefined
}

const keyOf = ({ fields }: FlatEvent, constants: Constants | undefined): string | undefined => {
  if (!constants) return undefined
  let key = ''
  for (const [field, values] of constants) {
    const value: Scalar | readonly Scalar[] | undefined = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (typeof value === 'object' && value !== null) return undefined
    const code = value === undefined ? 0 : value === null ? 1 : (values.get(String(value).toLowerCase()) ?? 2)
    key += String.fromCharCode(code)
  }
  return key
}
