import { type ConditionPlan, type Leaves, leafCost } from './plan.ts'
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
 * keywords matter, or comparisons of fields. Of what must hold together, it asks for the rarest part first, which is mostly false.
 */
export const createOpenTests = ({ plans, leaves, names, kinds, routeOf }: OpenTestsOptions) => {
  const ownNames = createResolve([], names)
  const addNeeded = createNeededLeaves(leaves)

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
    /** Finds the fields of the event under the names that rules use; each is looked for once. */
    const namesIn = (resolve: Resolve): ((field: number) => string | undefined) => {
      const found = new Map<number, string | undefined>()
      return (field) => {
        const known = found.get(field)
        if (known !== undefined || found.has(field)) return known
        const name = resolve(field).find((one) => byName.has(one))
        found.set(field, name)
        return name
      }
    }
    const truthIn =
      (nameOf: (field: number) => string | undefined) =>
      (number: number): boolean | undefined => {
        const leaf = leaves.list[number]
        if (leaf === undefined || leaf.field === anywhere) return undefined
        const { field, test } = leaf
        const name = nameOf(field)
        if (test.type === 'exists') return (name !== undefined) === test.wanted
        if (name === undefined) return test.type === 'null'
        const known = byName.get(name) ?? []
        if (test.type === 'null') return known[0]?.of.isEmpty ?? false
        if (test.type === 'field') return undefined
        for (const one of known) if (one?.tests.has(number)) return one.of.passed.has(number)
        return undefined
      }
    const open = new Map<string, Set<number>>()
    /** Adds the open tests of some plans, and the plans that are sure. Returns false if more than tests of values is open. */
    const addOpen = (numbers: readonly number[], resolve: Resolve, sure: number[]): boolean => {
      const nameOf = namesIn(resolve)
      const needed = new Set<number>()
      const truthOf = truthIn(nameOf)
      for (const number of numbers) {
        const plan = plans[number]
        const reduced = plan && reducePlan(plan, truthOf)
        if (reduced === true) sure.push(number)
        if (reduced === undefined || typeof reduced === 'boolean') continue
        needed.clear()
        addNeeded(reduced, needed)
        for (const leaf of needed) {
          const tested = leaves.list[leaf]
          const name = tested && tested.field !== anywhere ? nameOf(tested.field) : undefined
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

/** Exclusions are tested last: few events need them. */
const exclusion = 1e6

/** Adds the tests that must be known first to decide a plan: of what must hold together, those of the rarest part. */
const createNeededLeaves = (leaves: Leaves) => {
  const costs: number[] = []
  const costOfLeaf = (leaf: number): number => {
    const known = leaves.list[leaf]
    return known === undefined || known.field === anywhere || known.test.type === 'field'
      ? Number.POSITIVE_INFINITY
      : Math.min(leafCost(leaf, leaves), exclusion)
  }
  const costOf = (plan: ConditionPlan): number => {
    switch (plan.op) {
      case 'leaf':
        costs[plan.leaf] ??= costOfLeaf(plan.leaf)
        return costs[plan.leaf] ?? 0
      case 'not':
        return exclusion + costOf(plan.of)
      case 'all':
        return plan.of.reduce((least, one) => Math.min(least, costOf(one)), Number.POSITIVE_INFINITY)
      default:
        return plan.of.reduce((sum, one) => sum + costOf(one), 0)
    }
  }
  const rarestOf = (plans: readonly ConditionPlan[]): readonly ConditionPlan[] => {
    const costsOf = plans.map(costOf)
    const least = costsOf.indexOf(Math.min(...costsOf))
    return plans.slice(least, least + 1)
  }
  const add = (plan: ConditionPlan, to: Set<number>): void => {
    if (plan.op === 'leaf') to.add(plan.leaf)
    else if (plan.op === 'not') add(plan.of, to)
    else if (plan.op === 'all') for (const one of rarestOf(plan.of)) add(one, to)
    else for (const one of plan.of) add(one, to)
  }
  return add
}
