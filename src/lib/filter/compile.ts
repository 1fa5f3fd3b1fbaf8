import { inRange, parseRange } from '../address/address.ts'
import type { FieldTest, FilterExpression } from './expression.ts'
import { parseMoment } from './moment.ts'
import { orderTest } from './order.ts'
import type { Accessor, FieldKind, FilterSubject } from './subject.ts'
import { compileWildcard } from './wildcard.ts'

type Scalar = string | number | boolean
type Evaluate<Item> = (subject: FilterSubject<Item>) => boolean

/** Compiles an expression to a closure that tests a subject, so that field names are resolved only once. */
export const compile = <Item>(expression: FilterExpression, now: number, accessor: Accessor<Item>): Evaluate<Item> => {
  switch (expression.type) {
    case 'all':
      return () => true
    case 'text':
      return compileText(expression.pieces)
    case 'field':
      return compileField(expression.field, expression.test, now, accessor)
    case 'not': {
      const part = compile(expression.part, now, accessor)
      return (subject) => !part(subject)
    }
    case 'and':
      return every(expression.parts.map((part) => compile(part, now, accessor)))
    case 'or':
      return some(expression.parts.map((part) => compile(part, now, accessor)))
  }
}

const every = <Item>(parts: readonly Evaluate<Item>[]): Evaluate<Item> => {
  return (subject) => {
    for (const part of parts) if (!part(subject)) return false
    return true
  }
}

const some = <Item>(parts: readonly Evaluate<Item>[]): Evaluate<Item> => {
  return (subject) => {
    for (const part of parts) if (part(subject)) return true
    return false
  }
}

const compileText = <Item>(pieces: Extract<FilterExpression, { type: 'text' }>['pieces']): Evaluate<Item> => {
  if (pieces.every((piece) => typeof piece === 'string')) {
    const word = pieces.join('').toLowerCase()
    return (subject) => subject.contains(word)
  }
  const matches = compileWildcard(pieces, false)
  return (subject) => matches(subject.text())
}

const compileField = <Item>(field: string, test: FieldTest, now: number, accessor: Accessor<Item>): Evaluate<Item> => {
  const read = accessor.reader(field)
  if (test.type === 'exists') return ({ item }) => read(item) !== undefined
  const matches = compileTest(test, accessor.kind?.(field), now)
  return ({ item }) => {
    const value = read(item)
    if (value === undefined) return false
    return typeof value === 'object' ? value.some(matches) : matches(value)
  }
}

const compileTest = (
  test: Exclude<FieldTest, { type: 'exists' }>,
  kind: FieldKind | undefined,
  now: number,
): ((value: Scalar) => boolean) => {
  switch (test.type) {
    case 'equals':
      return equals(test.value, kind, now)
    case 'wildcard': {
      const matches = compileWildcard(test.pieces, kind !== 'text')
      return (value) => matches(String(value).toLowerCase())
    }
    case 'network': {
      const network = parseRange(test.value)
      const same = equals(test.value, kind, now)
      return (value) => same(value) || (network !== undefined && typeof value === 'string' && inRange(value, network))
    }
    case 'range':
      return orderTest(test.from, test.to, kind, now)
  }
}

const equals = (literal: string, kind: FieldKind | undefined, now: number): ((value: Scalar) => boolean) => {
  const word = literal.toLowerCase()
  if (kind === 'text') return (value) => String(value).toLowerCase().includes(word)
  if (kind === 'time' && parseMoment(literal, now)) {
    const bound = { value: literal, inclusive: true }
    return orderTest(bound, bound, kind, now)
  }
  const number = literal.trim() === '' ? Number.NaN : Number(literal)
  return (value) => {
    if (typeof value === 'string') return value === literal || value.toLowerCase() === word
    if (typeof value === 'number') return value === number
    return String(value) === word
  }
}
