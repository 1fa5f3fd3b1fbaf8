import { classes, comma, dot, equals, isDigit, letter, mark, percentSign, space } from './character.ts'

/** A line as the scanner reads it: the codes of its characters, with blanks behind its end. */
export type Codes = Uint16Array

const at = (codes: Codes, index: number): number => codes[index] ?? 32
const code = (text: string, index: number): number => (index < text.length ? text.charCodeAt(index) : 0)

/** Packs up to four characters into one number, so that words are compared, and found in sets, as numbers. */
const pack = (a: number, b: number, c: number, d = 0): number => (a << 24) | (b << 16) | (c << 8) | d
const packWord = (word: string): number => pack(code(word, 0), code(word, 1), code(word, 2), code(word, 3))
const packed = (words: string): Set<number> => new Set(words.split(' ').map(packWord))

const days = packed('Mon Tue Wed Thu Fri Sat Sun')
const months = packed('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec')

/** Whether the three letters at `from` are a day or month of a date: `Mar 5`, `Sun Jul 10`, `Thu, 10`. */
export const isCalendarWord = (codes: Codes, from: number): boolean => {
  // Capitals only: most words end here.
  if (at(codes, from) > 90) return false
  const word = pack(at(codes, from), at(codes, from + 1), at(codes, from + 2))
  const isDay = days.has(word)
  if (!isDay && !months.has(word)) return false
  let next = from + 3
  if (at(codes, next) === 44) next++
  if (at(codes, next) !== 32) return false
  while (codes[next] === 32) next++
  const first = at(codes, next)
  if (first >= 48 && first <= 57) return true
  return isDay && months.has(pack(first, at(codes, next + 1), at(codes, next + 2)))
}

const times = packed('ns us ms s sec secs min mins')
const multiples = new Set([...'kKMGTP'].map((letter) => letter.charCodeAt(0)))

/** Full names of units, without the s of the plural: the first four letters, packed, and the rest. */
const spelled = new Map(
  ['byte', 'second', 'minute', 'hour', 'day', 'week'].map((unit) => [packWord(unit), unit.slice(4)]),
)

/** By first character: 1 if a unit begins with it, 2 if a full name of a unit does. */
const unitInitials = new Uint8Array(65_536)
for (const initial of 'nukKMGTPB') unitInitials[initial.charCodeAt(0)] = 1
for (const initial of 'bsmhdw') unitInitials[initial.charCodeAt(0)] = 2

/** A quick test of whether a word may be a unit or a plural. */
export const isCountable = (codes: Codes, from: number, to: number): boolean =>
  codes[to - 1] === 115 || (to - from < 8 && (unitInitials[codes[from] ?? 0] ?? 0) > 0)

const isSpelledUnit = (codes: Codes, from: number, to: number): boolean => {
  const end = at(codes, to - 1) === 115 ? to - 1 : to
  const fourth = end - from > 3 ? at(codes, from + 3) : 0
  const rest = spelled.get(pack(at(codes, from), at(codes, from + 1), at(codes, from + 2), fourth))
  if (rest?.length !== Math.max(0, end - from - 4)) return false
  for (let next = 0; next < rest.length; next++) if (codes[from + 4 + next] !== rest.charCodeAt(next)) return false
  return true
}

/** Whether a word is a unit of size or of time: `B`, `kB`, `MiB`, `ms`, `sec`, `minutes`. Behind a number it belongs to the value. */
export const isUnit = (codes: Codes, from: number, to: number): boolean => {
  const length = to - from
  if (length > 7) return false
  const first = at(codes, from)
  if (length > 2 && unitInitials[first] === 2 && isSpelledUnit(codes, from, to)) return true
  if (length > 4) return false
  if (codes[to - 1] === 66 && length < 4) {
    return length === 1 || ((length === 2 || codes[from + 1] === 105) && multiples.has(first))
  }
  if (first < 109 || first > 117) return false
  const second = length > 1 ? at(codes, from + 1) : 0
  const third = length > 2 ? at(codes, from + 2) : 0
  return times.has(pack(first, second, third, length > 3 ? at(codes, from + 3) : 0))
}

/** Whether a plain number ends at `end`, and not an address or a name. */
export const isNumber = (codes: Codes, end: number): boolean => {
  let from = end
  while (isNumeral(at(codes, from - 1))) from--
  const before = from > 0 ? classes[at(codes, from - 1)] : space
  return from < end && (before === space || before === mark || before === equals)
}

const isNumeral = (code: number): boolean => (code >= 48 && code <= 57) || code === dot || code === comma

