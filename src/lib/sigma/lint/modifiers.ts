import {
  type Check,
  eachValue,
  itemKey,
  type LintFinding,
  type LintItem,
  type LintSubject,
  quoteValue,
  warn,
} from './check.ts'

const places = ['contains', 'startswith', 'endswith']
const encodings = ['utf16', 'utf16le', 'utf16be', 'wide']

/** The modifiers of a field, after its bars. */
export const modifierChecks: readonly Check[] = [
  warn('all-of-one', 'With one value, |all has no effect, and the specification does not allow it.', (subject) =>
    eachItem(subject, ({ modifiers, values, listed }) =>
      modifiers.includes('all') && values.length === 1
        ? {
            message: '|all stands with a single value.',
            hint: listed ? 'Add the other values, or leave |all out.' : 'Leave |all out, or make the value a list.',
          }
        : undefined,
    ),
  ),
  warn('all-of-equal', 'A field cannot be equal to several values at once.', (subject) =>
    eachItem(subject, (item) =>
      item.field !== undefined &&
      item.modifiers.length === 1 &&
      item.modifiers[0] === 'all' &&
      item.values.filter(({ value }) => !/[*?]/.test(String(value))).length > 1
        ? {
            message: `${itemKey(item)} wants the field to equal several values at once.`,
            hint: 'Use |contains|all, or leave |all out.',
          }
        : undefined,
    ),
  ),
  warn('modifier-twice', 'A modifier that stands twice is meant once.', (subject) =>
    eachItem(subject, (item) => {
      const again = item.modifiers.find((modifier, at) => item.modifiers.indexOf(modifier) < at)
      return again === undefined
        ? undefined
        : { message: `|${again} stands twice in ${itemKey(item)}.`, hint: 'Leave one out.' }
    }),
  ),
  warn('all-not-last', '|all says how the values are joined and reads best at the end.', (subject) =>
    eachItem(subject, (item) =>
      item.modifiers.includes('all') && item.modifiers.at(-1) !== 'all'
        ? {
            message: `|all is not the last modifier of ${itemKey(item)}.`,
            hint: `Write |${item.modifiers.filter((name) => name !== 'all').join('|')}|all.`,
          }
        : undefined,
    ),
  ),
  warn('two-places', 'A text that is contained starts and ends anywhere.', (subject) =>
    eachItem(subject, (item) =>
      item.modifiers.filter((modifier) => places.includes(modifier)).length > 1
        ? { message: `${itemKey(item)} says in two ways where the text stands.`, hint: 'Use |contains.' }
        : undefined,
    ),
  ),
  warn(
    'windash-without-dash',
    '|windash changes dashes and slashes at the start of a word; this value has none.',
    (subject) =>
      eachValue(subject, (text, { modifiers, values }) =>
        modifiers.includes('windash') && values.every(({ value }) => !/(?<!\w)[-/]\w/.test(String(value)))
          ? { message: `|windash has no dash to change in ${quoteValue(text)}.`, hint: 'Leave |windash out.' }
          : undefined,
      ),
  ),
  warn(
    'base64offset-without-contains',
    'The offsets are for text in the middle of other encoded text; without |contains the value must be all there is.',
    (subject) =>
      eachItem(subject, (item) =>
        item.modifiers.includes('base64offset') && !item.modifiers.includes('contains')
          ? { message: `${itemKey(item)} has no |contains.`, hint: 'Write |base64offset|contains.' }
          : undefined,
      ),
  ),
  warn(
    'encoding-without-base64',
    'Wide characters are seldom in logs as such; they are for |base64 and |base64offset.',
    (subject) =>
      eachItem(subject, (item) =>
        item.modifiers.some((modifier) => encodings.includes(modifier)) &&
        !item.modifiers.some((modifier) => modifier.startsWith('base64'))
          ? {
              message: `${itemKey(item)} looks for bytes of UTF-16 as text.`,
              hint: 'Add |base64offset|contains after it.',
            }
          : undefined,
      ),
  ),
  warn('encoding-after-base64', 'Modifiers work in their order: text is made wide first, encoded then.', (subject) =>
    eachItem(subject, ({ modifiers }) => {
      const base64 = modifiers.findIndex((modifier) => modifier.startsWith('base64'))
      return base64 >= 0 && modifiers.slice(base64).some((modifier) => encodings.includes(modifier))
        ? { message: 'The text is made wide after it was encoded.', hint: 'Put the UTF-16 modifier before |base64.' }
        : undefined
    }),
  ),
  warn('cased-without-letters', 'A value without letters has no case.', (subject) =>
    eachItem(subject, (item) =>
      item.modifiers.includes('cased') &&
      item.values.length > 0 &&
      item.values.every(({ value }) => String(value).toLowerCase() === String(value).toUpperCase())
        ? { message: `${itemKey(item)} has no letter that has a case.`, hint: 'Leave |cased out.' }
        : undefined,
    ),
  ),
  warn('cidr-everything', 'A network of all addresses leaves nothing out.', (subject) =>
    eachValue(subject, (text, { modifiers }) =>
      modifiers.includes('cidr') && /\/0+$/.test(text)
        ? { message: `Every address lies in ${quoteValue(text)}.`, hint: 'Use |exists: true.' }
        : undefined,
    ),
  ),
  warn('exists-and-value', 'A field that has a value is there.', ({ items }) =>
    items.flatMap(({ field, modifiers, selection, line, values }) =>
      modifiers.includes('exists') &&
      values.every(({ value }) => value === true) &&
      items.some(
        (other) =>
          other.selection === selection &&
          other.field === field &&
          !other.modifiers.includes('exists') &&
          !other.modifiers.includes('neq') &&
          other.values.every(({ value }) => value !== null),
      )
        ? [
            {
              line,
              message: `The selection wants a value of ${quoteValue(field ?? '')} already.`,
              hint: 'Leave |exists out.',
            },
          ]
        : [],
    ),
  ),
  warn('neq-list', 'A list with |neq: some readers expect "none of them", others "not all".', (subject) =>
    eachItem(subject, (item) =>
      item.modifiers.includes('neq') && item.values.length > 1
        ? {
            message: `${itemKey(item)} has several values.`,
            hint: 'Make it a selection without |neq, and negate it in the condition.',
          }
        : undefined,
    ),
  ),
  warn('time-range', 'A part of a date outside its range never comes.', (subject) =>
    subject.items.flatMap(({ modifiers, values }) =>
      Object.entries(ranges).flatMap(([unit, [least, most]]) =>
        modifiers.includes(unit)
          ? values.flatMap(({ value, line }) =>
              typeof value === 'number' && (value < least || value > most)
                ? [{ line, message: `No ${unit} is ${value}.`, hint: `Use ${least} to ${most}.` }]
                : [],
            )
          : [],
      ),
    ),
  ),
]

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  week: [1, 53],
  month: [1, 12],
}

const eachItem = (
  { items }: LintSubject,
  say: (item: LintItem) => Omit<LintFinding, 'line'> | undefined,
): readonly LintFinding[] =>
  items.flatMap((item) => {
    const finding = say(item)
    return finding ? [{ line: item.line, ...finding }] : []
  })
