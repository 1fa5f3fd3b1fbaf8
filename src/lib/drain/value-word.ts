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

/** Whether a word of up to three letters is a unit of size: `B`, `kB`, `MiB`. Behind a number it belongs to the value. */
export const isSizeUnit = (text: string, from: number, to: number): boolean => {
  if (text.charCodeAt(to - 1) !== 66) return false
  if (to - from === 1) return true
  if (to - from === 3 && text.charCodeAt(from + 1) !== 105) return false
  return 'kKMGTP'.includes(text.charAt(from))
}
