import type { SigmaDocument } from '../document.ts'
import {
  type Condition,
  entryOf,
  type LintContext,
  type LintItem,
  type LintSubject,
  scalarsOf,
  scalarText,
} from './check.ts'
import { readTree, type Yaml, type YamlEntry, type YamlScalar } from './tree.ts'

/** The source of a document, next to its parsed form. Undefined if the text cannot be parsed with positions. */
export const toSubject = (document: SigmaDocument, context: LintContext): LintSubject | undefined => {
  const root = readTree(document.source, document.line)
  if (root?.type !== 'map') return undefined
  const part = { rule: 'detection', filter: 'filter', correlation: 'correlation' }[document.type]
  const body = entryOf(root, part)?.value
  if (body?.type !== 'map') return undefined
  const selections = document.type === 'correlation' ? [] : body.entries.filter(({ key }) => !notSelections.has(key))
  return {
    document,
    root,
    body,
    selections,
    items: selections.flatMap(itemsOf),
    conditions: document.type === 'correlation' ? [] : scalarsOf(entryOf(body, 'condition')?.value).map(toCondition),
    context,
  }
}

const notSelections = new Set(['condition', 'rules'])

const itemsOf = ({ key, line, value }: YamlEntry): readonly LintItem[] => {
  const keywords = (values: readonly YamlScalar[], listed: boolean): readonly LintItem[] =>
    values.length === 0 ? [] : [{ selection: key, field: undefined, modifiers: [], line, values, listed }]
  const walk = (node: Yaml): readonly LintItem[] => {
    if (node.type === 'scalar') return keywords([node], false)
    if (node.type === 'map') return node.entries.map((entry) => toItem(key, entry))
    return [...keywords(scalars(node), true), ...node.items.filter(({ type }) => type !== 'scalar').flatMap(walk)]
  }
  return walk(value)
}

const toItem = (selection: string, { key, line, value }: YamlEntry): LintItem => {
  const [field, ...modifiers] = key.split('|')
  return {
    selection,
    field: field || undefined,
    modifiers,
    line,
    values: scalars(value),
    listed: value.type === 'list',
  }
}

/** Includes nulls, which `scalarsOf` omits for a single null. */
const scalars = (node: Yaml): readonly YamlScalar[] => (node.type === 'scalar' ? [node] : scalarsOf(node))

const toCondition = (scalar: YamlScalar): Condition => ({
  line: scalar.line,
  tokens: scalarText(scalar)?.match(/[()]|[^\s()]+/g) ?? [],
})

interface Pick {
  readonly text: string
  readonly pattern: boolean
  readonly all: boolean
}

/** The words of a condition that pick selections: names, and patterns after `of`. */
export const picks = ({ tokens }: Condition): readonly Pick[] =>
  tokens.flatMap((token, index): readonly Pick[] => {
    const word = token.toLowerCase()
    const after = tokens[index - 1]?.toLowerCase() === 'of'
    if (after) return [{ text: token, pattern: true, all: tokens[index - 2]?.toLowerCase() === 'all' }]
    if (operators.has(word) || tokens[index + 1]?.toLowerCase() === 'of') return []
    return [{ text: token, pattern: false, all: false }]
  })

const operators = new Set(['and', 'or', 'not', '(', ')', 'of'])

/** The selections that match a pattern. Those with a leading underscore only if the pattern has one. */
export const picked = (pattern: string, selections: readonly YamlEntry[]): readonly YamlEntry[] => {
  const [first = '', ...rest] = pattern.split('*')
  const fits = (name: string) => {
    if (pattern === 'them') return true
    if (rest.length === 0) return name === pattern
    if (!name.startsWith(first)) return false
    let at = first.length
    for (const part of rest.slice(0, -1)) {
      const found = name.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    const last = rest.at(-1) ?? ''
    return name.length - last.length >= at && name.endsWith(last)
  }
  return selections.filter(({ key }) => fits(key) && (!key.startsWith('_') || pattern.startsWith('_')))
}
