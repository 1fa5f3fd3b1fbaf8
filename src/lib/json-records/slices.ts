/** The start and the end of a value in a JSON text. */
export interface Slice {
  readonly start: number
  readonly end: number
}

/** A member of an object: its name, and where its value is. */
export interface Member extends Slice {
  readonly name: string
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d]
const [colon, comma] = [0x3a, 0x2c]

export const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9

export const skipSpace = (text: string, at: number): number => {
  let i = at
  while (isSpace(text.charCodeAt(i))) i++
  return i
}

/** Returns the position after the string that begins at `at`; -1 if it does not end. */
const endOfString = (text: string, at: number): number => {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return end + 1
  }
  return -1
}

/**
 * Returns the position after the value that begins at `at`; -1 if it does not end. It follows strings and brackets and checks nothing else,
 * so one malformed value does not hide its neighbours. Linear.
 */
export const endOfValue = (text: string, at: number): number => {
  const first = text.charCodeAt(at)
  if (first === quote) return endOfString(text, at)
  if (first !== openBrace && first !== openBracket) {
    let i = at
    while (i < text.length && !isDelimiter(text.charCodeAt(i))) i++
    return i > at ? i : -1
  }
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) {
      const end = endOfString(text, i)
      if (end < 0) return -1
      i = end - 1
    } else if (code === openBrace || code === openBracket) depth++
    else if ((code === closeBrace || code === closeBracket) && --depth === 0) return i + 1
  }
  return -1
}

const isDelimiter = (code: number): boolean =>
  code === comma || code === closeBrace || code === closeBracket || code === colon || isSpace(code)

/** Lists the readable members of the object that begins at `at`. */
export const membersOf = (text: string, at: number): readonly Member[] => {
  const members: Member[] = []
  let i = skipSpace(text, at + 1)
  while (text.charCodeAt(i) === quote) {
    const nameEnd = endOfString(text, i)
    if (nameEnd < 0) break
    const name = text.slice(i + 1, nameEnd - 1)
    const after = skipSpace(text, nameEnd)
    if (text.charCodeAt(after) !== colon) break
    const start = skipSpace(text, after + 1)
    const end = endOfValue(text, start)
    if (end < 0) break
    members.push({ name, start, end })
    const next = skipSpace(text, end)
    if (text.charCodeAt(next) !== comma) break
    i = skipSpace(text, next + 1)
  }
  return members
}

/** Lists the readable items of the list that begins at `at`. */
export const itemsOf = (text: string, at: number): readonly Slice[] => {
  const items: Slice[] = []
  let i = skipSpace(text, at + 1)
  // A document that was cut behind an item may continue with the comma.
  if (text.charCodeAt(i) === comma) i = skipSpace(text, i + 1)
  while (i < text.length && text.charCodeAt(i) !== closeBracket) {
    const end = endOfValue(text, i)
    if (end < 0) break
    items.push({ start: i, end })
    const next = skipSpace(text, end)
    if (text.charCodeAt(next) !== comma) break
    i = skipSpace(text, next + 1)
  }
  return items
}

/** Writes a value of several lines as one line. Strings and numbers keep their spelling. */
export const compact = (text: string): string => {
  if (!text.includes('\n')) return text
  const parts: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) {
      const end = endOfString(text, i)
      if (end < 0) break
      i = end - 1
    } else if (isSpace(code)) {
      parts.push(text.slice(start, i))
      i = skipSpace(text, i) - 1
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts.join('')
}

export const isObjectAt = (text: string, at: number): boolean => text.charCodeAt(at) === openBrace
export const isListAt = (text: string, at: number): boolean => text.charCodeAt(at) === openBracket
export const isStringAt = (text: string, at: number): boolean => text.charCodeAt(at) === quote

/** Reads the string at a slice; undefined when it is none, or broken. */
export const stringAt = (text: string, { start, end }: Slice): string | undefined => {
  if (!isStringAt(text, start)) return undefined
  try {
    const value: unknown = JSON.parse(text.slice(start, end))
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
