import type { Node } from '../node.ts'
import type { ValueTest } from '../test.ts'
import { compileCidr } from '../text/cidr.ts'
import { fold } from '../text/fold.ts'
import { hasWildcards, isPlaceholder, literalText, readWildcardPattern, toTest } from '../text/pattern.ts'
import { compileRegex } from '../text/regex.ts'
import type { Placeholders } from './expand.ts'
import { applyModifier, mostSpellings } from './modifiers.ts'
import { Refusal } from './refusal.ts'
import type { Value } from './value.ts'
import { isMap } from './yaml-map.ts'

export type { Placeholders } from './expand.ts'

/** Reads a selection: a map (all of it), a list of maps (any of them), or texts that are looked for anywhere. */
export const readSelection = (
  name: string,
  selection: unknown,
  path: readonly string[],
  placeholders: Placeholders | undefined,
): Node => {
  const node = readPart(selection, path, placeholders, 0)
  return node.op === 'and' || node.op === 'or'
    ? { ...node, selection: name }
    : { op: 'and', of: [node], selection: name }
}

const readPart = (
  part: unknown,
  path: readonly string[],
  placeholders: Placeholders | undefined,
  depth: number,
): Node => {
  if (depth > 10) throw new Refusal('bad-selection', 'The selection is nested too deeply.', path)
  if (isMap(part)) {
    const items = Object.entries(part)
    if (items.length === 0)
      throw new Refusal('empty-selection', 'The selection is empty.', path, 'Name at least one field.')
    return { op: 'and', of: items.map(([key, value]) => readItem(key, value, [...path, key], placeholders)) }
  }
  if (Array.isArray(part)) {
    if (part.length === 0) throw new Refusal('empty-selection', 'The selection is an empty list.', path)
    if (part.some((item) => isMap(item) || Array.isArray(item))) {
      return { op: 'or', of: part.map((item) => readPart(item, path, placeholders, depth + 1)) }
    }
  }
  return readItem('', part, path, placeholders)
}

/** No chain that means something is longer. */
const mostModifiers = 10

/** Reads one field with its modifiers and values. */
const readItem = (
  key: string,
  given: unknown,
  path: readonly string[],
  placeholders: Placeholders | undefined,
): Node => {
  const [field = '', ...names] = key.split('|')
  const list = Array.isArray(given) ? given : [given]
  if (names.length > mostModifiers) {
    throw new Refusal('too-many-modifiers', `There are more than ${mostModifiers} modifiers.`, path)
  }
  if (field === '' && (list.length === 0 || list.includes(null))) {
    throw new Refusal('null-keyword', 'Nothing cannot be looked for.', path, 'Name the field that is to be null.')
  }
  const isRegex = names.includes('re')
  let values = list.map((item) => toValue(item, isRegex, path))
  if (values.length === 0) values = [{ type: 'null' }]
  let all = false
  let negated = false
  const before: string[] = []
  const room = { left: mostSpellings + values.length * Math.min(names.length, 10) }
  for (const name of names) {
    if (name === 'all') all = true
    else if (name === 'neq') negated = true
    else {
      values = values.map((value) => applyModifier(name, value, { path, before: [...before], placeholders, room }))
      before.push(name)
    }
  }
  if (field === '' && before.includes('exists')) {
    throw new Refusal('modifier-value', 'The modifier "exists" needs a field.', path)
  }
  const of = values.map((value) => toNode(field === '' ? undefined : field, value, path))
  const [only] = of
  const joined: Node = of.length === 1 && only ? only : { op: all ? 'and' : 'or', of }
  return negated ? { op: 'not', of: joined } : joined
}

const toValue = (given: unknown, isRegex: boolean, path: readonly string[]): Value => {
  if (given === null || given === undefined) return { type: 'null' }
  if (typeof given === 'string')
    return {
      type: 'text',
      pattern: isRegex ? [given] : readWildcardPattern(given),
      source: given,
      cased: false,
      isBytes: false,
    }
  if (typeof given === 'number') return isRegex ? toValue(String(given), true, path) : { type: 'number', number: given }
  if (typeof given === 'boolean') return { type: 'boolean', boolean: given }
  throw new Refusal(
    'bad-value',
    `A value is ${Array.isArray(given) ? 'a list in a list' : 'a map'}.`,
    path,
    'Write a text or a number.',
  )
}

const toNode = (field: string | undefined, value: Value, path: readonly string[]): Node => {
  if (value.type === 'any') return { op: 'or', of: value.of.map((one) => toNode(field, one, path)) }
  return { op: 'test', field, test: toFieldTest(field, value, path) }
}

const toFieldTest = (
  field: string | undefined,
  value: Exclude<Value, { type: 'any' }>,
  path: readonly string[],
): ValueTest => {
  switch (value.type) {
    case 'text': {
      if (field !== undefined) return toTest(value.pattern, value.source, value.cased)
      // A keyword is looked for anywhere in a text, wildcards or not.
      const isPattern = hasWildcards(value.pattern) || value.pattern.some(isPlaceholder)
      if (isPattern) return toTest(aroundWildcards(value.pattern), value.source, value.cased)
      const text = literalText(value.pattern)
      return { type: 'contains', text: value.cased ? text : fold(text), cased: value.cased }
    }
    case 'number':
      return { type: field === undefined ? 'contains' : 'equals', text: String(value.number), cased: false }
    case 'boolean':
      return { type: field === undefined ? 'contains' : 'equals', text: String(value.boolean), cased: false }
    case 'regex':
      return compileRegex(value.source, [...new Set(value.flags)].join(''), path)
    case 'cidr':
      return compileCidr(value.source, path)
    default:
      return value
  }
}

const aroundWildcards = (pattern: Extract<Value, { type: 'text' }>['pattern']) => {
  const star = readWildcardPattern('*')
  return [...star, ...pattern, ...star]
}

/** The placeholders in a tree that nobody gave values. */
export const unresolvedIn = (node: Node): string[] => {
  switch (node.op) {
    case 'test':
      return node.test.type === 'unresolved' ? [node.test.placeholder] : []
    case 'not':
      return unresolvedIn(node.of)
    default:
      return [...new Set(node.of.flatMap(unresolvedIn))]
  }
}
