import type { Node } from '../node.ts'
import { type Check, type LintFinding, quoteValue, warn } from './check.ts'
import { picked, picks } from './subject.ts'

/** How selections are put together. */
export const conditionChecks: readonly Check[] = [
  warn(
    'all-of-them',
    '"all of them" includes every selection that is added later, so that nobody can add a filter.',
    ({ conditions }) =>
      conditions.flatMap((condition) =>
        picks(condition).some(({ text, all }) => all && text.toLowerCase() === 'them')
          ? [
              {
                line: condition.line,
                message: 'The condition is "all of them".',
                hint: 'Name the selections: "all of selection_*".',
              },
            ]
          : [],
      ),
  ),
  warn(
    'selection-unused',
    'A selection that the condition does not name has no effect.',
    ({ conditions, selections }) => {
      const used = new Set(
        conditions
          .flatMap(picks)
          .flatMap(({ text, pattern }) => (pattern ? picked(text, selections).map(({ key }) => key) : [text])),
      )
      return selections.flatMap(({ key, line }) =>
        used.has(key)
          ? []
          : [
              {
                line,
                message: `The condition does not use the selection ${quoteValue(key)}.`,
                hint: key.startsWith('_')
                  ? 'Patterns and "them" leave out names that start with an underscore.'
                  : 'Name it in the condition, or leave it out.',
              },
            ],
      )
    },
  ),
  warn(
    'pattern-of-one',
    'A pattern that fits one selection promises more; a second one was forgotten or misspelt.',
    ({ conditions, selections }) =>
      conditions.flatMap(({ line, tokens }) =>
        picks({ line, tokens }).flatMap(({ text, pattern }) => {
          const fits = pattern && !text.includes('*') ? picked(text, selections) : []
          return fits.length === 1
            ? [
                {
                  line,
                  message: `The pattern ${quoteValue(text)} fits only ${quoteValue(fits[0]?.key ?? '')}.`,
                  hint: 'Name the selection itself.',
                },
              ]
            : []
        }),
      ),
  ),
  warn(
    'condition-only-negative',
    'A rule that only says what must not be there is true of nearly every event.',
    ({ document, conditions }) =>
      document.type === 'rule' && !hasPositive(document.detection, false)
        ? [
            {
              line: conditions[0]?.line ?? document.line,
              message: 'The rule only says what must not be there.',
              hint: 'Add a selection that must be there.',
            },
          ]
        : [],
  ),
  warn('double-negation', 'Two negations in a row cancel each other.', ({ conditions }) =>
    conditions.flatMap(({ line, tokens }) => {
      const words = tokens.map((token) => token.toLowerCase())
      const twice = words.some(
        (word, at) =>
          word === 'not' && words.slice(at + 1).find((next) => next !== '(') === 'not' && isAlone(words, at),
      )
      return twice ? [{ line, message: 'The condition negates twice.', hint: 'Leave both out.' }] : []
    }),
  ),
  warn(
    'selection-named-twice',
    'A selection that stands twice between the same words has no effect the second time.',
    ({ conditions }) =>
      conditions.flatMap(({ line, tokens }): readonly LintFinding[] => {
        const words = tokens.map((token) => token.toLowerCase())
        const joined = new Set(words.filter((word) => word === 'and' || word === 'or'))
        if (joined.size !== 1 || words.includes('(') || words.includes('of')) return []
        const parts = words.join(' ').split(/ (?:and|or) /)
        const again = parts.find((part, at) => parts.indexOf(part) < at)
        return again === undefined
          ? []
          : [{ line, message: `${quoteValue(again)} is in the condition twice.`, hint: 'Leave one out.' }]
      }),
  ),
  warn('condition-case', 'Other tools know "and", "or" and "not" in lower case only.', ({ conditions }) =>
    conditions.flatMap(({ line, tokens }) => {
      const odd = tokens.find(
        (token) => /^(?:and|or|not|of|them|all|any)$/i.test(token) && token !== token.toLowerCase(),
      )
      return odd === undefined
        ? []
        : [{ line, message: `${quoteValue(odd)} is in upper case.`, hint: `Write "${odd.toLowerCase()}".` }]
    }),
  ),
  warn('condition-number', 'Other tools know "1 of" and "all of", and no other numbers.', ({ conditions }) =>
    conditions.flatMap(({ line, tokens }) =>
      tokens.some((token, at) => /^\d+$/.test(token) && token !== '1' && tokens[at + 1]?.toLowerCase() === 'of')
        ? [
            {
              line,
              message: 'The condition counts to more than one.',
              hint: 'Spell it out with "and" and "or", or write a correlation.',
            },
          ]
        : [],
    ),
  ),
  warn(
    'condition-list',
    'A list of conditions gives one rule several meanings; most readers expect one.',
    ({ conditions }) =>
      conditions.length > 1 && conditions[1]
        ? [
            {
              line: conditions[1].line,
              message: `There are ${conditions.length} conditions.`,
              hint: 'Join them by "or".',
            },
          ]
        : [],
  ),
]

/** Whether a value is required. Absence as such (`null`, `exists: false`) is not one. */
const hasPositive = (node: Node, negated: boolean): boolean => {
  if (node.op === 'not') return hasPositive(node.of, !negated)
  if (node.op !== 'test') return node.of.some((child) => hasPositive(child, negated))
  const absence = node.test.type === 'null' || (node.test.type === 'exists' && !node.test.wanted)
  return absence === negated
}

/** Whether the parenthesis of the `not` at `at` contains only a second `not`, so that they cancel out. */
const isAlone = (words: readonly string[], at: number): boolean => {
  let depth = 0
  for (const word of words.slice(at + 1)) {
    if (word === '(') depth++
    else if (word === ')') depth--
    else if (depth > 0 && (word === 'and' || word === 'or')) return false
    if (depth === 0 && word !== 'not') return true
  }
  return true
}
