import type { ConditionPlan } from './plan.ts'

/** Reduces a plan when some of its tests are known: to the answer, or to a smaller plan. */
export type Reduced = ConditionPlan | boolean

/** Reduces a plan by what is known of its leaves; what `truthOf` says nothing of stays. */
export const reducePlan = (plan: ConditionPlan, truthOf: (leaf: number) => boolean | undefined): Reduced => {
  switch (plan.op) {
    case 'leaf':
      return truthOf(plan.leaf) ?? plan
    case 'not': {
      const inner = reducePlan(plan.of, truthOf)
      return typeof inner === 'boolean' ? !inner : { op: 'not', of: inner }
    }
    case 'all':
      return reduceSome(plan.of, plan.of.length, truthOf)
    case 'any':
      return reduceSome(plan.of, 1, truthOf)
    case 'some':
      return reduceSome(plan.of, plan.count, truthOf)
  }
}

const reduceSome = (
  plans: readonly ConditionPlan[],
  wanted: number,
  truthOf: (leaf: number) => boolean | undefined,
): Reduced => {
  const open: ConditionPlan[] = []
  let left = wanted
  let possible = plans.length
  for (const one of plans) {
    const reduced = reducePlan(one, truthOf)
    if (typeof reduced !== 'boolean') open.push(reduced)
    else if (reduced) left -= 1
    else possible -= 1
    // The known tests decide early in most cases.
    if (left <= 0) return true
    if (possible < wanted) return false
  }
  if (left <= 0) return true
  if (left === open.length) return { op: 'all', of: open }
  return left === 1 ? { op: 'any', of: open } : { op: 'some', count: left, of: open }
}
