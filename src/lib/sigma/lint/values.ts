import { type Check, eachValue, itemKey, type LintFinding, type LintItem, quoteValue, warn } from './check.ts'

const shortestText = 3
const manners = ['contains', 'startswith', 'endswith']
const numbered = new Set(['EventID', 'EventCode', 'LogonType', 'DestinationPort', 'SourcePort'])

/** Texts, wildcards and lists of values. */
export const valueChecks: readonly Check[] = [
  warn(
    'null-in-list',
    'A null in a list has another type than its neighbours; converters disagree about it.',
    ({ items }) =>
      items.flatMap(({ values, listed }) =>
        listed && values.length > 1
          ? values.flatMap(({ value, line }) =>
              value === null
                ? [
                    {
                      line,
                      message: 'There is a null in a list.',
                      hint: 'Give null a selection of its own and join the two by "or".',
                    },
                  ]
                : [],
            )
          : [],
      ),
  ),
  warn('value-twice', 'The same value twice in a list.', ({ items }) =>
    items.flatMap((item) => repeats(item, (text) => text, 'stands here twice')),
  ),
  warn(
    'value-twice-but-case',
    'Texts are compared without case, so two that differ only in case are one.',
    ({ items }) =>
      items.flatMap((item) =>
        item.modifiers.some((modifier) => ['re', 'cased', 'base64', 'base64offset'].includes(modifier))
          ? []
          : repeats(item, (text) => text.toLowerCase(), 'stands here twice but for its case').filter(
              ({ line }) => !repeats(item, (text) => text, '').some((same) => same.line === line),
            ),
      ),
  ),
  warn('value-covered', 'A value that another one of the list covers has no effect.', ({ items }) =>
    items.flatMap(covered),
  ),
  warn('wildcards-around', 'Wildcards at both ends say the same as |contains, less clearly.', (subject) =>
    eachValue(subject, (text, item) =>
      isPlain(item) && /^\*[^*?]+\*$/.test(text) && !text.endsWith('\\*')
        ? {
            message: `${quoteValue(text)} has wildcards at both ends.`,
            hint: `Write ${item.field}|contains: '${text.slice(1, -1)}'.`,
          }
        : undefined,
    ),
  ),
  warn('wildcard-in-front', 'A wildcard in front says the same as |endswith, less clearly.', (subject) =>
    eachValue(subject, (text, item) =>
      isPlain(item) && /^\*[^*?]+$/.test(text)
        ? {
            message: `${quoteValue(text)} starts with a wildcard.`,
            hint: `Write ${item.field}|endswith: '${text.slice(1)}'.`,
          }
        : undefined,
    ),
  ),
  warn('wildcard-at-end', 'A wildcard at the end says the same as |startswith, less clearly.', (subject) =>
    eachValue(subject, (text, item) =>
      isPlain(item) && /^[^*?]*[^*?\\]\*$/.test(text)
        ? {
            message: `${quoteValue(text)} ends with a wildcard.`,
            hint: `Write ${item.field}|startswith: '${text.slice(0, -1)}'.`,
          }
        : undefined,
    ),
  ),
  warn('wildcard-with-modifier', 'The modifier already stands for the wildcard at this end.', (subject) =>
    eachValue(subject, (text, { modifiers }) => {
      if (modifiers.includes('re') || /^\*+$/.test(text)) return undefined
      const front = text.startsWith('*') && (modifiers.includes('contains') || modifiers.includes('endswith'))
      const end = /(?:^|[^\\])\*$/.test(text) && (modifiers.includes('contains') || modifiers.includes('startswith'))
      return front || end
        ? {
            message: `${quoteValue(text)} has a wildcard where |${modifiers.join('|')} has one already.`,
            hint: 'Leave the wildcard out.',
          }
        : undefined
    }),
  ),
  warn('wildcard-alone', 'A lone wildcard means that the field is there; |exists says so.', (subject) =>
    eachValue(subject, (text, { field, modifiers }) =>
      field !== undefined && /^\*+$/.test(text) && !modifiers.includes('re')
        ? { message: 'The value is only a wildcard.', hint: `Write ${field}|exists: true.` }
        : undefined,
    ),
  ),
  warn('wildcard-doubled', 'Two wildcards in a row mean the same as one.', (subject) =>
    eachValue(subject, (text, { modifiers }) =>
      !modifiers.includes('re') && /(?<!\\)(?:\\\\)*\*\*/.test(text) && !/^\*+$/.test(text)
        ? { message: `${quoteValue(text)} has two wildcards in a row.`, hint: 'Leave one out.' }
        : undefined,
    ),
  ),
  warn(
    'wildcard-escaped',
    'A backslash before a wildcard makes it a plain character; in a path a wildcard was meant.',
    (subject) =>
      eachValue(subject, (text, { modifiers }) =>
        !modifiers.includes('re') && /^(?:\*?\\|[a-z]:\\|%\w+%\\|hk\w+\\).*[^\\]\\\*/i.test(text)
          ? {
              message: `${quoteValue(text)} wants a plain "*" after a path.`,
              hint: 'Write two backslashes before the wildcard: "\\\\*".',
            }
          : undefined,
      ),
  ),
  warn('value-blanks', 'A blank at the end of a whole value is seldom in the logs.', (subject) =>
    eachValue(subject, (text, { field, modifiers }) => {
      if (field === undefined || modifiers.includes('re') || modifiers.includes('contains') || text.trim() === '')
        return undefined
      const front = text.startsWith(' ') && !modifiers.includes('endswith')
      const end = text.endsWith(' ') && !modifiers.includes('startswith')
      return front || end
        ? {
            message: `${quoteValue(text)} starts or ends with a blank.`,
            hint: 'Leave the blank out, or use |contains.',
          }
        : undefined
    }),
  ),
  warn('value-empty', 'Every text contains, starts and ends with the empty text.', (subject) =>
    eachValue(subject, (text, item) =>
      text === '' && (item.field === undefined || item.modifiers.some((modifier) => manners.includes(modifier)))
        ? { message: `${itemKey(item)} wants an empty text.`, hint: 'Leave it out, or use |exists: true.' }
        : undefined,
    ),
  ),
  warn('value-short', 'So short a text is somewhere in nearly everything.', ({ items, selections }) =>
    selections.flatMap(({ key }) => {
      const own = items.filter(({ selection }) => selection === key)
      const [only] = own
      if (own.length !== 1 || items.some(({ selection }) => selection !== key)) return []
      return only?.modifiers.includes('contains') ? shorts(only, shortestText) : []
    }),
  ),
  warn('keyword-short', 'So short a keyword is somewhere in nearly every event.', ({ items }) =>
    items.flatMap((item) =>
      item.field === undefined && !item.modifiers.includes('all') ? shorts(item, shortestText) : [],
    ),
  ),
  warn('number-quoted', 'Numbers need no quotes.', (subject) =>
    eachValue(subject, (text, { field }, { quoted }) =>
      quoted && field !== undefined && numbered.has(field) && /^\d+$/.test(text)
        ? { message: `The number ${text} is quoted.`, hint: 'Leave the quotes out.' }
        : undefined,
    ),
  ),
]

