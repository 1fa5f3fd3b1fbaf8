import type { Node } from '../node.ts'
import type { Manner, ValueTest } from '../test.ts'
import { fold } from '../text/fold.ts'
import { literalOf } from '../text/glob.ts'
import { textsOfRegex } from '../text/regex-texts.ts'
import { anywhere, type FieldNames } from './view.ts'

/** A condition with its tests numbered, so that what is known of one event is looked up and not computed again. */
export type ConditionPlan =
  | { readonly op: 'all' | 'any'; readonly of: readonly ConditionPlan[] }
  | { readonly op: 'some'; readonly count: number; readonly of: readonly ConditionPlan[] }
  | { readonly op: 'not'; readonly of: ConditionPlan }
  | { readonly op: 'leaf'; readonly leaf: number }

/** A test of a field, the same one for all rules that say it. */
export interface Leaf {
  readonly field: number
  readonly test: ValueTest
}

/** Numbers the tests of all rules. */
export interface Leaves {
  readonly list: readonly Leaf[]
  plan(node: Node): ConditionPlan
}

export const createTestLeaves = (names: FieldNames): Leaves => {
  const list: Leaf[] = []
  const numbers = new Map<string, number>()
  const numberOf = (field: number, test: ValueTest): number => {
    const key = `${field}\0${keyOf(test)}`
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, list.length)
    list.push({ field, test })
    return list.length - 1
  }
  const plan = (node: Node): ConditionPlan => {
    switch (node.op) {
      case 'test':
        return {
          op: 'leaf',
          leaf: numberOf(node.field === undefined ? anywhere : names.numberOf(node.field), node.test),
        }
      case 'not':
        return { op: 'not', of: plan(node.of) }
      case 'some':
        return { op: 'some', count: node.count, of: node.of.map(plan) }
      default:
        return { op: node.op === 'and' ? 'all' : 'any', of: node.of.map(plan) }
    }
  }
  return { list, plan }
}

const keyOf = (test: ValueTest): string => {
  if (test.type === 'glob') return `glob\0${test.cased}\0${JSON.stringify(test.glob.pieces)}`
  return JSON.stringify(test)
}

/** Something that an event must have before a rule is worth trying: a text in a field, or the field at all. */
export interface Trigger {
  readonly leaf: number
  readonly field: number
  /** Undefined: the field must be there. */
  readonly literal: { readonly manner: Manner; readonly text: string } | undefined
  /** Whether the literal alone makes the leaf true. */
  readonly decides: boolean
}

interface Choice {
  readonly triggers: readonly Trigger[]
  readonly cost: number
}

const impossible: Choice = { triggers: [], cost: Number.POSITIVE_INFINITY }

/** How many rules have a leaf. A literal of many rules is common, and each hit would try all of them. */
export type Uses = ReadonlyMap<number, number>

/** Counts in how many of some plans each leaf is. */
export const countUses = (plans: readonly ConditionPlan[]): Uses => {
  const uses = new Map<number, number>()
  for (const plan of plans) for (const leaf of new Set(leavesOf(plan))) uses.set(leaf, (uses.get(leaf) ?? 0) + 1)
  return uses
}

/** The leaves of a plan, each as often as it occurs. */
export const leavesOf = (plan: ConditionPlan): number[] => {
  const leaves: number[] = []
  const add = (part: ConditionPlan): void => {
    if (part.op === 'leaf') leaves.push(part.leaf)
    else if (part.op === 'not') add(part.of)
    else part.of.forEach(add)
  }
  add(plan)
  return leaves
}

/**
 * Chooses triggers such that no event can match a plan without one of them: of what must hold together the rarest, of alternatives all.
 * Undefined when there is no such choice: then the rule is always tried.
 */
export const chooseTriggers = (plan: ConditionPlan, leaves: Leaves, uses: Uses): readonly Trigger[] | undefined => {
  const choice = choose(plan, leaves, uses)
  return choice.cost === Number.POSITIVE_INFINITY ? undefined : choice.triggers
}

/** How common the values that pass a test are, roughly; infinite if no text says it. */
export const leafCost = (leaf: number, leaves: Leaves): number => ofLeaf(leaf, leaves, noUses).cost

const noUses: Uses = new Map()

const choose = (plan: ConditionPlan, leaves: Leaves, uses: Uses): Choice => {
  switch (plan.op) {
    case 'leaf':
      return ofLeaf(plan.leaf, leaves, uses)
    case 'all':
      return plan.of.map((one) => choose(one, leaves, uses)).reduce((a, b) => (b.cost < a.cost ? b : a), impossible)
    case 'any':
    case 'some': {
      const choices = plan.of.map((one) => choose(one, leaves, uses))
      return {
        triggers: choices.flatMap(({ triggers }) => triggers),
        cost: choices.reduce((sum, { cost }) => sum + cost, 0),
      }
    }
    case 'not':
      return plan.of.op === 'not' ? choose(plan.of.of, leaves, uses) : impossible
  }
}

const ofLeaf = (leaf: number, leaves: Leaves, uses: Uses): Choice => {
  const known = leaves.list[leaf]
  if (!known) return impossible
  const { field, test } = known
  const because = (manner: Manner, text: string, decides: boolean): Choice => ({
    triggers: [{ leaf, field, literal: { manner, text: fold(text) }, decides }],
    cost: costOf(manner, text) * (uses.get(leaf) ?? 1),
  })
  const present: Choice =
    field === anywhere ? impossible : { triggers: [{ leaf, field, literal: undefined, decides: false }], cost: 1000 }
  switch (test.type) {
    case 'equals':
    case 'starts':
    case 'ends':
    case 'contains':
      return because(test.type, test.text, !test.cased)
    case 'glob': {
      const text = literalOf(test.glob)
      return text === '' ? present : because('contains', text, false)
    }
    case 'regex': {
      const choices = textsOfRegex(test.source)?.map((text) => because('contains', text, false))
      if (!choices) return present
      return {
        triggers: choices.flatMap(({ triggers }) => triggers),
        cost: choices.reduce((sum, { cost }) => sum + cost, 0),
      }
    }
    case 'exists':
      return test.wanted ? present : impossible
    case 'null':
    case 'unresolved':
      return impossible
    default:
      return present
  }
}

/** How common a text is, roughly: the shorter, the more. */
const costOf = (manner: Manner, text: string): number => {
  const { length } = text
  if (length === 0) return 900
  if (manner === 'contains') return length >= 8 ? 1 : 2 ** (8 - length)
  // Whole values that are short are codes and flags, of which there are few.
  return length >= 8 ? 1 : manner === 'equals' ? 24 : 2 ** (6 - Math.min(length, 5))
}
