import type { FieldValue } from '../../schema/event/event.ts'
import type { ByteReader, ByteWriter, TextList } from './event-block-bytes.ts'
import { isWhole } from './event-block-bytes.ts'
import { type PlainValue, ValueNumbers } from './value-numbers.ts'

/** The codes of a column: 0 repeats the previous value, 1 adds a new one, and codes from 2 on refer to a value by number. */
const same = 0
const fresh = 1
const known = 2

/** Where nearly all of so many values differ, the later ones are not compared with all before them. */
const trial = 256
const nearlyAll = trial - trial / 8

/**
 * Values that repeat, each kept once and referred to by number: at most 65,533 different ones. All values of a column that hardly repeat
 * are stored.
 */
export class ColumnWriter {
  readonly #numbers = new ValueNumbers()
  readonly #oddNumbers = new Map<string, number>()
  readonly values: FieldValue[] = []
  #codes = new Uint16Array(64)
  #count = 0
  #last: FieldValue | undefined
  #lastNumber = -1
  #isDistinct = false

  /** Returns whether the value is a new one. */
  add(value: FieldValue): boolean {
    // Zero is looked at again, because 0 equals -0 and they are not the same.
    if (value === this.#last && value !== 0) {
      this.#push(same)
      return false
    }
    const number = this.#isDistinct ? this.values.length : this.#numberOf(value)
    const isNew = number === this.values.length
    if (isNew) {
      this.values.push(value)
      this.#push(fresh)
    } else {
      this.#push(number === this.#lastNumber ? same : number + known)
    }
    this.#last = value
    this.#lastNumber = number
    if (this.#count === trial) this.#isDistinct = this.values.length > nearlyAll
    return isNew
  }

  writeCodes(to: ByteWriter): void {
    to.codes(this.#codes.subarray(0, this.#count))
  }

  #push(code: number): void {
    if (this.#count === this.#codes.length) {
      const larger = new Uint16Array(this.#count * 4)
      larger.set(this.#codes)
      this.#codes = larger
    }
    this.#codes[this.#count] = code
    this.#count += 1
  }

  #numberOf(value: FieldValue): number {
    if (typeof value !== 'object' && !Number.isNaN(value) && !Object.is(value, -0)) {
      return this.#numbers.numberOf(value, this.values)
    }
    const key = typeof value === 'object' ? JSON.stringify(value.map(scalarKey)) : String(scalarKey(value))
    const number = this.#oddNumbers.get(key)
    if (number === undefined) this.#oddNumbers.set(key, this.values.length)
    return number ?? this.values.length
  }
}

/** Distinguishes values that JSON does not: -0, NaN and the infinities. */
const scalarKey = (value: PlainValue): PlainValue | readonly string[] =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? [Object.is(value, -0) ? '-0' : String(value)]
    : value

/** Reads a column's codes as the numbers of its values. */
export const readCodes = (from: ByteReader): Uint16Array => {
  const codes = from.codes()
  let last = 0
  let next = 0
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0
    if (code === fresh) {
      last = next
      next += 1
    } else if (code !== same) {
      last = code - known
    }
    codes[index] = last
  }
  return codes
}

const tags = { text: 0, whole: 1, number: 2, yes: 3, no: 4, list: 5 } as const

/** Writes field values of any kind: what each is, then the texts, the whole numbers and the others apart. */
export const writeValues = (values: readonly FieldValue[], to: ByteWriter): void => {
  // Most columns have texts only, which need no copy.
  if (values.every((value) => typeof value === 'string')) {
    to.codes(new Uint16Array(values.length).fill(tags.text))
    to.texts(values)
    to.numbers([])
    to.numbers([])
    return
  }
  const kinds: number[] = []
  const texts: string[] = []
  const wholes: number[] = []
  const numbers: number[] = []
  const add = (value: FieldValue): void => {
    if (typeof value === 'string') {
      kinds.push(tags.text)
      texts.push(value)
    } else if (typeof value === 'number') {
      const whole = isWhole(value)
      kinds.push(whole ? tags.whole : tags.number)
      if (whole) wholes.push(value)
      else numbers.push(value)
    } else if (typeof value === 'boolean') {
      kinds.push(value ? tags.yes : tags.no)
    } else {
      kinds.push(tags.list)
      wholes.push(value.length)
      value.forEach(add)
    }
  }
  values.forEach(add)
  to.codes(kinds)
  to.texts(texts)
  to.numbers(wholes)
  to.numbers(numbers)
}

/** Reads what `writeValues` wrote. */
export const readValues = (from: ByteReader): FieldValue[] => {
  const kinds = from.codes()
  const texts = from.texts()
  const wholes = from.numbers()
  const numbers = from.numbers()
  let [atKind, atText, atWhole, atNumber] = [0, 0, 0, 0]
  const scalar = (kind: number | undefined): PlainValue => {
    switch (kind) {
      case tags.text:
        return textAt(texts, atText++)
      case tags.whole:
        return numberAt(wholes, atWhole++)
      case tags.number:
        return numberAt(numbers, atNumber++)
      case tags.yes:
      case tags.no:
        return kind === tags.yes
      default:
        throw new Error(`There is no value of kind ${kind}.`)
    }
  }
  const values: FieldValue[] = []
  while (atKind < kinds.length) {
    const kind = kinds[atKind++]
    if (kind === tags.list) {
      const length = numberAt(wholes, atWhole++)
      if (length > kinds.length - atKind) throw new Error('A list is longer than the block.')
      values.push(Array.from({ length }, () => scalar(kinds[atKind++])))
    } else {
      values.push(scalar(kind))
    }
  }
  return values
}

const textAt = (texts: TextList, index: number): string => {
  if (index >= texts.count) throw new Error('A text is missing.')
  return texts.at(index)
}

const numberAt = (numbers: readonly number[], index: number): number => {
  const value = numbers[index]
  if (value === undefined) throw new Error('A number is missing.')
  return value
}
