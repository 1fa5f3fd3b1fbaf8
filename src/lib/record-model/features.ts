import { isIdentifier } from '../data-drift/numeric.ts'
import { fieldsOf, type RecordRow, readDate, readNumber } from '../data-drift/record-table.ts'
import { stableHash } from './stable-hash.ts'

/**
 * How a field becomes a number. `number`: itself, also when written as text; lists and objects are their length; nothing is 0. `date`:
 * seconds since the epoch. `word`: how surprising it is, −ln of its share of the training records, by its hash. `text`: its length. `key`:
 * 0, because the order of keys means nothing, and new ones lie beyond all former ones.
 */
export const featureKinds = ['number', 'date', 'word', 'text', 'key'] as const

export interface Feature {
  readonly name: string
  readonly kind: (typeof featureKinds)[number]
  /** The least and the most that was seen. */
  readonly least: number
  readonly most: number
  /** The counts of words, by their hash; the words themselves are not stored. */
  readonly counts: ReadonlyMap<number, number>
  /** The counts of sets of punctuation in its texts, by their hash: `.` and `@` of an email address. */
  readonly marks: ReadonlyMap<number, number>
  /** How many records it was learnt from. */
  readonly records: number
}

const mostWords = 1_000

/** Decides for each field of the training records, in order of the alphabet, how it becomes a number. */
export const learnFeatures = (rows: readonly RecordRow[]): readonly Feature[] =>
  fieldsOf(rows).map((name) => {
    const cells = rows.map((row) => row[name])
    const { kind, counts } = kindOf(name, cells)
    const marks = countAll(cells.map(marksOf))
    const feature = { name, kind, counts, marks, records: rows.length, least: 0, most: 0 }
    const values = cells.map((cell) => encode(cell, feature))
    return {
      ...feature,
      least: values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      most: values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    }
  })

const kindOf = (name: string, cells: readonly unknown[]): Pick<Feature, 'kind' | 'counts'> => {
  const given = cells.filter((cell) => cell !== null && cell !== undefined)
  const counts = new Map<number, number>()
  if (given.every((cell) => readNumber(cell) !== undefined)) {
    const numbers = given.flatMap((cell) => readNumber(cell) ?? [])
    const eachOnce = new Set(numbers).size === numbers.length
    return { kind: isIdentifier(name, numbers.every(Number.isInteger), eachOnce) ? 'key' : 'number', counts }
  }
  if (given.every((cell) => readDate(cell) !== undefined)) return { kind: 'date', counts }
  const words = countAll(cells.map((cell) => stableHash(wordOf(cell))))
  return words.size > Math.min(mostWords, cells.length / 2) ? { kind: 'text', counts } : { kind: 'word', counts: words }
}

const countAll = (hashes: readonly number[]): Map<number, number> => {
  const counts = new Map<number, number>()
  for (const hash of hashes) counts.set(hash, (counts.get(hash) ?? 0) + 1)
  return counts
}

const longestText = 10_000
const firstPrintable = 0x20

/** Identifies the set of punctuation and control characters in a text: short hostile texts differ in it from ordinary values. */
export const marksOf = (cell: unknown): number => {
  if (typeof cell !== 'string') return stableHash('')
  const found = new Set<number>()
  for (let i = 0; i < Math.min(cell.length, longestText); i += 1) {
    const code = cell.charCodeAt(i)
    if (code < 0x80 && code !== firstPrintable && !isLetterOrDigit(code)) found.add(code)
  }
  return stableHash(String.fromCharCode(...[...found].sort((a, b) => a - b)))
}

const isLetterOrDigit = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)

const wordOf = (cell: unknown): string =>
  cell === undefined || cell === null ? '' : typeof cell === 'object' ? JSON.stringify(cell) : String(cell)

/** Converts a cell to the number of its field. */
export const encode = (cell: unknown, { kind, counts, records }: Feature): number => {
  if (kind === 'key') return 0
  if (kind === 'number') return readNumber(cell) ?? 0
  if (kind === 'date') return (readDate(cell) ?? 0) / 1000
  if (kind === 'text') return wordOf(cell).length
  return -Math.log(((counts.get(stableHash(wordOf(cell))) ?? 0) + 0.5) / (records + 1))
}
