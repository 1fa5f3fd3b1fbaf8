/** Packs three characters into one number, so that a set of words is a set of numbers. */
const pack = (a: number, b: number, c: number): number => (a << 16) | (b << 8) | c
const packed = (words: string): Set<number> =>
  new Set(words.split(' ').map((word) => pack(word.charCodeAt(0), word.charCodeAt(1), word.charCodeAt(2))))

const days = packed('Mon Tue Wed Thu Fri Sat Sun')
const months = packed('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec')

/** Whether the three letters at `at` are a day or month of a date: `Mar 5`, `Sun Jul 10`, `Thu, 10`. */
export const isCalendarWord = (text: string, at: number): boolean => {
  const word = pack(text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2))
  const isDay = days.has(word)
  if (!isDay && !months.has(word)) return false
  let next = at + 3
  if (text.charCodeAt(next) === 44) next++
  if (text.charCodeAt(next) !== 32) return false
  while (text.charCodeAt(next) === 32) next++
  const code = text.charCodeAt(next)
  if (code >= 48 && code <= 57) return true
  return isDay && months.has(pack(code, text.charCodeAt(next + 1), text.charCodeAt(next + 2)))
}

/** Whether a word is a unit of size or, abbreviated, of time: `B`, `kB`, `MiB`, `ms`, `sec`. Behind a number it belongs to the value. */
export const isUnit = (text: string, from: number, to: number): boolean => {
  const length = to - from
  if (length > 4) return false
  if (text.charCodeAt(to - 1) === 66 && length < 4) {
    return length === 1 || ((length === 2 || text.charAt(from + 1) === 'i') && 'kKMGTP'.includes(text.charAt(from)))
  }
  return times.has(text.slice(from, to))
}

const times = new Set(['ns', 'us', 'ms', 's', 'sec', 'secs', 'min', 'mins'])

/** Words that are the values of a type: of truth, and of what is not there. */
const constants = new Set(['true', 'false', 'null', 'True', 'False', 'TRUE', 'FALSE', 'NULL', 'None', 'nil', 'NaN'])

export const isConstantWord = (text: string, from: number, to: number): boolean => {
  const length = to - from
  return length >= 3 && length <= 5 && 'tfnTFN'.includes(text.charAt(from)) && constants.has(text.slice(from, to))
}

/** Whether an HTTP request begins at `at`, as access logs quote it: its method tells more than its path. */
export const isRequest = (text: string, at: number): boolean => {
  let end = at
  while (text.charCodeAt(end) >= 65 && text.charCodeAt(end) <= 90) end++
  if (end - at < 3 || end - at > 7 || text.charCodeAt(end) !== 32) return false
  const next = text.charCodeAt(end + 1)
  return next === 47 || text.startsWith('http', end + 1)
}

/** Whether the word with its first colon at `colon` is a name in a scope, `Driver43::start`, and no IPv6 address. */
export const isScopedName = (text: string, colon: number, end: number): boolean => {
  if (text.charCodeAt(colon + 1) !== 58) return false
  const first = text.charCodeAt(colon + 2) | 32
  if (first < 97 || first > 122) return false
  for (let at = colon + 2; at < end; at++) {
    const code = text.charCodeAt(at) | 32
    if (code > 102 && code <= 122) return true
  }
  return false
}

/** Whether a word of eight letters or more is hexadecimal by its letters alone, as every two thousandth such number is. */
export const isHexWord = (text: string, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at) | 32
    if (code < 97 || code > 102) return false
  }
  return true
}
