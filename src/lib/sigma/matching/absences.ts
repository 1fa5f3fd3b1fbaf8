import { fold } from '../text/fold.ts'
import type { Wanted } from '../text/literal.ts'
import { createScreen, type Screen } from '../text/screen.ts'
import { holds } from './holds.ts'
import type { Trait } from './outline.ts'
import { type ConditionPlan, chooseTriggers, type Leaves, type Trigger } from './plan.ts'
import type { PlannedKind } from './recognise.ts'
import { reducePlan } from './reduce.ts'
import { createResolve, type EventRoute } from './routes.ts'
import { anywhere, type FieldNames, type FieldValues, type Resolve, toTexts } from './view.ts'

export interface FindingOptions {
  readonly plans: readonly ConditionPlan[]
  readonly leaves: Leaves
  readonly names: FieldNames
  /** The kinds that distinguish events. */
  readonly kinds: readonly PlannedKind[]
  /** The way of events of some kinds. */
  readonly routeOf: (kinds: readonly PlannedKind[]) => EventRoute
}

/** Texts that must be absent from a field; otherwise some rule may be true. */
export interface Absence {
  /** Which of the fields that vary. */
  readonly at: number
  readonly screen: Screen
}

const nothing: readonly string[] = []
const absent: FieldValues = { name: undefined, values: nothing, folded: nothing }

/**
 * Finds the absences that exclude all rules from events with some traits; undefined where that is unknown. Known traits go into the
 * conditions of the kinds, and into the rules of those kinds that are certain. Each remaining condition must need a text in a field that
 * varies.
 */
export const createFindings = ({ plans, leaves, names, kinds, routeOf }: FindingOptions) => {
  const ownNames = createResolve([], names)
  const noUses = new Map<number, number>()

  return (traits: readonly Trait[]): readonly Absence[] | undefined => {
    const varying = traits.filter(({ value }) => value === undefined)
    const byName = new Map(traits.map((trait) => [trait.name, trait]))
    const literals = new Map<number, Map<string, Wanted>>()

    const traitOf = (field: number, resolve: Resolve): Trait | undefined => {
      for (const name of resolve(field)) {
        const trait = byName.get(name)
        if (trait) return trait
      }
      return undefined
    }
    /** The constant value of a field; undefined where it varies. */
    const slotOf = (field: number, resolve: Resolve): FieldValues | undefined => {
      if (field === anywhere) return undefined
      const trait = traitOf(field, resolve)
      if (trait === undefined) return absent
      if (trait.value === undefined) return undefined
      const values = toTexts(trait.value)
      return { name: trait.name, values, folded: values.map(fold) }
    }
    const truthIn =
      (resolve: Resolve) =>
      (number: number): boolean | undefined => {
        const leaf = leaves.list[number]
        if (leaf === undefined || leaf.field === anywhere) return undefined
        const { field, test } = leaf
        const slot = slotOf(field, resolve)
        if (slot === undefined) return test.type === 'exists' ? test.wanted : test.type === 'null' ? false : undefined
        if (test.type !== 'field') return holds(test, slot, () => absent)
        const other = slotOf(names.numberOf(test.other), resolve)
        return other && holds(test, slot, () => other)
      }
    const forbid = ({ field, literal }: Trigger, resolve: Resolve): boolean => {
      const trait = field === anywhere ? undefined : traitOf(field, resolve)
      if (trait === undefined || trait.value !== undefined || literal === undefined) return false
      const at = varying.indexOf(trait)
      const own = literals.get(at) ?? new Map<string, Wanted>()
      literals.set(at, own)
      own.set(`${literal.manner} ${literal.text}`, literal)
      return true
    }
    /** Whether a plan is true, as far as the traits and the absence of forbidden texts decide it. */
    const judge = (number: number, resolve: Resolve): boolean | undefined => {
      const plan = plans[number]
      const reduced = plan && reducePlan(plan, truthIn(resolve))
      if (reduced === undefined || typeof reduced === 'boolean') return reduced
      const triggers = chooseTriggers(reduced, leaves, noUses)
      return triggers?.every((trigger) => forbid(trigger, resolve)) ? false : undefined
    }

    const sure = []
    for (const kind of kinds) {
      const answer = judge(kind.plan, ownNames)
      if (answer === undefined) return undefined
      if (answer) sure.push(kind)
    }
    const { groups, resolve } = routeOf(sure)
    for (const { numbers } of groups) {
      for (const number of numbers) if (judge(number, resolve) !== false) return undefined
    }
    return [...literals].map(([at, own]) => ({ at, screen: createScreen([...own.values()]) }))
  }
}
