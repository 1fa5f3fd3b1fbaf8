import type { Expression, Test } from './expression.ts'
import { parseMoment } from './moment.ts'
import { inNetwork, parseNetwork } from './network.ts'
import { orderTest } from './order.ts'
import type { FieldKind, Subject } from './subject.ts'
import { compileWildcard } from './wildcard.ts'

type Scalar = string | number | boolean
type Evaluate = (subject: Subject) => boolean

/** Turns an expression into a closure that tests a subject without looking at the expression again. */
export const compile = (expression: Expression, now: number): Evaluate => {
  switch (expression.type) {
    case 'all':
      return () => true
    case 'text':
      return compileText(expression.pieces)
    case 'field':
      return compileField(expression.field, expression.test, now)
    case 'not': {
      const part = compile(expression.part, now)
      return (subject) => !part(subject)
    }
    case 'and':
      return every(expression.parts.map((part) => compile(part, now)))
    case 'or':
      return some(expression.parts.map((part) => compile(part, now)))
  }
}

const every = (parts: readonly Evaluate[]): Evaluate => {
  return (subject) => {
    for (const part of parts) if (!part(subject)) return false
    return true
  }
}

const some = (parts: readonly Evaluate[]): Evaluate => {
  return (subject) => {
    for (const part of parts) if (part(subject)) return true
    return false
  }
}

const compileText = (pieces: Extract<Expression, { type: 'text' }>['pieces']): Evaluate => {
  if (pieces.every((piece) => typeof piece === 'string')) {
    const word = pieces.join('').toLowerCase()
    return (subject) => subject.contains(word)
  }
  const matches = compileWildcard(pieces, false)
  return (subject) => matches(subject.text())
}

const compileField = (field: string, test: Test, now: number): Evaluate => {
  if (test.type === 'exists') return (subject) => subject.field(field) !== undefined
  const byKind = new Map<FieldKind | undefined, (value: Scalar) => boolean>()
  let lastKind: FieldKind | undefined
  let lastTest: ((value: Scalar) => boolean) | undefined
  const testFor = (kind: FieldKind | undefined): ((value: Scalar) => boolean) => {
    if (lastTest && kind === lastKind) return lastTest
    lastTest = byKind.get(kind) ?? compileTest(test, kind, now)
    lastKind = kind
    byKind.set(kind, lastTest)
    return lastTest
  }
  return (subject) => {
    const value = subject.field(field)
    if (value === undefined) return false
    const matches = testFor(subject.kind(field))
    return typeof value === 'object' ? value.some(matches) : matches(value)
  }
}

const compileTest = (
  test: Exclude<Test, { type: 'exists' }>,
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
      const network = parseNetwork(test.value)
      const same = equals(test.value, kind, now)
      return (value) => same(value) || (network !== undefined && typeof value === 'string' && inNetwork(value, network))
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