/** Whether a range contains only a number with its unit, or a percentage: `1.16 KB`, `80%`. */
export const isQuantity = (codes: Codes, from: number, to: number): boolean => {
  let next = from
  while (next < to && isNumeral(at(codes, next))) next++
  if (next === from) return false
  if (at(codes, next) === percentSign) return next + 1 === to
  while (at(codes, next) === 32) next++
  return next < to && isUnit(codes, next, to)
}

const word = { true: packWord('true'), fals: packWord('fals'), null: packWord('null'), none: packWord('none') }
const short = { nil: packWord('nil'), nan: packWord('nan') }

/** Whether a word is a value of a type: of truth, or of what is not there; in any case of letters. */
export const isConstantWord = (codes: Codes, from: number, to: number): boolean => {
  const length = to - from
  if (length < 3 || length > 5) return false
  const first = at(codes, from) | 32
  // t, f, n
  if (first !== 116 && first !== 102 && first !== 110) return false
  const fourth = length > 3 ? at(codes, from + 3) | 32 : 0
  const four = pack(first, at(codes, from + 1) | 32, at(codes, from + 2) | 32, fourth)
  if (length === 5) return four === word.fals && (at(codes, from + 4) | 32) === 101
  if (length === 3) return four === short.nil || four === short.nan
  // `none of them` is prose.
  return four === word.true || four === word.null || (four === word.none && codes[from] === 78)
}

/** Whether an HTTP request begins at `from`, as access logs quote it: its method matters more than its path. */
export const isRequest = (codes: Codes, from: number): boolean => {
  let end = from
  while (at(codes, end) >= 65 && at(codes, end) <= 90) end++
  if (end - from < 3 || end - from > 7 || codes[end] !== 32) return false
  // A path, or `http`.
  return codes[end + 1] === 47 || (codes[end + 1] === 104 && codes[end + 2] === 116 && codes[end + 4] === 112)
}

/** Whether the word with its first colon at `colon` is a name in a scope, `Driver43::start`, and no IPv6 address or `7:done`. */
export const isScopedName = (codes: Codes, colon: number, end: number): boolean => {
  if (codes[colon + 1] !== 58 || isDigit(codes[colon])) return false
  const first = at(codes, colon + 2) | 32
  if (first < 97 || first > 122) return false
  for (let next = colon + 2; next < end; next++) {
    const letter = at(codes, next) | 32
    if (letter > 102 && letter <= 122) return true
  }
  return false
}

/** Whether a word of eight letters or more is hexadecimal by its letters alone, as every two thousandth such number is. */
export const isHexWord = (codes: Codes, from: number, to: number): boolean => {
  for (let next = from; next < to; next++) {
    const letter = at(codes, next) | 32
    if (letter < 97 || letter > 102) return false
  }
  return true
}

/** The length of the plural ending before `end`: of `files`, `matches`, and of `entries`, whose singular ends with y. */
export const pluralEnding = (codes: Codes, end: number): 0 | 1 | 2 | 3 => {
  if (at(codes, end - 1) !== 115) return 0
  const second = at(codes, end - 2)
  // `access`, `status`, `is`
  if (second < 97 || second > 122 || second === 115 || second === 117 || second === 105) return 0
  if (second !== 101) return 1
  const third = at(codes, end - 3)
  if (third === 105) return 3
  // `boxes`, `processes`, `matches`, `pushes`
  const fourth = at(codes, end - 4)
  const hisses =
    third === 120 || (third === 115 && fourth === 115) || (third === 104 && (fourth === 99 || fourth === 115))
  return hisses ? 2 : 1
}

/** Whether the token at `from` is a name with a digit in it, `node-1`, and neither a hexadecimal number nor the name of a month. */
const isNumberedName = (codes: Codes, from: number): boolean => {
  let code = codes[from] ?? 32
  if (classes[code] !== letter) return false
  let hasDigit = false
  let isHex = true
  for (let next = from; code > 32; code = codes[++next] ?? 32) {
    if (code >= 48 && code <= 57) hasDigit = true
    else if ((code | 32) < 97 || (code | 32) > 102) isHex = false
    if (hasDigit && !isHex) return true
  }
  return false
}

/** Whether the values at two positions may belong to one list: both are names with the same beginning, or neither is a name. */
export const areAlike = (codes: Codes, one: number, other: number): boolean => {
  const isName = isNumberedName(codes, one)
  return isName === isNumberedName(codes, other) && (!isName || at(codes, one) === at(codes, other))
}
