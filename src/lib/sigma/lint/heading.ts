import { spellingHint } from '../read/refusal.ts'
import {
  type Check,
  eachUnder,
  entryOf,
  type LintFinding,
  type LintSubject,
  lineOf,
  quoteValue,
  scalarsOf,
  scalarText,
  warn,
} from './check.ts'

const longestTitle = 120
const shortestDescription = 16

/** The texts for readers: title, description, dates, references. */
export const headingChecks: readonly Check[] = [
  warn('title-long', 'A title is one line of a list of alerts.', (subject) =>
    eachUnder(subject, 'title', (title) =>
      title.length > longestTitle
        ? {
            message: `The title has ${title.length} characters.`,
            hint: `Keep it under ${longestTitle}; say more in the description.`,
          }
        : undefined,
    ),
  ),
  warn('title-ends-with-dot', 'A title is a name, not a sentence.', (subject) =>
    eachUnder(subject, 'title', (title) =>
      title.endsWith('.') ? { message: 'The title ends with a dot.', hint: 'Leave the dot out.' } : undefined,
    ),
  ),
  warn('title-starts-with-detects', 'Each rule detects something; a title names it.', (subject) =>
    eachUnder(subject, 'title', (title) =>
      /^detect(?:s|ion of)?\s/i.test(title)
        ? {
            message: 'The title starts with a word that fits every rule.',
            hint: 'Name what is seen: "Shadow Copy Deletion".',
          }
        : undefined,
    ),
  ),
  warn('title-blanks', 'Blanks around a title are not seen and make equal titles differ.', (subject) =>
    eachUnder(subject, 'title', (title) =>
      title === title.trim()
        ? undefined
        : { message: 'The title starts or ends with a blank.', hint: 'Leave the blanks out.' },
    ),
  ),
  missing('description', 'The description explains the alert to its reader.', 'Say what is seen and why it matters.'),
  warn('description-short', 'A description that repeats the title helps nobody.', (subject) =>
    eachUnder(subject, 'description', (text) =>
      text.trim().length < shortestDescription
        ? {
            message: `The description has ${text.trim().length} characters.`,
            hint: 'Say what is seen and why it matters.',
          }
        : undefined,
    ),
  ),
  missing('author', 'Questions about a rule go to its author.', 'Name a person or a team.'),
  missing('status', 'The status says how far a rule can be trusted.', 'Use stable, test or experimental.', 'filter'),
  missing(
    'level',
    'The level decides how urgently an alert is sent.',
    'Use informational, low, medium, high or critical.',
    'filter',
  ),
  missing('date', 'The date says how old the knowledge in a rule is.', 'Write the day of its making as YYYY-MM-DD.'),
  warn(
    'date-not-iso',
    'Dates are written as YYYY-MM-DD, so that they sort and nobody mixes up day and month.',
    (subject) =>
      (['date', 'modified'] as const).flatMap((key) =>
        eachUnder(subject, key, (text) =>
          isDay(text)
            ? undefined
            : { message: `The ${key} ${quoteValue(text)} is not a day.`, hint: 'Write YYYY-MM-DD.' },
        ),
      ),
  ),
  warn('modified-before-date', 'A rule cannot have been changed before it was made.', (subject) => {
    const date = scalarText(entryOf(subject.root, 'date')?.value) ?? ''
    return eachUnder(subject, 'modified', (modified) =>
      isDay(date) && isDay(modified) && modified < date
        ? { message: `It was modified on ${modified}, before its date ${date}.`, hint: 'One of the two is wrong.' }
        : undefined,
    )
  }),
  warn('reference-not-url', 'A reference is a link that can be followed.', (subject) =>
    eachUnder(subject, 'references', (text) =>
      URL.canParse(text) && /^[a-z][a-z0-9+.-]*:\S+$/i.test(text)
        ? undefined
        : { message: `The reference ${quoteValue(text)} is not a URL.`, hint: 'Write it with https://.' },
    ),
  ),
  warn('reference-twice', 'The same reference twice.', ({ root }) => twice(root, 'references')),
  warn(
    'false-positive-trivial',
    'A list of false positives that says nothing looks as if somebody had thought about them.',
    (subject) =>
      eachUnder(subject, 'falsepositives', (text) =>
        /^(?:none|no|nothing|n\/?a|nil|-+|\?+|todo|tbd|pentest(?:s|ing)?|)\.?$/i.test(text.trim())
          ? {
              message: `The false positive ${quoteValue(text)} says nothing.`,
              hint: 'Say what harmless thing looks the same, or "Unknown".',
            }
          : undefined,
      ),
  ),
  warn('licence-unknown', 'Licences are named by their SPDX identifier.', (subject) =>
    eachUnder(subject, 'license', (text) =>
      text
        .split(/\s+(?:AND|OR|WITH)\s+|[()]/)
        .every((name) => name.trim() === '' || licences.includes(name.trim()) || /^LicenseRef-/.test(name))
        ? undefined
        : {
            message: `The licence ${quoteValue(text)} is not an SPDX identifier known here.`,
            hint: spellingHint(text, licences) || 'See spdx.org/licenses.',
          },
    ),
  ),
  warn('key-typo', 'A key that looks like a known one is read by nobody.', ({ root, document }) => [
    ...root.entries.flatMap(({ key, line }) => typo(key, topKeys, line)),
    ...childKeys(root, 'logsource').flatMap(({ key, line }) => typo(key, logsourceKeys, line)),
    ...(document.type === 'correlation'
      ? childKeys(root, 'correlation').flatMap(({ key, line }) => typo(key, correlationKeys, line))
      : []),
  ]),
]

