import type { FlatEvent, Scalar } from './event.ts'
import type { FieldIndex, Group } from './group.ts'
import { holds } from './holds.ts'
import type { Matcher } from './matcher.ts'
import type { Node, TestNode } from './node.ts'
import type { EventKind } from './taxonomy.ts'
import type { FieldNames, Resolve, View } from './view.ts'

/** A kind of events, and the number that its condition has for the matcher. */
export interface PlannedKind {
  readonly kind: EventKind
  readonly plan: number
}

/** The kinds that events with certain values are of, and those of which more must be seen. */
interface Sieve {
  readonly sure: readonly PlannedKind[]
  readonly open: Group | undefined
  /** The fields that matter for the open ones, by name; keywords have none. */
  readonly fields: ReadonlyMap<string, FieldIndex>
}

const mostSieves = 1_000
/** How many spellings of a field's values are known by heart. */
const mostSpellings = 256

interface RecogniseOptions {
  readonly kinds: readonly PlannedKind[]
  readonly names: FieldNames
  readonly view: View
  readonly matcher: Matcher
  readonly ownNames: Resolve
  /** Makes a group of some plans. */
  readonly toGroup: (plans: readonly number[]) => Group
}

/**
 * Says of which kinds events are; events that agree in what decides it get the same list. What depends on a few values only, such as the name of a program, is worked out once
 * for all events that agree in those; the rest, such as what a message contains, is looked at where it still matters.
 */
export const createRecognise = ({ kinds, names, view, matcher, ownNames, toGroup }: RecogniseOptions) => {
  const sieves = new Map<string, Sieve>()
  const constants = constantsOf(kinds.flatMap(({ kind }) => kind.when ?? []))
  const slotOf = (field: string) => view.slot(names.numberOf(field))
  const test = (node: TestNode): boolean | undefined =>
    isConstant(node) ? holds(node.test, slotOf(node.field), slotOf) : undefined
  const toSieve = (): Sieve => {
    const answers = kinds.map(({ kind }) => (kind.when ? judge(kind.when, test) : false))
    const unsure = kinds.filter((_, index) => answers[index] === undefined)
    const open = unsure.length > 0 ? toGroup(unsure.map(({ plan }) => plan)) : undefined
    return {
      sure: kinds.filter((_, index) => answers[index]),
      open,
      fields: new Map(open?.fields.map((index) => [names.nameOf(index.field), index])),
    }
  }
  const byPlan = new Map(kinds.map((kind) => [kind.plan, kind]))

  return (event: FlatEvent): readonly PlannedKind[] => {
    view.show(event, ownNames)
    const key = keyOf(event.fields, constants) + (event.more ? keyOf(event.more, constants) : '')
    let sieve = sieves.get(key)
    if (!sieve) {
      if (sieves.size >= mostSieves) sieves.clear()
      sieve = toSieve()
      sieves.set(key, sieve)
    }
    const { sure, open, fields } = sieve
    const more = open ? matcher.match(open, present(fields, event)) : []
    if (more.length === 0) return sure
    return [...sure, ...more.flatMap((plan) => byPlan.get(plan) ?? [])].sort((a, b) => a.plan - b.plan)
  }
}

/** Those of some fields that an event has; keywords always. */
const present = (fields: ReadonlyMap<string, FieldIndex>, event: FlatEvent): readonly FieldIndex[] => {
  const found: FieldIndex[] = []
  for (const part of event.more ? [event.fields, event.more] : [event.fields]) {
    for (const name in part) {
      const field = fields.get(name)
      if (field) found.push(field)
    }
  }
  const keywords = fields.get('')
  if (keywords) found.push(keywords)
  return found
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

/** A field of which a few values matter: those, numbered, and how they were spelt so far. */
interface Constant {
  readonly letter: string
  readonly values: Map<string, string>
  readonly spellings: Map<Scalar, string>
}

const letterOf = (number: number): string => String.fromCharCode(number)

const constantsOf = (nodes: readonly Node[]): ReadonlyMap<string, Constant> => {
  const constants = new Map<string, Constant>()
  const add = (node: Node): void => {
    if (node.op !== 'test') {
      for (const one of node.op === 'not' ? [node.of] : node.of) add(one)
      return
    }
    const { field, test } = node
    if (field === undefined || !isConstant(node)) return
    const constant = constants.get(field) ?? {
      letter: letterOf(constants.size + 1),
      values: new Map<string, string>(),
      spellings: new Map<Scalar, string>(),
    }
    constants.set(field, constant)
    if (test.type === 'equals' && !constant.values.has(test.text)) {
      constant.values.set(test.text, letterOf(constant.values.size + firstValue))
    }
  }
  nodes.forEach(add)
  return constants
}

const nullValue = '\u0001'
const otherValue = '\u0002'
const listStart = '\u0003'
const listEnd = '\u0004'
const firstValue = 5

/** What of an event decides what it counts as, as a short text. */
const keyOf = (fields: FlatEvent['fields'], constants: ReadonlyMap<string, Constant>): string => {
  let key = ''
  for (const name in fields) {
    const constant = constants.get(name)
    if (constant === undefined) continue
    const value = fields[name]
    if (value === undefined) continue
    key += constant.letter
    if (typeof value !== 'object' || value === null) key += codeOf(value, constant)
    else key += `${listStart}${value.map((one) => codeOf(one, constant)).join('')}${listEnd}`
  }
  return key
}

const codeOf = (value: Scalar, { values, spellings }: Constant): string => {
  const known = spellings.get(value)
  if (known !== undefined) return known
  const code = value === null ? nullValue : (values.get(String(value).toLowerCase()) ?? otherValue)
  if (spellings.size < mostSpellings) spellings.set(value, code)
  return code
}
