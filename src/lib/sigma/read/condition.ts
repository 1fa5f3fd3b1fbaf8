import type { Node } from '../node.ts'
import { Refusal, spellingHint } from './refusal.ts'

const deepest = 200

/**
 * Parses a condition over selections. From loosest to tightest: `or`, `and`, `not`, `1/all/N of pattern`, parentheses. Words of the
 * language may be in upper case. Throws a Refusal.
 */
export const parseCondition = (text: string, selections: ReadonlyMap<string, Node>, path: readonly string[]): Node => {
  const refuse = (message: string, hint?: string): never => {
    throw new Refusal('condition-syntax', `The condition "${text}" is not valid: ${message}.`, path, hint)
  }
  if (text.includes('|')) refuse('a pipe is of Sigma 1', 'Write a correlation instead of "| count() ...".')
  const tokens = text.match(/[()]|[^\s()]+/g) ?? []
  if (tokens.length === 0) refuse('it is empty', 'Name a selection.')
  /** The meaning of each pattern that occurs often in a condition. */
  const found = new Map<string, readonly Node[]>()
  let at = 0
  const peek = (): string | undefined => tokens[at]?.toLowerCase()

  const either = (depth: number): Node => chain('or', both, depth)
  const both = (depth: number): Node => chain('and', negated, depth)
  const chain = (op: 'and' | 'or', next: (depth: number) => Node, depth: number): Node => {
    const of = [next(depth)]
    while (peek() === op) {
      at++
      of.push(next(depth))
    }
    const [only] = of
    return of.length === 1 && only ? only : { op, of }
  }
  const negated = (depth: number): Node => {
    if (depth > deepest) return refuse('it is nested too deeply')
    if (peek() !== 'not') return operand(depth)
    at++
    return { op: 'not', of: negated(depth + 1) }
  }
  const operand = (depth: number): Node => {
    const token = tokens[at]
    const word = peek()
    if (token === undefined || word === undefined) return refuse('it ends too early')
    at++
    if (word === '(') {
      const inner = either(depth + 1)
      if (peek() !== ')') refuse('a ")" is missing')
      at++
      return inner
    }
    if (word === ')' || word === 'and' || word === 'or' || word === 'of')
      return refuse(`"${token}" is not expected there`)
    if (peek() === 'of' && !selections.has(token)) {
      at++
      const pattern = tokens[at]
      if (pattern === undefined || pattern === '(' || pattern === ')')
        return refuse(`"${token} of" wants a pattern or "them"`)
      at++
      return someOf(word, pattern)
    }
    return selections.get(token) ?? missing(token)
  }
  const missing = (name: string): never => {
    if (!/^[\w.-]+$/.test(name)) return refuse(`"${name}" is no name`)
    throw new Refusal(
      'unknown-selection',
      `The condition "${text}" names "${name}", and there is no such selection.`,
      path,
      spellingHint(name, selections.keys()) || `There is: ${[...selections.keys()].join(', ')}.`,
    )
  }
  const someOf = (quantifier: string, pattern: string): Node => {
    if (!/^([1-9]\d{0,3}|any|all)$/.test(quantifier))
      refuse(`"${quantifier} of" is not known`, 'Write "1 of", "all of" or a number.')
    if (!/^[\w*-]+$/.test(pattern)) refuse(`"${pattern}" is no pattern`)
    const of = found.get(pattern) ?? [...selections].filter(([name]) => names(pattern, name)).map(([, node]) => node)
    found.set(pattern, of)
    if (of.length === 0) {
      throw new Refusal(
        'unknown-selection',
        `No selection is called as "${pattern}" in the condition "${text}".`,
        path,
        `There is: ${[...selections.keys()].join(', ')}.`,
      )
    }
    if (quantifier === 'all') return { op: 'and', of }
    const count = quantifier === 'any' ? 1 : Number(quantifier)
    if (count === 1) return { op: 'or', of }
    if (count > of.length)
      refuse(`"${quantifier} of ${pattern}" wants more than the ${of.length} selections that there are`)
    return { op: 'some', count, of }
  }

  const tree = either(0)
  if (at < tokens.length) refuse(`"${tokens[at]}" is not expected there`)
  return tree
}

/** Whether a pattern includes a selection. Selections that start with an underscore only match patterns that do, too. */
const names = (pattern: string, name: string): boolean => {
  if (name.startsWith('_') && !pattern.startsWith('_')) return false
  if (pattern.toLowerCase() === 'them') return true
  let at = 0
  const parts = pattern.split('*')
  const last = parts.length - 1
  for (const [index, part] of parts.entries()) {
    if (last === 0) return name === part
    if (index === 0) {
      if (!name.startsWith(part)) return false
      at = part.length
    } else if (index === last) {
      return name.length - at >= part.length && name.endsWith(part)
    } else {
      const found = name.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
  }
  return false
}
