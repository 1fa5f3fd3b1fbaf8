import { type Heading, levels, statuses } from '../document.ts'
import type { DocumentPlace } from './place.ts'
import { Refusal, spellingHint } from './refusal.ts'
import { optionalText, ownValue, sayYaml, textList, type YamlMap } from './yaml-map.ts'

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const longestTitle = 256

/** Reads what rules, correlations and filters have in common. */
export const readHeading = (document: YamlMap, place: DocumentPlace): Heading => {
  const title = readTitle(document)
  const id = readId(document)
  const name = optionalText(document, 'name')
  if (name === '') throw new Refusal('empty-name', 'The name is empty.', ['name'], 'Give it a name, or leave it out.')
  const tags = readTags(document)
  return {
    id: id ?? name ?? place.fallbackId,
    name,
    hasOwnId: (id ?? name) !== undefined,
    title,
    status: oneOf(document, 'status', statuses),
    level: oneOf(document, 'level', levels),
    description: optionalText(document, 'description'),
    author: optionalText(document, 'author'),
    license: optionalText(document, 'license'),
    date: readDate(document, 'date'),
    modified: readDate(document, 'modified'),
    references: textList(document, 'references'),
    tags,
    falsePositives: textList(document, 'falsepositives'),
    techniques: toTechniques(tags),
    file: place.file,
    line: place.line,
    source: place.source,
  }
}

const readTitle = (document: YamlMap): string => {
  const title = ownValue(document, 'title')
  if (title === undefined || title === null) {
    throw new Refusal('no-title', 'There is no title.', [], 'Say in a few words what the rule finds: "title: ...".')
  }
  if (typeof title !== 'string')
    throw new Refusal('bad-title', 'The title is not a text.', ['title'], 'Put it in quotes.')
  if (title.length > longestTitle) {
    throw new Refusal('bad-title', `The title has ${title.length} characters; ${longestTitle} are allowed.`, ['title'])
  }
  return title
}

const readId = (document: YamlMap): string | undefined => {
  const id = ownValue(document, 'id')
  if (id === undefined || id === null) return undefined
  if (typeof id !== 'string' || !uuid.test(id)) {
    throw new Refusal(
      'bad-id',
      `The id ${sayYaml(id)} is not a UUID.`,
      ['id'],
      'Make one with "uuidgen", or leave it out.',
    )
  }
  return id.toLowerCase()
}

const readDate = (document: YamlMap, key: 'date' | 'modified'): string | undefined => {
  const value = optionalText(document, key)
  if (value === undefined) return undefined
  const [, year, month, day] = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(value) ?? []
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) {
    throw new Refusal('bad-date', `The ${key} "${value}" is not a day.`, [key], 'Write it as 2026-01-31.')
  }
  return date.toISOString().slice(0, 10)
}

const readTags = (document: YamlMap): string[] => {
  const tags = textList(document, 'tags')
  const odd = tags.find((tag) => !tag.includes('.'))
  if (odd !== undefined) {
    throw new Refusal('bad-tag', `The tag "${odd}" has no namespace.`, ['tags'], 'Write it as "attack.t1110".')
  }
  return tags
}

const toTechniques = (tags: readonly string[]): string[] => [
  ...new Set(
    tags.flatMap((tag) => {
      const [, technique] = /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag) ?? []
      return technique ? [technique.toUpperCase()] : []
    }),
  ),
]

const oneOf = <Word extends string>(document: YamlMap, key: string, words: readonly Word[]): Word | undefined => {
  const value = ownValue(document, key)
  if (value === undefined || value === null) return undefined
  const found = words.find((word) => typeof value === 'string' && word === value.toLowerCase())
  if (found) return found
  throw new Refusal(
    `bad-${key}`,
    `The ${key} ${sayYaml(value)} is none that Sigma knows.`,
    [key],
    `${typeof value === 'string' ? spellingHint(value, words) : ''} It is one of: ${words.join(', ')}.`.trim(),
  )
}
