import type { Bound } from './expression.ts'
import { parseMoment } from './moment.ts'
import type { FieldKind } from './subject.ts'

type Scalar = string | number | boolean
type Check = (value: Scalar) => boolean

/** A text that begins like ISO 8601, so that it is compared as a moment even in a field of unknown type. */
const dated = /^\d{4}-\d\d-\d\d/

/** The most usual spelling of a moment, of a day that every month has: quicker to read than any. */
const plain = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Compiles a range to a test: both ends must hold, and a value that cannot be compared with an end does not match. */
export const orderTest = (
  from: Bound | undefined,
  to: Bound | undefined,
  kind: FieldKind | undefined,
  now: number,
): Check => {
  const low = from && atLeast(from, kind, now)
  const high = to && atMost(to, kind, now)
  return (value) => (!low || low(value)) && (!high || high(value))
}

const atLeast = (bound: Bound, kind: FieldKind | undefined, now: number): Check => {
  const { read, from, to, word } = scale(bound.value, kind, now)
  if (bound.inclusive) return (value) => (read ? read(value) >= from : wordOf(value) >= word)
  return (value) => (read ? read(value) > to : wordOf(value) > word)
}

const atMost = (bound: Bound, kind: FieldKind | undefined, now: number): Check => {
  const { read, from, to, word } = scale(bound.value, kind, now)
  if (bound.inclusive) return (value) => (read ? read(value) <= to : wordOf(value) <= word)
  return (value) => (read ? read(value) < from : wordOf(value) < word)
}

interface Scale {
  /** Places a value on the scale of the bound, or NaN; absent when both are compared as words. */
  readonly read: ((value: Scalar) => number) | undefined
  /** The beginning and the end of the range that the bound itself covers. */
  readonly from: number
  readonly to: number
  readonly word: string
}

const scale = (literal: string, kind: FieldKind | undefined, now: number): Scale => {
  const word = literal.toLowerCase()
  if (typeof kind === 'object') {
    const rank = (value: Scalar): number => {
      const found = kind.indexOf(wordOf(value))
      return found < 0 ? Number.NaN : found
    }
    return { read: rank, from: rank(word), to: rank(word), word }
  }
  const number = literal.trim() === '' ? Number.NaN : Number(literal)
  const moment = kind === 'time' || Number.isNaN(number) ? parseMoment(literal, now) : undefined
  if (moment) return { read: (value) => readTime(value, kind, now), ...moment, word }
  if (kind === 'time') return { read: () => Number.NaN, from: 0, to: 0, word }
  return Number.isNaN(number)
    ? { read: undefined, from: number, to: number, word }
    : { read: readNumber, from: number, to: number, word }
}

const readNumber = (value: Scalar): number => {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

const readTime = (value: Scalar, kind: FieldKind | undefined, now: number): number => {
  if (typeof value === 'number') return kind === 'time' ? value : Number.NaN
  if (typeof value === 'string' && plain.test(value)) return Date.parse(value)
  if (typeof value === 'string' && dated.test(value)) return parseMoment(value, now)?.from ?? Number.NaN
  return Number.NaN
}

const wordOf = (value: Scalar): string => String(value).toLowerCase()
