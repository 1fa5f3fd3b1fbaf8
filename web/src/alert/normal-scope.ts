import type { Noun } from '../api/client.ts'
import { clausesOf, isJoined, quote } from './filter-text.ts'

/** A fact of an alert that "this is normal" can be bound to. */
export interface Fact {
  readonly field: string
  readonly value: string
  /** Whether it is suggested. */
  readonly usual: boolean
}

const suggested = new Set(['detector', 'template', 'service', 'user', 'host'])

/** What of an alert "this is normal" can be bound to; what tells the same thing apart from others is suggested. */
export const factsOf = (
  alert: Pick<Noun<'AlertIndexEntry'>, 'detectors' | 'entities' | 'type' | 'source'>,
): readonly Fact[] => {
  const hasTemplate = alert.entities.some(({ type }) => type === 'template')
  const facts = [
    ...alert.detectors.map((value) => ({ field: 'detector', value })),
    ...alert.entities.map(({ type, value }) => ({
      field: ['ip', 'user', 'host', 'service', 'process', 'template'].includes(type) ? type : `entity.${type}`,
      value,
    })),
    { field: 'type', value: alert.type },
    { field: 'source', value: alert.source },
  ]
  const known = new Set<string>()
  return facts.flatMap(({ field, value }) => {
    const name = `${field} ${value}`
    if (known.has(name)) return []
    known.add(name)
    // A template says what happened better than the detector that saw it.
    return [{ field, value, usual: suggested.has(field) && !(field === 'detector' && hasTemplate) }]
  })
}

const clauseOf = ({ field, value }: Pick<Fact, 'field' | 'value'>): string => `${field}:${quote(value)}`

/** The filter of some facts: all of them together. */
export const scopeOf = (facts: readonly Pick<Fact, 'field' | 'value'>[]): string => facts.map(clauseOf).join(' AND ')

/** Whether a scope demands a fact, beside whatever else it demands. */
export const hasFact = (scope: string, fact: Pick<Fact, 'field' | 'value'>): boolean => {
  const clauses = clausesOf(scope)
  return !isJoined(clauses) && clauses.includes(clauseOf(fact))
}

/** Adds a fact to a scope, or removes it; the rest of the scope stays as it is. */
export const toggleFact = (scope: string, fact: Pick<Fact, 'field' | 'value'>): string => {
  const clauses = clausesOf(scope)
  const clause = clauseOf(fact)
  if (isJoined(clauses)) return `(${scope.trim()}) AND ${clause}`
  return (clauses.includes(clause) ? clauses.filter((one) => one !== clause) : [...clauses, clause]).join(' AND ')
}
