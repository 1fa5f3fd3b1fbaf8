import type { Reader, Writer } from '../bytes/codec.ts'
import {
  fitNumbers,
  type NumberScale,
  normalNumber,
  plainNumber,
  readNumberScale,
  scaledNumber,
  writeNumberScale,
} from './encode-numbers.ts'
import {
  fitWords,
  plainWord,
  readWordScale,
  scaledWord,
  type WordScale,
  widthOfWord,
  writeWordScale,
} from './encode-words.ts'
import { type Column, isNumbers, type Table } from './table.ts'

/** A column that was the same throughout; in so many rows. */
interface Constant {
  readonly cell: string
  readonly rows: number
}

type Scale =
  | { readonly numbers: NumberScale }
  | { readonly words: WordScale }
  | { readonly constant: Constant }
  | undefined

/** How the columns of a table become numbers. */
export interface Encoding {
  readonly columns: readonly { readonly name: string; readonly scale: Scale }[]
  /** The column of the table that each number comes from. */
  readonly origins: readonly number[]
}

/** The same rows three times: as the forest takes them, scaled for measuring distances, and as normal scores for covariances. */
export interface Encoded {
  readonly plain: Float64Array
  readonly scaled: Float64Array
  readonly normal: Float64Array
}

/**
 * Learns the scales of a table's columns. Constant ones say nothing among these rows; they only remain for rows to come, where another
 * value is news.
 */
export const fitEncoding = (table: Table, { keepConstant }: { readonly keepConstant: boolean }): Encoding =>
  withOrigins(
    table.columns.map((column) => ({
      name: column.name,
      scale:
        fitScale(column, table.rows) ??
        (keepConstant ? { constant: { cell: wordAt(column, 0), rows: table.rows } } : undefined),
    })),
  )

const fitScale = (column: Column, rows: number): Scale => {
  if (isNumbers(column)) {
    const numbers = fitNumbers(column.values)
    return numbers && { numbers }
  }
  const words = fitWords(wordsOf(column, rows), rows)
  return words && { words }
}

function* wordsOf(column: Column, rows: number): Generator<string> {
  for (let row = 0; row < rows; row++) yield wordAt(column, row)
}

const withOrigins = (columns: Encoding['columns']): Encoding => ({
  columns,
  origins: columns.flatMap(({ scale }, index) => new Array<number>(widthOf(scale)).fill(index)),
})

const widthOf = (scale: Scale): number => {
  if (!scale) return 0
  if ('constant' in scale) return 1
  if ('words' in scale) return widthOfWord(scale.words)
  // Where some training rows lack the value, lacking it is a number of its own.
  return hasGaps(scale.numbers) ? 2 : 1
}

const hasGaps = ({ missing }: NumberScale): boolean => missing > 0 && missing < 1

/** Encodes rows [from, to) of a table whose columns are in the order of the training table's. */
export const encodeRows = (encoding: Encoding, table: Table, from: number, to: number): Encoded => {
  const { columns, origins } = encoding
  const width = Math.max(1, origins.length)
  const plain = new Float64Array((to - from) * width)
  const scaled = new Float64Array((to - from) * width)
  const normal = new Float64Array((to - from) * width)
  let at = 0
  columns.forEach(({ scale }, index) => {
    const column = table.columns[index]
    if (!scale || !column) return
    for (let row = from; row < to; row++) {
      const place = (row - from) * width + at
      if ('words' in scale) {
        const word = wordAt(column, row)
        plainWord(scale.words, word, plain, place)
        scaledWord(scale.words, word, scaled, place)
        scaledWord(scale.words, word, normal, place)
        continue
      }
      if ('constant' in scale) {
        const { cell, rows } = scale.constant
        plain[place] = wordAt(column, row) === cell ? 0 : 1
        // As far out as a flag that one of so many rows had.
        scaled[place] = (plain[place] ?? 0) * Math.sqrt(rows)
        normal[place] = scaled[place] ?? 0
        continue
      }
      const value = numberAt(column, row)
      plain[place] = plainNumber(scale.numbers, value)
      scaled[place] = scaledNumber(scale.numbers, value)
      normal[place] = normalNumber(scale.numbers, value)
      if (!hasGaps(scale.numbers)) continue
      const { missing } = scale.numbers
      const gap = Number.isNaN(value) ? 1 : 0
      plain[place + 1] = gap
      scaled[place + 1] = (gap - missing) / Math.sqrt(missing * (1 - missing))
      normal[place + 1] = scaled[place + 1] ?? 0
    }
    at += widthOf(scale)
  })
  return { plain, scaled, normal }
}

const numberAt = (column: Column, row: number): number => {
  if (isNumbers(column)) return column.values[row] ?? Number.NaN
  const word = wordAt(column, row)
  return word === '' ? Number.NaN : Number(word)
}

const wordAt = (column: Column, row: number): string => {
  if (!isNumbers(column)) return column.words[column.codes[row] ?? -1] ?? ''
  const value = column.values[row] ?? Number.NaN
  return Number.isNaN(value) ? '' : String(value)
}

export const writeEncoding = (writer: Writer, { columns }: Encoding): void => {
  writer.varint(columns.length)
  for (const { name, scale } of columns) {
    writer.text(name).u8(!scale ? 0 : 'constant' in scale ? 3 : 'words' in scale ? 2 : 1)
    if (!scale) continue
    if ('constant' in scale) writer.text(scale.constant.cell).varint(scale.constant.rows)
    else if ('words' in scale) writeWordScale(writer, scale.words)
    else writeNumberScale(writer, scale.numbers)
  }
}

export const readEncoding = (reader: Reader): Encoding => {
  const size = reader.varint()
  const columns: { name: string; scale: Scale }[] = []
  for (let i = 0; i < size; i++) {
    const name = reader.text()
    const tag = reader.u8()
    columns.push({ name, scale: readScale(reader, tag) })
  }
  return withOrigins(columns)
}

const readScale = (reader: Reader, tag: number): Scale => {
  if (tag === 1) return { numbers: readNumberScale(reader) }
  if (tag === 2) return { words: readWordScale(reader) }
  return tag === 3 ? { constant: { cell: reader.text(), rows: reader.varint() } } : undefined
}
