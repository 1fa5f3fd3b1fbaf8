const spaces = /\s+/u

/**
 * Lists the words of all texts, numbers and booleans in a document, lower-case, each once: long lists of log lines repeat the same
 * words. A fragment of any value consists of these words or parts of them, so a document that lacks one cannot match.
 */
export const searchText = (document: unknown): string => {
  const words = new Set<string>()
  collect(document, words)
  return [...words].join(' ')
}

/** Splits a lower-case fragment into the words that `searchText` must contain for a match. */
export const wordsOf = (piece: string): readonly string[] => piece.split(spaces).filter((word) => word !== '')

const collect = (value: unknown, words: Set<string>): void => {
  if (value === null || value === undefined) return
  if (typeof value === 'object') {
    for (const part of Object.values(value)) collect(part, words)
    return
  }
  for (const word of wordsOf(String(value).toLowerCase())) words.add(word)
}