function missing(key: string, about: string, hint: string, except?: string): Check {
  return warn(`${key}-missing`, about, (subject) =>
    subject.document.type === except || entryOf(subject.root, key)
      ? []
      : [{ line: lineOf(subject, 'title'), message: `There is no ${key}.`, hint }],
  )
}

const isDay = (text: string): boolean => {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

const twice = (root: LintSubject['root'], key: string): readonly LintFinding[] => {
  const seen = new Set<string>()
  return scalarsOf(entryOf(root, key)?.value).flatMap(({ value, line }) => {
    const text = String(value)
    if (!seen.has(text)) {
      seen.add(text)
      return []
    }
    return [{ line, message: `${quoteValue(text)} stands here twice.`, hint: 'Leave one out.' }]
  })
}

const typo = (key: string, known: readonly string[], line: number): readonly LintFinding[] => {
  const hint = known.includes(key) ? '' : spellingHint(key, known)
  return hint === '' ? [] : [{ line, message: `The key ${quoteValue(key)} is not one of Sigma's.`, hint }]
}

const childKeys = (root: LintSubject['root'], key: string) => {
  const value = entryOf(root, key)?.value
  return value?.type === 'map' ? value.entries : []
}

const topKeys = [
  'title',
  'id',
  'name',
  'related',
  'taxonomy',
  'status',
  'description',
  'license',
  'references',
  'author',
  'date',
  'modified',
  'logsource',
  'detection',
  'correlation',
  'filter',
  'fields',
  'falsepositives',
  'level',
  'tags',
  'scope',
  'generate',
]
const logsourceKeys = ['category', 'product', 'service', 'definition']
const correlationKeys = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate']
const licences = [
  'DRL-1.0',
  'DRL-1.1',
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'ISC',
  'MPL-2.0',
  'GPL-2.0-only',
  'GPL-2.0-or-later',
  'GPL-3.0-only',
  'GPL-3.0-or-later',
  'LGPL-2.1-only',
  'LGPL-2.1-or-later',
  'LGPL-3.0-only',
  'LGPL-3.0-or-later',
  'AGPL-3.0-only',
  'AGPL-3.0-or-later',
  'CC0-1.0',
  'CC-BY-4.0',
  'CC-BY-SA-4.0',
  'CC-BY-NC-4.0',
  'CC-BY-NC-SA-4.0',
  'CC-BY-ND-4.0',
  'Unlicense',
  'EUPL-1.2',
  'EPL-2.0',
  'Elastic-2.0',
  'BUSL-1.1',
  'Zlib',
  'WTFPL',
]
