import type { Logsource } from './document.ts'
import type { FlatEvent, Scalar } from './event.ts'
import type { Group } from './group.ts'
import { holds } from './holds.ts'
import type { Node, TestNode } from './node.ts'
import { isWithin } from './read-logsource.ts'
import type { EventKind, Taxonomy } from './taxonomy.ts'
import { anywhere, type Resolve, type View } from './view.ts'

/** What an event counts as: the kinds that it is of, the rules to look at, and where its fields are. */
export interface Route {
  readonly kinds: readonly EventKind[]
  readonly groups: readonly Group[]
  readonly resolve: Resolve
}

const mostRoutes = 10_000

/** Finds out what events count as, each by a view that is shown to it under its own names. */
export const createRoutes = (
  taxonomy: Taxonomy,
  groups: readonly Group[],
  view: View,
  numberOf: (field: string) => number,
) => {
  const routes = new Map<string, Route>()
  const sieves = new Map<string, Sieve>()
  const known = taxonomy.kinds.filter(({ when }) => when !== undefined)
  const constants = constantsOf(known.flatMap(({ when }) => when ?? []))
  const slotOf = (field: string) => view.slot(numberOf(field))
  const test = ({ field, test: wanted }: TestNode): boolean =>
    holds(wanted, field === undefined ? view.slot(anywhere) : slotOf(field), slotOf)
  const testConstant = (node: TestNode): boolean | undefined => (isConstant(node) ? test(node) : undefined)

  const remember = <Value>(map: Map<string, Value>, key: string, make: () => Value): Value => {
    const found = map.get(key)
    if (found !== undefined) return found
    if (map.size >= mostRoutes) map.clear()
    const fresh = make()
    map.set(key, fresh)
    return fresh
  }
  const toRoute = (kinds: readonly EventKind[], logsources: readonly Logsource[]): Route => ({
    kinds,
    groups: groups.filter(({ logsource }) => logsources.some((one) => isWithin(one, logsource))),
    resolve: createResolve(kinds),
  })
  const toSieve = (): Sieve => {
    const kinds = known.map((kind) => ({ kind, holds: kind.when && judge(kind.when, testConstant) }))
    return {
      possible: kinds.filter((one) => one.holds !== false).map(({ kind }) => kind),
      isSure: kinds.every((one) => one.holds !== undefined),
    }
  }

  return (event: FlatEvent): Route => {
    const { logsource } = event
    if (logsource) {
      const key = `told ${logsource.product} ${logsource.category} ${logsource.service}`
      return remember(routes, key, () => toRoute([], [logsource]))
    }
    view.show(event, ownName)
    const key = keyOf(event, constants)
    const { possible, isSure } = remember(sieves, key, toSieve)
    const kinds = isSure ? possible : possible.filter(({ when }) => when && judge(when, test))
    const name = isSure ? key : `${key} ${kinds.map((kind) => possible.indexOf(kind)).join(' ')}`
    return remember(routes, name, () =>
      toRoute(
        kinds,
        kinds.flatMap(({ logsources }) => logsources),
      ),
    )
  }
}

/** The kinds that events with certain values may be of, and whether those values say it all. */
interface Sieve {
  readonly possible: readonly EventKind[]
  readonly isSure: boolean
}

const ownName: Resolve = (field) => [field]

/** Evaluates a condition of which some tests may be unknown; undefined when they matter. */
const judge = (node: Node, test: (node: TestNode) => boolean | undefined): boolean | undefined => {
  if (node.op === 'test') return test(node)
  if (node.op === 'not') {
    const inner = judge(node.of, test)
    return inner === undefined ? undefined : !inner
  }
  const answers = node.of.map((one) => judge(one, test))
  const sure = answers.filter((answer) => answer === true).length
  const possible = answers.filter((answer) => answer !== false).length
  const wanted = node.op === 'some' ? node.count : node.op === 'or' ? 1 : answers.length
  if (sure >= wanted) return true
  return possible < wanted ? false : undefined
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

/** The fields of which a few values decide what an event counts as, with those values, numbered. */
type Constants = ReadonlyMap<string, ReadonlyMap<string, number>>

const isConstant = ({ field, test }: TestNode): boolean =>
  field !== undefined && (test.type === 'exists' || test.type === 'null' || (test.type === 'equals' && !test.cased))

const constantsOf = (nodes: readonly Node[]): Constants => {
  const constants = new Map<string, Map<string, number>>()
  const add = (node: Node): void => {
    if (node.op !== 'test') {
      for (const one of node.op === 'not' ? [node.of] : node.of) add(one)
      return
    }
    const { field, test } = node
    if (field === undefined || !isConstant(node)) return
    const values = constants.get(field) ?? new Map<string, number>()
    constants.set(field, values)
    if (test.type === 'equals' && !values.has(test.text)) values.set(test.text, values.size + 5)
  }
  nodes.forEach(add)
  return constants
}

/** What of an event decides what it counts as, as a short text: events that agree in it go the same way, worked out once. */
const keyOf = ({ fields }: FlatEvent, constants: Constants): string => {
  let key = ''
  for (const [field, values] of constants) {
    const value: Scalar | readonly Scalar[] | undefined = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (typeof value === 'object' && value !== null) {
      key += `\u0003${value.map((one) => codeOf(one, values)).join('')}\u0004`
    } else {
      key += codeOf(value, values)
    }
  }
  return key
}

const codeOf = (value: Scalar | undefined, values: ReadonlyMap<string, number>): string => {
  if (value === undefined) return '\u0000'
  if (value === null) return '\u0001'
  return String.fromCharCode(values.get(String(value).toLowerCase()) ?? 2)
}
