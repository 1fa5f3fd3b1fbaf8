import type { FlatEvent, Scalar } from '../event.ts'
import type { Node, TestNode } from '../node.ts'
import type { TaxonomyEventKind } from '../taxonomy.ts'
import type { FieldIndex, RuleGroup } from './group.ts'
import { holds } from './holds.ts'
import type { Matcher } from './matcher.ts'
import { anywhere, type FieldNames, type FlatEventView, type Resolve } from './view.ts'

/** A kind of events, and the number that its condition has for the matcher. */
export interface PlannedKind {
  readonly kind: TaxonomyEventKind
  readonly plan: number
}

/** The kinds that events with certain values are of, and those of which more must be seen. */
interface Sieve {
  readonly sure: readonly PlannedKind[]
  readonly open: RuleGroup | undefined
  /** The fields that matter for the open ones, by the number of their role; keywords have none. */
  readonly fields: readonly (FieldIndex | undefined)[]
  readonly keywords: FieldIndex | undefined
  /** The fields that the last event had, and what of the sieve that leaves. */
  last: { readonly seen: readonly Role[]; readonly found: readonly FieldIndex[] } | undefined
}

/** The values of an event so far; each further value leads to the next place. */
interface Place {
  readonly next: Map<number | string, Place>
  sieve: Sieve | undefined
}

/** More places than these are forgotten all at once. */
const mostPlaces = 10_000
/** How many spellings of a field's values are known by heart. */
const mostSpellings = 256

interface RecogniseOptions {
  readonly kinds: readonly PlannedKind[]
  readonly names: FieldNames
  readonly view: FlatEventView
  readonly matcher: Matcher
  readonly ownNames: Resolve
  /** Makes a group of some plans. */
  readonly toGroup: (plans: readonly number[]) => RuleGroup
}

/**
 * Finds the kinds of events; events that agree in the deciding values get the same list. Kinds that depend on a few values only, such as
 * the name of a program, are calculated once for all events that agree in those; the rest, such as the content of a message, is checked
 * where it still matters.
 */
export const createRecognise = ({ kinds, names, view, matcher, ownNames, toGroup }: RecogniseOptions) => {
  const roles = rolesOf(kinds.flatMap(({ kind }) => kind.when ?? []))
  const byPlan = new Map(kinds.map((kind) => [kind.plan, kind]))
  const slotOf = (field: string) => view.slot(names.numberOf(field))
  const test = (node: TestNode): boolean | undefined =>
    isConstant(node) ? holds(node.test, slotOf(node.field), slotOf) : undefined
  /** The groups by their plans: events of different values often leave the same ones open. */
  const groups = new Map<string, RuleGroup>()
  const groupOf = (plans: readonly number[]): RuleGroup => {
    const key = plans.join()
    const group = groups.get(key) ?? toGroup(plans)
    groups.set(key, group)
    return group
  }
  const toSieve = (): Sieve => {
    const answers = kinds.map(({ kind }) => (kind.when ? judge(kind.when, test) : false))
    const unsure = kinds.filter((_, index) => answers[index] === undefined)
    const open = unsure.length > 0 ? groupOf(unsure.map(({ plan }) => plan)) : undefined
    const fields: (FieldIndex | undefined)[] = Array.from({ length: roles.size }, () => undefined)
    let keywords: FieldIndex | undefined
    for (const index of open?.fields ?? []) {
      const role = roles.get(names.nameOf(index.field))
      if (role) fields[role.number] = index
      else if (index.field === anywhere) keywords = index
    }
    return { sure: kinds.filter((_, index) => answers[index]), open, fields, keywords, last: undefined }
  }

  let root: Place = { next: new Map(), sieve: undefined }
  let places = 0
  /** Those fields of the event that play a role, as far as the count; the list is used again. */
  const seen: Role[] = []
  let count = 0
  const walk = (from: Place, fields: FlatEvent['fields']): Place => {
    let place = from
    for (const name in fields) {
      const role = roles.get(name)
      if (role === undefined) continue
      seen[count] = role
      count += 1
      const value = fields[name]
      if (value === undefined || !role.decides) continue
      const step = stepOf(value, role)
      let next = place.next.get(step)
      if (next === undefined) {
        next = { next: new Map(), sieve: undefined }
        place.next.set(step, next)
        places += 1
      }
      place = next
    }
    return place
  }
  /** The kinds of a sieve that are possible for an event. Most events have the same ones as the event before, and get the same list. */
  const present = (sieve: Sieve): readonly FieldIndex[] => {
    const { last } = sieve
    if (last && last.seen.length === count && last.seen.every(isSeen)) return last.found
    const found = seen.slice(0, count).flatMap(({ number }) => sieve.fields[number] ?? [])
    if (sieve.keywords) found.push(sieve.keywords)
    sieve.last = { seen: seen.slice(0, count), found }
    return found
  }
  const isSeen = (role: Role, at: number): boolean => seen[at] === role

  return (event: FlatEvent): readonly PlannedKind[] => {
    view.show(event, ownNames)
    if (places > mostPlaces) {
      root = { next: new Map(), sieve: undefined }
      places = 0
      groups.clear()
    }
    count = 0
    let place = walk(root, event.fields)
    if (event.more) place = walk(place, event.more)
    place.sieve ??= toSieve()
    const { sure, open } = place.sieve
    const more = open ? matcher.match(open, present(place.sieve)) : []
    if (more.length === 0) return sure
    return [...sure, ...more.flatMap((plan) => byPlan.get(plan) ?? [])].sort((a, b) => a.plan - b.plan)
  }
}

