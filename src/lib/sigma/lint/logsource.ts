import type { Logsource } from '../document.ts'
import { isWithinLogsource } from '../read/read-logsource.ts'
import { spellingHint } from '../read/refusal.ts'
import { type Check, entryOf, type LintFinding, type LintSubject, quoteValue, scalarText, warn } from './check.ts'

/** Which events a rule is about, and whether they have its fields. */
export const logsourceChecks: readonly Check[] = [
  warn(
    'logsource-case',
    'Log sources are compared letter by letter, and their names are in lower case without blanks.',
    (subject) =>
      parts(subject).flatMap(({ key, text, line }) =>
        /^[a-z0-9_.-]+$/.test(text)
          ? []
          : [
              {
                line,
                message: `The ${key} ${quoteValue(text)} is not in lower case without blanks.`,
                hint: `Write "${text.trim().toLowerCase().replaceAll(' ', '_')}".`,
              },
            ],
      ),
  ),
  warn(
    'logsource-unknown',
    'No event counts as a log source that the taxonomy does not know, so the rule never matches.',
    (subject) => {
      const known = (subject.context.taxonomy?.kinds ?? []).flatMap(({ logsources }) => logsources)
      const own = logsourceOf(subject)
      const [first] = parts(subject)
      if (known.length === 0 || !own || !first || known.some((logsource) => isWithinLogsource(logsource, own)))
        return []
      const odd = parts(subject).find(({ key, text }) => !known.some((logsource) => logsource[key] === text))
      const words = new Set(known.flatMap((logsource) => (odd ? (logsource[odd.key] ?? []) : [])))
      return [
        {
          line: odd?.line ?? first.line,
          message: odd
            ? `No event has the ${odd.key} ${quoteValue(odd.text)}.`
            : `No event has the log source ${parts(subject)
                .map(({ key, text }) => `${key}: ${text}`)
                .join(', ')}.`,
          hint: (odd && spellingHint(odd.text, words)) || 'Add the log source to the taxonomy, or correct it.',
        },
      ]
    },
  ),
  warn(
    'field-of-another-source',
    'A field that belongs to other log sources is not in the events that the rule sees.',
    (subject) => {
      const kinds = subject.context.taxonomy?.kinds ?? []
      const own = logsourceOf(subject)
      if (!own) return []
      const mine = kinds.filter(({ logsources }) => logsources.some((logsource) => isWithinLogsource(logsource, own)))
      // A kind that lists no fields takes them as they come, and so does a rule for unknown sources.
      if (mine.length === 0 || mine.some(({ fields }) => fields.size === 0)) return []
      const myFields = new Set(mine.flatMap(({ fields }) => [...fields.keys()]))
      const others = new Map(kinds.flatMap(({ name, fields }) => [...fields.keys()].map((field) => [field, name])))
      return eachField(subject, (field) => {
        const other = others.get(field)
        return other === undefined || myFields.has(field)
          ? undefined
          : {
              message: `The field ${quoteValue(field)} is of ${other}, not of this log source.`,
              hint: spellingHint(field, myFields) || 'Use a field of this log source, or correct the log source.',
            }
      })
    },
  ),
  warn('field-unseen', 'A field that no event had is misspelt, or of a source that sends nothing.', (subject) => {
    const { fieldsSeen } = subject.context
    if (!fieldsSeen || fieldsSeen.size === 0) return []
    const mapped = new Set((subject.context.taxonomy?.kinds ?? []).flatMap(({ fields }) => [...fields.keys()]))
    return eachField(subject, (field) =>
      fieldsSeen.has(field) || mapped.has(field)
        ? undefined
        : {
            message: `No event had the field ${quoteValue(field)}.`,
            hint: spellingHint(field, [...fieldsSeen, ...mapped]) || 'Look at an event for how it is called.',
          },
    )
  }),
  warn('field-with-blanks', 'Field names are written without blanks; with them the field is not found.', (subject) =>
    eachField(subject, (field) =>
      /\s/.test(field)
        ? {
            message: `The field ${quoteValue(field)} has a blank in it.`,
            hint: `Write "${field.replaceAll(/\s/g, '')}".`,
          }
        : undefined,
    ),
  ),
  warn(
    'field-spelt-twice',
    'Field names that differ only in case are two fields; one of them is never there.',
    (subject) => {
      const first = new Map<string, string>()
      return eachField(subject, (field) => {
        const before = first.get(field.toLowerCase()) ?? field
        first.set(field.toLowerCase(), before)
        return before === field
          ? undefined
          : {
              message: `The field ${quoteValue(field)} stands as ${quoteValue(before)} elsewhere.`,
              hint: 'Write both alike.',
            }
      })
    },
  ),
]

const parts = ({ root }: LintSubject): readonly { key: keyof Logsource; text: string; line: number }[] =>
  (['product', 'category', 'service'] as const).flatMap((key) => {
    const entry = entryOf(entryOf(root, 'logsource')?.value, key)
    const text = scalarText(entry?.value)
    return entry && text !== undefined ? [{ key, text, line: entry.line }] : []
  })

const logsourceOf = ({ document }: LintSubject): Logsource | undefined =>
  document.type === 'correlation' ? undefined : document.logsource

const eachField = (
  { items }: LintSubject,
  say: (field: string) => Omit<LintFinding, 'line'> | undefined,
): readonly LintFinding[] =>
  items.flatMap(({ field, line }) => {
    const finding = field === undefined ? undefined : say(field)
    return finding ? [{ line, ...finding }] : []
  })
