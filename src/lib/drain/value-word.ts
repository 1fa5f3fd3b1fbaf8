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

/** Whether a word is a unit of size or, abbreviated, of time: `B`, `kB`, `MiB`, `ms`, `sec`. Behind a number it belongs to the value. */
export const isUnit = (codes: Codes, from: number, to: number): boolean => {
  const length = to - from
  if (length > 4) return false
  const first = at(codes, from)
  if (codes[to - 1] === 66 && length < 4) {
    return length === 1 || ((length === 2 || codes[from + 1] === 105) && multiples.has(first))
  }
  if (first < 109 || first > 117) return false
  const second = length > 1 ? at(codes, from + 1) : 0
  const third = length > 2 ? at(codes, from + 2) : 0
  return times.has(pack(first, second, third, length > 3 ? at(codes, from + 3) : 0))
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

/** Whether the word with its first colon at `colon` is a name in a scope, `Driver43::start`, and no IPv6 address. */
export const isScopedName = (codes: Codes, colon: number, end: number): boolean => {
  if (codes[colon + 1] !== 58) return false
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