/** Evaluates a condition of which some tests may be unknown; undefined when they matter. */
const judge = (node: Node, test: (node: TestNode) => boolean | undefined): boolean | undefined => {
  if (node.op === 'test') return test(node)
  if (node.op === 'not') {
    const inner = judge(node.of, test)
    return inner === undefined ? undefined : !inner
  }
  const wanted = node.op === 'some' ? node.count : node.op === 'or' ? 1 : node.of.length
  let sure = 0
  let possible = node.of.length
  for (const one of node.of) {
    const answer = judge(one, test)
    if (answer === true && ++sure >= wanted) return true
    if (answer === false && --possible < wanted) return false
  }
  return undefined
}

const isConstant = (node: TestNode): node is TestNode & { readonly field: string } => {
  const { field, test } = node
  return (
    field !== undefined && (test.type === 'exists' || test.type === 'null' || (test.type === 'equals' && !test.cased))
  )
}

/** The role of a field in distinguishing kinds. */
interface Role {
  readonly number: number
  /** Whether some tests of it are of its being there or of certain values; those are numbered. */
  decides: boolean
  readonly values: Map<string, number>
  /** How its values were spelt so far. */
  readonly spellings: Map<Scalar, number>
}

const rolesOf = (nodes: readonly Node[]): ReadonlyMap<string, Role> => {
  const roles = new Map<string, Role>()
  const add = (node: Node): void => {
    if (node.op !== 'test') {
      for (const one of node.op === 'not' ? [node.of] : node.of) add(one)
      return
    }
    const { field, test } = node
    if (field === undefined) return
    const role = roles.get(field) ?? { number: roles.size, decides: false, values: new Map(), spellings: new Map() }
    roles.set(field, role)
    if (!isConstant(node)) return
    role.decides = true
    if (test.type === 'equals' && !role.values.has(test.text)) role.values.set(test.text, role.values.size + firstValue)
  }
  nodes.forEach(add)
  return roles
}

const nullValue = 0
const otherValue = 1
const firstValue = 2
const mostValues = 2 ** 16

/** The deciding part of a value: a number, or a text for the values of a list, of which neither order nor repetition matter. */
const stepOf = (value: FlatEvent['fields'][string], role: Role): number | string => {
  if (typeof value !== 'object' || value === null) return role.number * mostValues + codeOf(value, role)
  return `${role.number} ${[...new Set(value.map((one) => codeOf(one, role)))].sort((a, b) => a - b)}`
}

const codeOf = (value: Scalar, { values, spellings }: Role): number => {
  if (values.size === 0) return value === null ? nullValue : otherValue
  const known = spellings.get(value)
  if (known !== undefined) return known
  const code = value === null ? nullValue : (values.get(String(value).toLowerCase()) ?? otherValue)
  if (spellings.size < mostSpellings) spellings.set(value, code)
  return code
}
