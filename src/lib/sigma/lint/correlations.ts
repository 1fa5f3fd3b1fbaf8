import { day } from '../../units/time.ts'
import type { CorrelationRule, SigmaDocument } from '../document.ts'
import { type Check, entryOf, type LintFinding, type LintSubject, quoteValue, scalarsOf, warn } from './check.ts'

const longestSpan = 30 * day

/** Checks of correlations: references, counted fields and groups. */
export const correlationChecks: readonly Check[] = [
  each(
    'timespan-long',
    'All events of the timespan are remembered; a month of them seldom fits.',
    ({ timespan }, subject) =>
      timespan > longestSpan
        ? [
            {
              line: lineIn(subject, 'timespan'),
              message: `The timespan is ${Math.round(timespan / day)} days.`,
              hint: 'Use 30 days or less.',
            },
          ]
        : [],
  ),
  each(
    'counts-to-one',
    'A correlation of one event is that event: the rule alone says the same.',
    ({ correlation, conditions }, subject) =>
      (correlation === 'event_count' || correlation === 'value_count') &&
      conditions.some(
        ({ comparison, number }) => (comparison === 'gte' && number <= 1) || (comparison === 'gt' && number < 1),
      )
        ? [
            {
              line: lineIn(subject, 'condition'),
              message: 'One event is enough for the condition.',
              hint: 'Ask for two or more, or use the rule alone.',
            },
          ]
        : [],
  ),
  each(
    'counts-below',
    'A count starts at one, so "less than" is true at the first event, before others could come.',
    ({ correlation, conditions }, subject) =>
      (correlation === 'event_count' || correlation === 'value_count') &&
      conditions.length > 0 &&
      conditions.every(({ comparison }) => comparison === 'lt' || comparison === 'lte' || comparison === 'neq')
        ? [
            {
              line: lineIn(subject, 'condition'),
              message: 'The condition is true at the first event.',
              hint: 'Ask for at least some number too.',
            },
          ]
        : [],
  ),
  each('range-empty', 'No number lies in the range of the condition.', ({ conditions }, subject) => {
    const least = Math.max(
      ...conditions.map(({ comparison, number }) =>
        comparison === 'gte' ? number : comparison === 'gt' ? number + 1 : Number.NEGATIVE_INFINITY,
      ),
    )
    const most = Math.min(
      ...conditions.map(({ comparison, number }) =>
        comparison === 'lte' ? number : comparison === 'lt' ? number - 1 : Number.POSITIVE_INFINITY,
      ),
    )
    return least > most
      ? [
          {
            line: lineIn(subject, 'condition'),
            message: 'No number fits the condition.',
            hint: 'Exchange the two bounds.',
          },
        ]
      : []
  }),
  each(
    'group-by-missing',
    'Without group-by, events of all users and hosts are counted together.',
    ({ groupBy }, subject) =>
      groupBy.length === 0
        ? [
            {
              line: entryOf(subject.root, 'correlation')?.line ?? subject.root.line,
              message: 'There is no group-by.',
              hint: 'Name the fields that the events share, such as the user or the host.',
            },
          ]
        : [],
  ),
  each('group-by-twice', 'The same field twice in group-by.', ({ groupBy }, subject) =>
    groupBy.some((field, at) => groupBy.indexOf(field) < at)
      ? [{ line: lineIn(subject, 'group-by'), message: 'group-by names a field twice.', hint: 'Leave one out.' }]
      : [],
  ),
  each('alias-unused', 'An alias works in group-by only.', ({ aliases, groupBy }, subject) =>
    aliasesOf(subject).flatMap(({ key, line }) =>
      aliases.has(key) && !groupBy.includes(key)
        ? [
            {
              line,
              message: `The alias ${quoteValue(key)} is not in group-by.`,
              hint: 'Add it there, or leave it out.',
            },
          ]
        : [],
    ),
  ),
  each(
    'alias-of-other-rule',
    'An alias for a rule that the correlation does not list has no effect.',
    (rule, subject) =>
      aliasesOf(subject).flatMap(({ value }) =>
        value.type === 'map'
          ? value.entries.flatMap(({ key, line }) =>
              isListed(key, rule, subject)
                ? []
                : [
                    {
                      line,
                      message: `The correlation does not list the rule ${quoteValue(key)}.`,
                      hint: 'Add it to rules, or correct its name.',
                    },
                  ],
            )
          : [],
      ),
  ),
  each(
    'alias-incomplete',
    'Where an alias leaves a rule out, the events of that rule have no such field and are not counted.',
    (rule, subject) =>
      aliasesOf(subject).flatMap(({ value, line, key }) => {
        if (value.type !== 'map') return []
        const named = new Set(value.entries.flatMap((entry) => sameAs(entry.key, subject)))
        const left = rule.rules.find((reference) => !sameAs(reference, subject).some((name) => named.has(name)))
        return left === undefined
          ? []
          : [
              {
                line,
                message: `The alias ${quoteValue(key)} says nothing of the rule ${quoteValue(left)}.`,
                hint: 'Say which of its fields is meant.',
              },
            ]
      }),
  ),
  each('rule-missing', 'A correlation of rules that are not there cannot become true.', ({ rules }, subject) =>
    subject.context.documents === undefined
      ? []
      : scalarsOf(entryOf(subject.body, 'rules')?.value).flatMap(({ value, line }) =>
          rules.includes(String(value)) && !find(String(value), subject)
            ? [
                {
                  line,
                  message: `There is no rule ${quoteValue(String(value))}.`,
                  hint: 'Load it too, or correct its id or name.',
                },
              ]
            : [],
        ),
  ),
  each('rule-twice', 'A rule that is listed twice counts once.', ({ rules }, subject) =>
    rules.some((reference, at) => rules.indexOf(reference) < at)
      ? [{ line: lineIn(subject, 'rules'), message: 'The correlation lists a rule twice.', hint: 'Leave one out.' }]
      : [],
  ),
  each('temporal-of-one', 'A single rule is always together with itself.', ({ correlation, rules }, subject) =>
    correlation.startsWith('temporal') && rules.length === 1
      ? [
          {
            line: lineIn(subject, 'rules'),
            message: 'The correlation lists one rule only.',
            hint: 'List those that must come together, or use event_count.',
          },
        ]
      : [],
  ),
  each('field-without-use', 'Counting events does not look at a field.', ({ correlation, valueFields }, subject) =>
    correlation === 'event_count' && valueFields.length > 0
      ? [
          {
            line: lineIn(subject, 'condition'),
            message: 'event_count does not look at the field of its condition.',
            hint: 'Use value_count, or leave the field out.',
          },
        ]
      : [],
  ),
]

function each(
  code: string,
  about: string,
  find: (rule: CorrelationRule, subject: LintSubject) => readonly LintFinding[],
): Check {
  return warn(code, about, (subject) =>
    subject.document.type === 'correlation' ? find(subject.document, subject) : [],
  )
}

const lineIn = ({ body }: LintSubject, key: string): number => entryOf(body, key)?.line ?? body.line

const aliasesOf = ({ body }: LintSubject) => {
  const aliases = entryOf(body, 'aliases')?.value
  return aliases?.type === 'map' ? aliases.entries : []
}

const find = (reference: string, { context }: LintSubject): SigmaDocument | undefined =>
  context.documents?.find(({ id, name }) => name === reference || id === reference.toLowerCase())

/** All names of a rule. */
const sameAs = (reference: string, subject: LintSubject): readonly string[] => {
  const document = find(reference, subject)
  return document ? [reference, document.id, ...(document.name === undefined ? [] : [document.name])] : [reference]
}

const isListed = (reference: string, { rules }: CorrelationRule, subject: LintSubject): boolean => {
  const names = sameAs(reference, subject)
  return rules.some((rule) => sameAs(rule, subject).some((name) => names.includes(name)))
}
