import type { SigmaDocument } from '../document.ts'
import { spellingHint } from '../read/refusal.ts'
import {
  type Check,
  eachUnder,
  entryOf,
  type LintFinding,
  type LintSubject,
  lineOf,
  quoteValue,
  scalarText,
  warn,
} from './check.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const relations = ['correlation', 'derived', 'obsolete', 'merged', 'renamed', 'similar']

/** The id or name by which others refer to a document. */
export const identityChecks: readonly Check[] = [
  warn('id-missing', 'A document without an id cannot be identified after it was renamed or moved.', (subject) =>
    entryOf(subject.root, 'id')
      ? []
      : [{ line: subject.root.line, message: 'There is no id.', hint: 'Give it a random UUID.' }],
  ),
  warn('id-form', 'Ids are UUIDs in their usual form, since other tools compare them letter by letter.', (subject) =>
    eachUnder(subject, 'id', (id) =>
      uuid.test(id)
        ? undefined
        : {
            message: `The id ${quoteValue(id)} has an unusual form.`,
            hint: 'Write it in lower case with four hyphens.',
          },
    ),
  ),
  warn('id-twice', 'Two documents with one id: only one of them can be referred to.', (subject) =>
    sameElsewhere(subject, 'id', ({ id }) => id),
  ),
  warn('name-twice', 'Two documents with one name: only one of them can be referred to.', (subject) =>
    sameElsewhere(subject, 'name', ({ name }) => name),
  ),
  warn('title-twice', 'Two documents with one title look the same to who reads an alert.', (subject) =>
    sameElsewhere(subject, 'title', ({ title }) => title),
  ),
  warn('name-with-blanks', 'Conditions of correlations contain names, and blanks end them.', ({ root }) => {
    const name = entryOf(root, 'name')
    const text = scalarText(name?.value)
    return name && text !== undefined && /\s/.test(text)
      ? [{ line: name.line, message: `The name ${quoteValue(text)} has blanks in it.`, hint: 'Use underscores.' }]
      : []
  }),
  warn('related-type', 'Relations have six types; others are read by nobody.', (subject) =>
    related(subject).flatMap(({ type, line }) =>
      type === undefined || relations.includes(type)
        ? []
        : [
            {
              line,
              message: `There is no relation ${quoteValue(type)}.`,
              hint: spellingHint(type, relations) || `Use one of: ${relations.join(', ')}.`,
            },
          ],
    ),
  ),
  warn('related-id', 'A relation points to the UUID of another rule.', (subject) =>
    related(subject).flatMap(({ id, line }) =>
      id === undefined || uuid.test(id) ? [] : [{ line, message: `The related id ${quoteValue(id)} is not a UUID.` }],
    ),
  ),
  warn('related-to-itself', 'A rule that is related to itself was copied without changing its id.', (subject) =>
    related(subject).flatMap(({ id, line }) =>
      id !== undefined && id === scalarText(entryOf(subject.root, 'id')?.value)
        ? [{ line, message: 'The rule is related to itself.', hint: 'Give the copy an id of its own.' }]
        : [],
    ),
  ),
]

const related = ({
  root,
}: LintSubject): readonly { id: string | undefined; type: string | undefined; line: number }[] => {
  const list = entryOf(root, 'related')?.value
  return list?.type === 'list'
    ? list.items.map((item) => ({
        id: scalarText(entryOf(item, 'id')?.value),
        type: scalarText(entryOf(item, 'type')?.value),
        line: item.line,
      }))
    : []
}

/** A finding if an earlier document of the set has the same ID or name. */
const sameElsewhere = (
  subject: LintSubject,
  key: 'id' | 'name' | 'title',
  read: (document: SigmaDocument) => string | undefined,
): readonly LintFinding[] => {
  const own = read(subject.document)
  if (own === undefined || !entryOf(subject.root, key)) return []
  const first = firstOf(subject.context.documents ?? [], key, read).get(own.toLowerCase())
  if (!first || (first.file === subject.document.file && first.line === subject.document.line)) return []
  return [
    {
      line: lineOf(subject, key),
      message: `The ${key} ${quoteValue(own)} is that of ${first.file}:${first.line} too.`,
      hint: `Give one of them another ${key}.`,
    },
  ]
}

/** Per set and key, the first document with each value: made once for all files of a set. */
const firsts = new WeakMap<readonly SigmaDocument[], Map<string, ReadonlyMap<string, SigmaDocument>>>()

const firstOf = (
  documents: readonly SigmaDocument[],
  key: string,
  read: (document: SigmaDocument) => string | undefined,
): ReadonlyMap<string, SigmaDocument> => {
  const known = firsts.get(documents) ?? new Map<string, ReadonlyMap<string, SigmaDocument>>()
  firsts.set(documents, known)
  const made = known.get(key)
  if (made) return made
  const index = new Map<string, SigmaDocument>()
  for (const document of documents) {
    const value = read(document)?.toLowerCase()
    if (value !== undefined && !index.has(value)) index.set(value, document)
  }
  known.set(key, index)
  return index
}
