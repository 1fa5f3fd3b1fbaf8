import type { FilterRule } from '../document.ts'
import { isWithinLogsource } from '../read/read-logsource.ts'
import { type Check, entryOf, type LintFinding, type LintSubject, quoteValue, scalarsOf, warn } from './check.ts'

/** Filters: which rules they change, and how. */
export const filterChecks: readonly Check[] = [
  each(
    'filter-keeps',
    'A filter is joined by "and": without "not", only what it selects stays.',
    (_, { conditions, body }) =>
      conditions.some(({ tokens }) => tokens.some((token) => token.toLowerCase() === 'not'))
        ? []
        : [
            {
              line: conditions[0]?.line ?? body.line,
              message: 'The filter keeps what it selects, and drops all else.',
              hint: 'To drop what it selects, write "not selection".',
            },
          ],
  ),
  each(
    'filter-of-all',
    'A filter without rules changes all rules of its log source, also those that come later.',
    ({ rules }, { root, body }) =>
      rules.includes('any') &&
      !scalarsOf(entryOf(body, 'rules')?.value).some(({ value }) => /^(?:any|all)$/i.test(String(value)))
        ? [
            {
              line: entryOf(body, 'rules')?.line ?? root.line,
              message: 'The filter names no rules, so it changes all of its log source.',
              hint: 'Name them, or write "rules: any".',
            },
          ]
        : [],
  ),
  each('filter-rule-missing', 'A filter for a rule that is not there has no effect.', (_, subject) =>
    references(subject).flatMap(({ name, line }) =>
      subject.context.documents && !find(name, subject)
        ? [{ line, message: `There is no rule ${quoteValue(name)}.`, hint: 'Load it too, or correct its id or name.' }]
        : [],
    ),
  ),
  each('filter-logsource', 'A filter changes only rules of its own log source.', ({ logsource }, subject) =>
    references(subject).flatMap(({ name, line }) => {
      const rule = find(name, subject)
      return rule?.type === 'rule' && !isWithinLogsource(rule.logsource, logsource)
        ? [
            {
              line,
              message: `The rule ${quoteValue(name)} is of another log source, so the filter has no effect on it.`,
              hint: 'Make the log sources equal.',
            },
          ]
        : []
    }),
  ),
  each(
    'filter-of-correlation',
    'Filters change rules; correlations change with the rules that they count.',
    (_, subject) =>
      references(subject).flatMap(({ name, line }) =>
        find(name, subject)?.type === 'correlation'
          ? [{ line, message: `${quoteValue(name)} is a correlation.`, hint: 'Name the rules that it counts.' }]
          : [],
      ),
  ),
  each('filter-level', 'A filter has no level and no status of its own.', (_, { root }) =>
    (['level', 'status'] as const).flatMap((key) => {
      const entry = entryOf(root, key)
      return entry
        ? [{ line: entry.line, message: `The ${key} of a filter has no effect.`, hint: 'Leave it out.' }]
        : []
    }),
  ),
]

function each(
  code: string,
  about: string,
  find: (filter: FilterRule, subject: LintSubject) => readonly LintFinding[],
): Check {
  return warn(code, about, (subject) => (subject.document.type === 'filter' ? find(subject.document, subject) : []))
}

const references = ({ body }: LintSubject): readonly { name: string; line: number }[] =>
  scalarsOf(entryOf(body, 'rules')?.value).flatMap(({ value, line }) =>
    /^(?:any|all)$/i.test(String(value)) ? [] : [{ name: String(value), line }],
  )

const find = (reference: string, { context }: LintSubject) =>
  context.documents?.find(({ id, name }) => name === reference || id === reference.toLowerCase())
