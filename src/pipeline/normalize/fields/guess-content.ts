import type { FieldValue } from '../../../schema/event.ts'
import { type Draft, setIfAbsent } from '../draft.ts'
import { type Stamp, toStamp } from '../time/timestamp.ts'
import { aliasOf } from './alias-table.ts'
import { toSureLevel } from './level.ts'

type Entry = readonly [name: string, value: FieldValue]

/** The message that was guessed, and the names that were taken for fields: `nachricht as message`. */
export interface GuessedContent {
  readonly message: string | undefined
  readonly guessed: string
}

const certain = new Set(['@timestamp', 'message', 'log.level'])

/** Several words with a letter at the start, and no list, path or code. */
const sentence = /^["'(¿¡]?\p{L}[^{}<>|\\]*\s\S*\s/u
const twoWords = /^["'(¿¡]?\p{L}{3,}\s\p{L}[\p{L}\s\d.,:'"%()-]*$/u
const host =
  /^(?:[a-z][a-z\d]*(?:-[a-z\d]+){0,4}-\d{1,4}|(?=.{4,253}$)[a-z\d][a-z\d-]*(?:\.[a-z\d-]+){1,5}\.[a-z]{2,24})$/i
const account = /^[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+){1,5}$/

/**
 * Guesses the message, level, host and user of a record by how its values look, if no name says what its time, message or level is. Takes no
 * value where two are alike, because a wrong field is worse than none. Undefined without a guess. Linear.
 */
export const guessContent = (
  entries: readonly Entry[],
  stamp: Stamp | undefined,
  fields: Draft,
): GuessedContent | undefined => {
  if (entries.length > 40 || entries.some(([name]) => isCertain(name))) return undefined
  const texts = entries.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string')
  const free = texts.filter(([name]) => aliasOf(name) === undefined)
  const guessed: string[] = []
  const take = (
    field: string,
    found: readonly (readonly [string, string])[],
    read = (value: string) => value,
  ): void => {
    const [first] = found
    if (!first || found.length > 1 || fields[field] !== undefined) return
    setIfAbsent(fields, field, read(first[1]))
    guessed.push(`${first[0]} as ${field}`)
  }
  if (stamp) {
    const dated = entries.find(([, value]) => toStamp(value, { receivedAt: stamp.time })?.time === stamp.time)
    if (dated) guessed.push(`${dated[0]} as time`)
  }
  take(
    'log.level',
    free.filter(([, value]) => toSureLevel(value) !== undefined),
    (word) => toSureLevel(word) ?? word,
  )
  take(
    'host.name',
    free.filter(([, value]) => host.test(value)),
  )
  take(
    'user.name',
    free.filter(([, value]) => account.test(value)),
  )
  const worded = free.filter(([, value]) => sentence.test(value))
  const spoken = worded.length > 0 ? worded : free.filter(([, value]) => twoWords.test(value))
  const longest = spoken.reduce<readonly [string, string] | undefined>(
    (best, entry) => (best && best[1].length >= entry[1].length ? best : entry),
    undefined,
  )
  if (longest) guessed.push(`${longest[0]} as message`)
  return guessed.length === 0 ? undefined : { message: longest?.[1], guessed: guessed.join(', ').slice(0, 200) }
}

const isCertain = (name: string): boolean => {
  const alias = aliasOf(name)
  return alias !== undefined && alias.fits === undefined && certain.has(alias.target)
}
