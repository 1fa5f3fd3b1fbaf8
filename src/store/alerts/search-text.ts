const spaces = /\s+/u
const space = /\s/u

/**
 * Lists the words of all texts, numbers and booleans in a document, lower-case, each once: long lists of log lines repeat the same
 * words. A fragment of any value consists of these words or parts of them, so a document that lacks one cannot match.
 *
 * @param before words that come first, as this function returned them
 */
export const searchText = (document: unknown, before = ''): string => {
  const words = new Set(before === '' ? [] : before.split(' '))
  collect(document, words, new Set())
  return [...words].join(' ')
}

/** Splits a lower-case fragment into the words that `searchText` must contain for a match. */
export const wordsOf = (piece: string): readonly string[] => piece.split(spaces).filter((word) => word !== '')

const collect = (value: unknown, words: Set<string>, seen: Set<string>): void => {
  if (value === null || value === undefined) return
  if (typeof value === 'object') {
    for (const part of Object.values(value)) collect(part, words, seen)
    return
  }
  const text = String(value)
  // Most values are one word, such as an ID: caching them would evict the lines.
  if (!space.test(text)) {
    if (text !== '') words.add(text.toLowerCase())
    return
  }
  // Lines of one alert repeat the same values.
  if (seen.has(text)) return
  seen.add(text)
  for (const word of splitText(text)) words.add(word)
}

const mostRemembered = 8_192
let remembered = new Map<string, readonly string[]>()

/** Remembers the words of the last texts: an alert is saved several times, and grows around the same lines. */
const splitText = (text: string): readonly string[] => {
  const known = remembered.get(text)
  if (known) return known
  const words = wordsOf(text.toLowerCase())
  if (remembered.size >= mostRemembered) remembered = new Map()
  remembered.set(text, words)
  return words
}
