import type { Column } from './table.ts'

/** How a missing cell is written, in any case. */
const missingMarks = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', 'nil', '?', '-'])
/** A column is one of numbers when at most this share of its cells are words: slips of the pen, taken for missing. */
const mostSlips = 0.05

/** Collects the cells of one column, and says in the end what kind of column they make. */
export interface ColumnReader {
  add(text: string): void
  finish(name: string): Column
}

/** Reads cells as numbers where most are, and as words where they are not. Keeps 12 bytes a cell, and each distinct word once. */
export const createColumnReader = (): ColumnReader => {
  let values = new Float64Array(1024)
  let codes = new Int32Array(0)
  let length = 0
  let slips = 0
  let numbers = 0
  const words: string[] = []
  const places = new Map<string, number>()

  const place = (word: string): number => {
    const known = places.get(word)
    if (known !== undefined) return known
    places.set(word, words.length)
    return words.push(word) - 1
  }
  const grow = (): void => {
    const more = new Float64Array(values.length * 2)
    more.set(values)
    values = more
    if (codes.length === 0) return
    const moreCodes = new Int32Array(values.length).fill(-1)
    moreCodes.set(codes)
    codes = moreCodes
  }

  return {
    add(text) {
      if (length === values.length) grow()
      const at = length++
      const value = readCellNumber(text)
      values[at] = value
      if (!Number.isNaN(value)) {
        numbers++
        return
      }
      const word = text.trim()
      if (missingMarks.has(word.toLowerCase())) return
      slips++
      if (codes.length === 0) codes = new Int32Array(values.length).fill(-1)
      codes[at] = place(word)
    },
    finish(name) {
      if (slips <= mostSlips * (slips + numbers)) return { name, values: values.slice(0, length) }
      for (let i = 0; i < length; i++) {
        const value = values[i] ?? Number.NaN
        if (!Number.isNaN(value)) codes[i] = place(String(value))
      }
      return { name, codes: codes.slice(0, length), words }
    },
  }
}

/** Reads a number as programs write it; NaN for anything else, the empty text included. */
export const readCellNumber = (text: string): number => {
  const code = text.charCodeAt(0)
  // The common case first: a digit or a minus begins it.
  const value = (code >= 48 && code <= 57) || code === 45 ? Number(text) : toRareNumber(text.trim())
  // 0x10 is a word here, not sixteen.
  return code === 48 && /^0[xob]/i.test(text) ? Number.NaN : value
}

const toRareNumber = (text: string): number => {
  if (/^[+-]?inf(inity)?$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return /^[+-]?[\d.]/.test(text) ? Number(text) : Number.NaN
}
