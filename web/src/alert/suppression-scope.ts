import type { Noun } from '../api/client.ts'
import { clausesOf, isJoined, quote } from './filter-text.ts'

/** A value of an alert that a suppression can match. */
export interface Condition {
  readonly field: string
  readonly value: string
  readonly suggested: boolean
}

const suggestedFields = new Set(['detector', 'template', 'service', 'user', 'host'])

/** Returns the conditions of an alert. Suggests those that identify its behaviour. */
export const conditionsOf = (
  alert: Pick<Noun<'AlertHead'>, 'detectors' | 'entities' | 'type' | 'source'>,
): readonly Condition[] => {
  const hasTemplate = alert.entities.some(({ type }) => type === 'template')
  const conditions = [
    ...alert.detectors.map((value) => ({ field: 'detector', value })),
    ...alert.entities.map(({ type, value }) => ({
      field: ['ip', 'user', 'host', 'service', 'process', 'template'].includes(type) ? type : `entity.${type}`,
      value,
    })),
    { field: 'type', value: alert.type },
    { field: 'source', value: alert.source },
  ]
  const known = new Set<string>()
  return conditions.flatMap(({ field, value }) => {
    const name = `${field} ${value}`
    if (known.has(name)) return []
    known.add(name)
    // A message template is more specific than its detector.
    return [{ field, value, suggested: suggestedFields.has(field) && !(field === 'detector' && hasTemplate) }]
  })
}

const clauseOf = ({ field, value }: Pick<Condition, 'field' | 'value'>): string => `${field}:${quote(value)}`

/** Joins conditions to a filter that requires all of them. */
export const scopeOf = (conditions: readonly Pick<Condition, 'field' | 'value'>[]): string =>
  conditions.map(clauseOf).join(' AND ')

/** Returns whether a scope requires a condition. */
export const hasCondition = (scope: string, condition: Pick<Condition, 'field' | 'value'>): boolean => {
  const clauses = clausesOf(scope)
  return !isJoined(clauses) && clauses.includes(clauseOf(condition))
}

/** Adds a condition to a scope or removes it, without changing the rest. */
export const toggleCondition = (scope: string, condition: Pick<Condition, 'field' | 'value'>): string => {
  const clauses = clausesOf(scope)
  const clause = clauseOf(condition)
  if (isJoined(clauses)) return `(${scope.trim()}) AND ${clause}`
  return (clauses.includes(clause) ? clauses.filter((one) => one !== clause) : [...clauses, clause]).join(' AND ')
}
