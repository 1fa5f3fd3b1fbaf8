import { type ConditionPlan, type Leaves, leavesOf } from './plan.ts'
import type { PlannedKind } from './recognise.ts'
import { reducePlan } from './reduce.ts'
import { createResolve, type EventRoute } from './routes.ts'
import type { ValueClass } from './value-classes.ts'
import { anywhere, type FieldNames, type Resolve } from './view.ts'

export interface OpenTestsOptions {
  readonly plans: readonly ConditionPlan[]
  readonly leaves: Leaves
  readonly names: FieldNames
  /** The kinds that distinguish events. */
  readonly kinds: readonly PlannedKind[]
  /** The way of events of some kinds. */
  readonly routeOf: (kinds: readonly PlannedKind[]) => EventRoute
}

/** A field of an event, as far as it is known. */
export interface KnownField {
  readonly name: string
  /** Whether rules can read it. */
  readonly reads: boolean
  /** The tests that were run, and what came of it; undefined for a value that varies. A later entry adds to it. */
  readonly class: { readonly tests: ReadonlySet<number>; readonly of: ValueClass } | undefined
}

/** Tests of a value that varies whose answers matter. */
interface OpenTests {
  /** Which of the values that vary. */
  readonly at: number
  readonly name: string
  readonly tests: readonly number[]
}

/**
 * Finds the tests that decide what rules are true of events of which some fields are known: those that decide of which kinds the
 * events are, and those of the rules of these kinds. Answers one field at a time, those that decide of kinds first; `end` when no answer matters any more, and `open` when
 * keywords matter, or comparisons of fields.
 */
export const createOpenTests = ({ plans, leaves, names, kinds, routeOf }: OpenTestsOptions) => {
  const ownNames = createResolve([], names)

  return (fields: readonly KnownField[]): OpenTests | 'end' | 'open' => {
    const byName = new Map<string, KnownField['class'][]>()
    const varying: string[] = []
    for (const { name, reads, class: known } of fields) {
      if (!reads) continue
      const earlier = byName.get(name)
      if (earlier) earlier.push(known)
      else byName.set(name, [known])
      if (known === undefined) varying.push(name)
    }
    const nameOf = (field: number, resolve: Resolve): string | undefined =>
      resolve(field).find((name) => byName.has(name))
    const truthIn =
      (resolve: Resolve) =>
      (number: number): boolean | undefined => {
        const leaf = leaves.list[number]
        if (leaf === undefined || leaf.field === anywhere) return undefined
        const { field, test } = leaf
        const name = nameOf(field, resolve)
        if (test.type === 'exists') return (name !== undefined) === test.wanted
        if (name === undefined) return test.type === 'null'
        const known = byName.get(name) ?? []
        if (test.type === 'null') return known[0]?.of.isEmpty ?? false
        if (test.type === 'field') return undefined
        return known.find((one) => one?.tests.has(number))?.of.passed.has(number)
      }
    const open = new Map<string, Set<number>>()
    /** Adds the open tests of some plans, and the plans that are sure. Returns false if more than tests of values is open. */
    const addOpen = (numbers: readonly number[], resolve: Resolve, sure: number[]): boolean => {
      for (const number of numbers) {
        const plan = plans[number]
        const reduced = plan && reducePlan(plan, truthIn(resolve))
        if (reduced === true) sure.push(number)
        if (reduced === undefined || typeof reduced === 'boolean') continue
        for (const leaf of leavesOf(reduced)) {
          const tested = leaves.list[leaf]
          const name = tested && tested.field !== anywhere ? nameOf(tested.field, resolve) : undefined
          if (name === undefined || tested?.test.type === 'field') return false
          const own = open.get(name) ?? new Set()
          open.set(name, own.add(leaf))
        }
      }
      return true
    }

    const sure: number[] = []
    const ofKinds = kinds.map(({ plan }) => plan)
    if (!addOpen(ofKinds, ownNames, sure)) return 'open'
    // More kinds may turn out to be sure, but these stay, and a value is looked at once for both.
    const { groups, resolve } = routeOf(kinds.filter(({ plan }) => sure.includes(plan)))
    const ofRules = groups.flatMap((group) => group.numbers)
    if (!addOpen(ofRules, resolve, [])) return 'open'
    const [first] = open
    return first ? { at: varying.indexOf(first[0]), name: first[0], tests: [...first[1]] } : 'end'
  }
}
