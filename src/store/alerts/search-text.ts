const spaces = /\s+/u

/**
 * Lists the words of all texts, numbers and truths within a document, lower-case, each once: long lists of log lines repeat the same
 * words. A piece of text that some value contains is made of words, or parts of words, that stand here; so what lacks one has no match.
 */
export const searchText = (document: unknown): string => {
  const words = new Set<string>()
  collect(document, words)
  return [...words].join(' ')
}

/** Cuts a lower-case piece of text into what `searchText` must contain for a match to be possible. */
export const wordsOf = (piece: string): readonly string[] => piece.split(spaces).filter((word) => word !== '')

const collect = (value: unknown, words: Set<string>): void => {
  if (value === null || value === undefined) return
  if (typeof value === 'object') {
    for (const part of Object.values(value)) collect(part, words)
    return
  }
  for (const word of wordsOf(String(value).toLowerCase())) words.add(word)
}
