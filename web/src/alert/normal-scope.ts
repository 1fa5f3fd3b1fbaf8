import type { Noun } from '../api/client.ts'
import { quote } from './filter-text.ts'

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
  alert: Pick<Noun<'AlertHead'>, 'detectors' | 'entities' | 'type' | 'source'>,
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

/** The filter of some facts: all of them together. */
export const scopeOf = (facts: readonly Pick<Fact, 'field' | 'value'>[]): string =>
  facts.map(({ field, value }) => `${field}:${quote(value)}`).join(' AND ')
