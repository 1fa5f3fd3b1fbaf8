import type { FieldIndex, LiteralHit, RuleGroup } from './group.ts'
import { holds } from './holds.ts'
import type { ConditionPlan, Leaves } from './plan.ts'
import type { FieldNames, FlatEventView } from './view.ts'

/** Finds out which plans of a group are true of the event that a view shows. */
export interface Matcher {
  /** The numbers of the plans that are true. `fields` are those of the group that the event can have, when that is known: the fewer, the faster. */
  match(group: RuleGroup, fields?: readonly FieldIndex[]): readonly number[]
  /** How many plans were tried in all. */
  readonly tried: number
}

const none: readonly number[] = []

/** Makes a matcher of plans, which groups call by their numbers. Remembers the results for one event while it is tried. */
export const createMatcher = (
  plans: readonly ConditionPlan[],
  leaves: Leaves,
  names: FieldNames,
  view: FlatEventView,
): Matcher => {
  /** The state of each leaf in this event: generation × 2, plus 1 when it is true. */
  const known = new Float64Array(leaves.list.length)
  const visited = new Float64Array(plans.length)
  let generation = 0
  /** The plans worth trying, as far as the count; the list is used again. */
  const candidates: number[] = []
  let count = 0
  let tried = 0

  const visit = ({ leaf, rules: numbers }: LiteralHit): void => {
    if (leaf >= 0) known[leaf] = generation * 2 + 1
    for (const number of numbers) {
      if (visited[number] === generation) continue
      visited[number] = generation
      candidates[count] = number
      count += 1
    }
  }
  const slotOf = (field: string) => view.slot(names.numberOf(field))
  const isTrue = (plan: ConditionPlan, group: RuleGroup): boolean => {
    switch (plan.op) {
      case 'leaf': {
        const { leaf } = plan
        const state = known[leaf] ?? 0
        if (state >= generation * 2) return state > generation * 2
        if (group.decided[leaf] === 1) return false
        const one = leaves.list[leaf]
        const answer = one !== undefined && holds(one.test, view.slot(one.field), slotOf)
        known[leaf] = generation * 2 + (answer ? 1 : 0)
        return answer
      }
      case 'all':
        for (const one of plan.of) if (!isTrue(one, group)) return false
        return true
      case 'any':
        for (const one of plan.of) if (isTrue(one, group)) return true
        return false
      case 'not':
        return !isTrue(plan.of, group)
      case 'some': {
        let left = plan.count
        for (const one of plan.of) if (isTrue(one, group) && --left === 0) return true
        return false
      }
    }
  }
  return {
    match(group, fields = group.fields) {
      generation += 1
      count = 0
      for (const { field, index, present } of fields) {
        const slot = view.slot(field)
        if (slot.name === undefined) continue
        if (present.length > 0) visit({ leaf: -1, rules: present })
        if (index) for (const value of slot.folded) index.search(value, visit)
      }
      if (group.always.length > 0) visit({ leaf: -1, rules: group.always })
      tried += count
      let hits: number[] | undefined
      for (let at = 0; at < count; at++) {
        const number = candidates[at] ?? -1
        const plan = plans[number]
        if (plan === undefined || !isTrue(plan, group)) continue
        if (hits) hits.push(number)
        else hits = [number]
      }
      return hits ?? none
    },
    get tried() {
      return tried
    },
  }
}