const isPlain = ({ field, modifiers }: LintItem): boolean =>
  field !== undefined && modifiers.every((modifier) => modifier === 'all' || modifier === 'cased')

const repeats = ({ values }: LintItem, key: (text: string) => string, what: string): readonly LintFinding[] => {
  const seen = new Set<string>()
  return values.flatMap(({ value, line }) => {
    const text = key(String(value))
    if (seen.has(text)) return [{ line, message: `${quoteValue(String(value))} ${what}.`, hint: 'Leave one out.' }]
    seen.add(text)
    return []
  })
}

/** At the first short value; a list has one finding, however many are short. A single letter of other scripts can say a lot. */
const shorts = ({ values }: LintItem, least: number): readonly LintFinding[] => {
  const short = values.filter(
    ({ value }) => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value) && value.length < least,
  )
  const [first] = short
  if (!first) return []
  const others = short.length > 1 ? ` So ${short.length === 2 ? 'is another' : `are ${short.length - 1} others`}.` : ''
  return [
    {
      line: first.line,
      message: `${quoteValue(String(first.value))} is in nearly everything.${others}`,
      hint: `Use at least ${least} characters.`,
    },
  ]
}

const covered = (item: LintItem): readonly LintFinding[] => {
  const manner = manners.find((name) => item.modifiers.includes(name))
  if (item.field !== undefined && (!manner || item.modifiers.length > 1)) return []
  if (item.field === undefined && item.modifiers.length > 0) return []
  const texts = item.values.flatMap(({ value, line }) =>
    typeof value === 'string' && value !== '' && !/[*?\\]/.test(value) ? [{ text: value.toLowerCase(), line }] : [],
  )
  const covers = (part: string, whole: string) => {
    if (part === whole || part.length > whole.length) return false
    if (manner === 'startswith') return whole.startsWith(part)
    return manner === 'endswith' ? whole.endsWith(part) : whole.includes(part)
  }
  // Lists longer than this are made by programs; comparing each with each would take too long.
  if (texts.length > 500) return []
  return texts.flatMap(({ text, line }) => {
    const shorter = texts.find((other) => covers(other.text, text))
    return shorter
      ? [
          {
            line,
            message: `${quoteValue(text)} has no effect, since ${quoteValue(shorter.text)} is in the list too.`,
            hint: 'Leave it out.',
          },
        ]
      : []
  })
}
