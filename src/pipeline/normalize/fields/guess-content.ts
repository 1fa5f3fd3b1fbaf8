import type { FieldValue } from '../../../schema/event/event.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import { type Draft, setIfAbsent } from '../draft.ts'
import { type Stamp, toStamp } from '../time/timestamp.ts'
import { aliasOf } from './alias-table.ts'
import { looksLikeAccount, looksLikeHost, looksLikeLevel, looksLikeSentence, looksLikeWords } from './content-kind.ts'
import { toLogLevel } from './level.ts'

type Entry = readonly [name: string, value: FieldValue]

/** The guessed content of a record. */
export interface GuessedContent {
  readonly stamp: Stamp | undefined
  readonly message: string | undefined
  /** The names that were taken for fields: `nachricht as message`; empty without one. */
  readonly guessed: string
  readonly asGuessed: boolean
}

const certain = new Set(['@timestamp', 'message', 'log.level'])
const mostEntries = 40

/** Whether the names of a record do not say what its time, message or level is, so that its values must. */
export const isUnnamed = (entries: readonly Entry[]): boolean =>
  entries.length <= mostEntries && !entries.some(([name]) => isCertain(name))

/** The entries whose names say nothing at all. */
export const freeEntries = (entries: readonly Entry[]): readonly Entry[] =>
  entries.filter(([name]) => aliasOf(name) === undefined)

/**
 * Guesses the message, level, host and user of a record by how its values look: by the names that were guessed for its source, or without
 * them from this record alone. Then takes no value where two are alike, because a wrong field is worse than none. Linear.
 */
export const guessContent = (
  entries: readonly Entry[],
  stamp: Stamp | undefined,
  fields: Draft,
  record: RawRecord,
): GuessedContent => {
  const free = freeEntries(entries)
  const { likely } = record
  const guessed: string[] = []
  let isMisfit = false
  /** Picks by a name of the source, or by a value that no other is like. */
  const pick = (
    field: string,
    names: readonly string[] | undefined,
    fits: (value: FieldValue) => boolean,
    looks: (value: FieldValue) => boolean,
  ): Entry | undefined => {
    if (fields[field] !== undefined) return undefined
    if (names === undefined) {
      const [first, second] = free.filter(([, value]) => looks(value))
      return second === undefined ? first : undefined
    }
    const named = names.map((name) => free.find(([known]) => known === name)).filter((entry) => entry !== undefined)
    const found = named.find(([, value]) => fits(value))
    if (found === undefined && named.length > 0) isMisfit = true
    return found
  }
  const take = (field: string, found: Entry | undefined, read = (value: string) => value): void => {
    if (typeof found?.[1] !== 'string') return
    setIfAbsent(fields, field, read(found[1]))
    guessed.push(`${found[0]} as ${field}`)
  }
  // The configuration may name the time only.
  const times = record.map?.time === undefined ? likely?.time : undefined
  const time = times && timeOf(entries, times, record)
  if (time) guessed.push(`${time.name} as time`)
  else if (stamp) {
    const dated = entries.find(([, value]) => toStamp(value, { receivedAt: stamp.time })?.time === stamp.time)
    if (dated) guessed.push(`${dated[0]} as time`)
  }
  take('log.level', pick('log.level', likely?.level, isLevel, looksLikeLevel), (word) => toLogLevel(word) ?? word)
  take('host.name', pick('host.name', likely?.host, isWord, looksLikeHost))
  take('user.name', pick('user.name', likely?.user, isWord, looksLikeAccount))
  const spoken = likely ? pick('message', likely.message, isText, isText) : longestText(free)
  const message = typeof spoken?.[1] === 'string' ? spoken[1] : undefined
  if (spoken && message !== undefined) guessed.push(`${spoken[0]} as message`)
  const lacks = (names: readonly string[] | undefined, found: unknown) =>
    names !== undefined && names.length > 0 && found === undefined
  // Records of several forms lack some of the names, but not both of these.
  const isOther = lacks(times, time) && lacks(likely?.message, message)
  return {
    stamp: time?.stamp ?? stamp,
    message,
    guessed: guessed.join(', ').slice(0, 200),
    asGuessed: !isMisfit && !isOther,
  }
}

/** Reads the time from the first of the names that has one. */
const timeOf = (entries: readonly Entry[], names: readonly string[], record: RawRecord) => {
  for (const name of names) {
    const stamp = toStamp(entries.find(([known]) => known === name)?.[1], record)
    if (stamp) return { name, stamp: { ...stamp, guessed: true } }
  }
  return undefined
}

const isText = (value: FieldValue): boolean => typeof value === 'string' && value.trim() !== ''
const isWord = (value: FieldValue): boolean => typeof value === 'string' && /^\S{1,253}$/.test(value)
const isLevel = (value: FieldValue): boolean => typeof value === 'string' && toLogLevel(value) !== undefined

const longestText = (free: readonly Entry[]): Entry | undefined => {
  const sentences = free.filter(([, value]) => looksLikeSentence(value))
  const spoken = sentences.length > 0 ? sentences : free.filter(([, value]) => looksLikeWords(value))
  return spoken.reduce<Entry | undefined>(
    (best, entry) => (best && String(best[1]).length >= String(entry[1]).length ? best : entry),
    undefined,
  )
}

const isCertain = (name: string): boolean => {
  const alias = aliasOf(name)
  return alias !== undefined && alias.fits === undefined && certain.has(alias.target)
}
