import type { Logsource } from '../sigma/document.ts'
import type { RuleExpression } from './expression.ts'
import type { OwnTest } from './own-test.ts'
import type { PatternComparison } from './patterns.ts'
import { type Family, familyOf, fieldOf, logField, presentField } from './tables.ts'

type Scalar = string | number | boolean
type Fields = Record<string, Scalar | Scalar[]>
/** A selection of a Sigma rule: a map, a list of maps, or keywords. */
export type Selection = Fields | (Fields | string)[]

/** The `detection` of a Sigma rule. */
export interface SigmaDetection {
  readonly detection: Readonly<Record<string, Selection | string>>
  /** Fields that our events do not have. */
  readonly strangers: readonly string[]
}

/** Writes an expression as selections and a condition, with the field names of the log source. */
export const renderDetection = (
  expression: RuleExpression,
  logsource: Logsource,
  testsOf: (id: number) => readonly OwnTest[],
): SigmaDetection => {
  const family = familyOf(logsource)
  const selections: Record<string, Selection> = {}
  const strangers = new Set<string>()
  const conditions = new Map<number, readonly string[]>()
  const writeOwn = (id: number): readonly string[] => {
    const known = conditions.get(id)
    if (known) return known
    const tests = testsOf(id)
    for (const { field } of tests) if (!fieldOf(field, family).known) strangers.add(field)
    const names = renderTests(id, tests, family, selections)
    conditions.set(id, names)
    return names
  }
  const write = (one: RuleExpression, inside: 'all' | 'any' | 'not'): string => {
    switch (one.op) {
      case 'own':
        return wrap(writeOwn(one.id), 'and', inside !== 'all')
      case 'not':
        return `not ${write(one.of, 'not')}`
      case 'all':
        return wrap(
          one.of.map((part) => write(part, 'all')),
          'and',
          inside !== 'all',
        )
      case 'any':
        return wrap(
          one.of.map((part) => write(part, 'any')),
          'or',
          inside !== 'any',
        )
    }
  }
  const condition = write(expression, 'all')
  if (condition === '') {
    return {
      detection: { every_event: { [`${presentField(family)}|exists`]: true }, condition: 'every_event' },
      strangers: [],
    }
  }
  return { detection: { ...selections, condition }, strangers: [...strangers] }
}

const wrap = (parts: readonly string[], word: 'and' | 'or', enclosed: boolean): string => {
  const joined = parts.join(` ${word} `)
  return enclosed && parts.length > 1 ? `(${joined})` : joined
}

/** Adds the selections of one rule's own tests, and returns what is to be joined with `and`. */
const renderTests = (
  id: number,
  tests: readonly OwnTest[],
  family: Family,
  selections: Record<string, Selection>,
): readonly string[] => {
  const main: Fields = {}
  const wanted: Selection[] = []
  const unwanted: Selection[] = []
  for (const test of tests) {
    const field = test.field.startsWith('@')
      ? test.field.slice(1)
      : test.field === 'log'
        ? logField(family)
        : fieldOf(test.field, family).field
    if (field !== undefined && test.needsField && (test.negated || test.any.length === 0))
      main[`${field}|exists`] = true
    if (test.any.length === 0) {
      if (test.negated) unwanted.push({ [`${field ?? presentField(family)}|exists`]: true })
      continue
    }
    const selection = field === undefined ? keywords(test.any) : comparisons(field, test.any)
    if (test.negated) unwanted.push(selection)
    else if (Array.isArray(selection) || Object.keys(selection).some((key) => Object.hasOwn(main, key)))
      wanted.push(selection)
    else Object.assign(main, selection)
  }
  if (Object.keys(main).length > 0) wanted.unshift(main)
  const name = `rule_${id}`
  const number = (index: number): string => (index === 0 ? '' : `_${index + 1}`)
  return [
    ...wanted.map((selection, index) => {
      selections[`${name}${number(index)}`] = selection
      return `${name}${number(index)}`
    }),
    ...unwanted.map((selection, index) => {
      selections[`${name}_not${number(index)}`] = selection
      return `not ${name}_not${number(index)}`
    }),
  ]
}

/** One field against several comparisons: one entry of a map when they are of a kind, else a list of maps, of which any may hold. */
const comparisons = (field: string, any: readonly PatternComparison[]): Selection => {
  const kinds = new Map<string, Scalar[]>()
  // A list of single addresses and networks is one list of networks.
  const networks =
    any.some(({ modifiers }) => modifiers === 'cidr') &&
    any.every(({ modifiers }) => modifiers === 'cidr' || modifiers === '')
  for (const { modifiers, value } of any) {
    const kind = networks ? 'cidr' : modifiers
    const said = networks && modifiers === '' ? `${value}/${String(value).includes(':') ? 128 : 32}` : value
    const values = kinds.get(kind)
    if (!values) kinds.set(kind, [said])
    else if (!values.includes(said)) values.push(said)
  }
  const maps = [...kinds].map(([kind, values]) => {
    const [only] = values
    return { [kind === '' ? field : `${field}|${kind}`]: values.length === 1 && only !== undefined ? only : values }
  })
  const [only] = maps
  return maps.length === 1 && only ? only : maps
}

/** Searches the whole record. A text that is tied to an end becomes a regular expression, for a plain keyword matches anywhere. */
const keywords = (any: readonly PatternComparison[]): Selection =>
  any.map(({ modifiers, value }) => {
    const text = String(value)
    const words = modifiers.split('|')
    const cased = words.includes('cased')
    if (words.includes('re')) return { [`|${modifiers}`]: text }
    if (words.includes('contains')) return cased ? { '|cased': text } : text
    const start = !words.includes('endswith')
    const end = !words.includes('startswith')
    return { [cased ? '|re' : '|re|i']: `${start ? '^' : ''}${globToRegex(text)}${end ? '$' : ''}` }
  })

/** Sigma's wildcards as a regular expression. */
const globToRegex = (glob: string): string =>
  glob.replace(/\\([\\*?])|[\\^$.*+?()[\]{}|]/g, (piece, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`
    return piece === '*' ? '(?s:.*)' : piece === '?' ? '(?s:.)' : `\\${piece}`
  })
