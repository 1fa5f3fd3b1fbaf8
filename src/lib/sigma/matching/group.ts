import type { Logsource } from '../document.ts'
import type { GramMemory } from '../text/gram-memory.ts'
import type { Literal } from '../text/literal.ts'
import { createLiteralIndex, type LiteralIndex } from '../text/literal-index.ts'
import { type ConditionPlan, chooseTriggers, countUses, type Leaves } from './plan.ts'
import { anywhere } from './view.ts'

/** The meaning of a literal that was found: perhaps that a leaf is true, and which rules are worth trying. */
export interface LiteralHit {
  /** −1: nothing is sure yet. */
  readonly leaf: number
  readonly rules: readonly number[]
}

/** The literals of a field that make rules worth trying. */
export interface FieldIndex {
  readonly field: number
  readonly index: LiteralIndex<LiteralHit> | undefined
  /** Rules to try when the field is there. */
  readonly present: readonly number[]
}

/** The rules of one log source, by their numbers. */
export interface SourceRules {
  readonly logsource: Logsource
  readonly numbers: readonly number[]
}

/** Some rules, with the index that says which of them are worth trying. */
export interface RuleGroup {
  /** Its rules. */
  readonly numbers: readonly number[]
  readonly fields: readonly FieldIndex[]
  /** Rules that can match by what is not there. */
  readonly always: readonly number[]
  /** 1 for the leaves that the index decides: what it does not find is false. */
  readonly decided: Uint8Array
}

interface Draft {
  readonly literals: Map<string, Literal<LiteralHit & { rules: number[] }>>
  readonly present: Set<number>
}

/** Builds the group of some rules, given by their numbers. */
export const createGroup = (
  numbers: readonly number[],
  plans: readonly ConditionPlan[],
  leaves: Leaves,
  memory: GramMemory,
): RuleGroup => {
  const drafts = new Map<number, Draft>()
  const always: number[] = []
  const decided = new Uint8Array(leaves.list.length)
  const uses = countUses(numbers.flatMap((number) => plans[number] ?? []))
  for (const number of numbers) {
    const plan = plans[number]
    const triggers = plan && chooseTriggers(plan, leaves, uses)
    if (!triggers) {
      always.push(number)
      continue
    }
    for (const { leaf, field, literal, decides } of triggers) {
      const draft = drafts.get(field) ?? { literals: new Map(), present: new Set<number>() }
      drafts.set(field, draft)
      if (!literal) {
        draft.present.add(number)
        continue
      }
      if (decides) decided[leaf] = 1
      const key = `${decides ? leaf : -1} ${literal.manner} ${literal.text}`
      const known = draft.literals.get(key)
      if (known) {
        if (known.payload.rules.at(-1) !== number) known.payload.rules.push(number)
      } else {
        draft.literals.set(key, { ...literal, payload: { leaf: decides ? leaf : -1, rules: [number] } })
      }
    }
  }
  // Keywords need all values of an event together, so they come last.
  const fields = [...drafts]
    .sort(([a], [b]) => Number(a === anywhere) - Number(b === anywhere))
    .map(([field, { literals, present }]) => ({
      field,
      index: literals.size > 0 ? createLiteralIndex<LiteralHit>([...literals.values()], memory) : undefined,
      present: [...present],
    }))
  return { numbers, fields, always, decided }
}
