/** Removes control characters, line separators and bidirectional marks, which could control a terminal or hide text. */
export const toPlainLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')

/** Cuts a text to at most `most` UTF-16 code units and marks the cut, without splitting a character. */
export const cutText = (text: string, most: number): string => {
  if (text.length <= most) return text
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
