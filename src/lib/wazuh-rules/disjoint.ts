import type { OwnTest } from './own-test.ts'
import type { Own } from './own-tests.ts'
import type { PatternComparison } from './patterns.ts'

/** Whether no event can meet what two rules ask: a field of both would have to hold two different things. Never says so wrongly. */
export const areDisjoint = (a: Own, b: Own): boolean =>
  a.tests.some(
    (one) =>
      isPlain(one) && b.tests.some((other) => other.field === one.field && isPlain(other) && !canMeet(one, other)),
  )

const isPlain = ({ negated, any, field }: OwnTest): boolean => !negated && any.length > 0 && field !== 'log'

const canMeet = (a: OwnTest, b: OwnTest): boolean =>
  a.any.some((one) => b.any.some((other) => canBoth(one, other) && canBoth(other, one)))

/** Whether one value could meet both, as far as the first says something about the second. */
const canBoth = (one: PatternComparison, other: PatternComparison): boolean => {
  const a = literalOf(one)
  const b = literalOf(other)
  if (a === undefined || b === undefined) return true
  const [kind, otherKind] = [kindOf(one), kindOf(other)]
  if (kind === '') {
    if (otherKind === '') return a === b
    if (otherKind === 'startswith') return a.startsWith(b)
    return otherKind === 'endswith' ? a.endsWith(b) : a.includes(b)
  }
  if (kind === 'startswith' && otherKind === 'startswith') return a.startsWith(b) || b.startsWith(a)
  if (kind === 'endswith' && otherKind === 'endswith') return a.endsWith(b) || b.endsWith(a)
  return true
}

const kindOf = ({ modifiers }: PatternComparison): string => modifiers.split('|').find((word) => word !== 'cased') ?? ''

/** The text that is compared, in lower case; undefined for regular expressions, networks and wildcards. */
const literalOf = (one: PatternComparison): string | undefined => {
  if (!['', 'startswith', 'endswith', 'contains'].includes(kindOf(one))) return undefined
  const text = String(one.value)
  const plain = text.replace(/\\[\\*?]/g, '')
  return /[*?]/.test(plain) ? undefined : text.replace(/\\([\\*?])/g, '$1').toLowerCase()
}
