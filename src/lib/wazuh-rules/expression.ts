/**
 * The condition of an event, in terms of the tests of single rules. Parts are shared between rules, so an expression takes little room
 * however often it is used; `size` counts its nodes when written out.
 */
export type RuleExpression =
  | { readonly op: 'own'; readonly id: number; readonly size: number }
  | { readonly op: 'all' | 'any'; readonly of: readonly RuleExpression[]; readonly size: number }
  | { readonly op: 'not'; readonly of: RuleExpression; readonly size: number }

export const always: RuleExpression = { op: 'all', of: [], size: 0 }
export const never: RuleExpression = { op: 'any', of: [], size: 0 }

const isAlways = (one: RuleExpression): boolean => one.op === 'all' && one.of.length === 0
const isNever = (one: RuleExpression): boolean => one.op === 'any' && one.of.length === 0

export const ownOf = (id: number): RuleExpression => ({ op: 'own', id, size: 1 })

export const all = (...parts: readonly RuleExpression[]): RuleExpression => join('all', parts)
export const anyOf = (...parts: readonly RuleExpression[]): RuleExpression => join('any', parts)

const join = (op: 'all' | 'any', parts: readonly RuleExpression[]): RuleExpression => {
  const [isNeutral, isFinal, final] = op === 'all' ? [isAlways, isNever, never] : [isNever, isAlways, always]
  const of: RuleExpression[] = []
  const seen = new Set<RuleExpression | number>()
  for (const part of parts) {
    if (isFinal(part)) return final
    if (isNeutral(part)) continue
    // A part that is there already adds nothing.
    for (const one of part.op === op ? part.of : [part]) {
      const key = one.op === 'own' ? one.id : one
      if (!seen.has(key)) of.push(one)
      seen.add(key)
    }
  }
  const [only] = of
  if (of.length === 1 && only) return only
  return { op, of, size: of.reduce((sum, one) => sum + one.size, 0) }
}

export const not = (of: RuleExpression): RuleExpression => {
  if (isAlways(of)) return never
  if (isNever(of)) return always
  return of.op === 'not' ? of.of : { op: 'not', of, size: of.size }
}

export const isImpossible = isNever
export const isCertain = isAlways
