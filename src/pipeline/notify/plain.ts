/** Removes control characters, line separators and bidirectional marks, which could control a terminal or hide text. */
export const toPlainLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')

/** Renders values as JSON that people can read, one below the other. */
export const indentAll = (values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value, null, 2)).join('\n')

/** Cuts a text to at most `most` UTF-16 code units and marks the cut, without splitting a character. */
export const cutText = (text: string, most: number): string => {
  if (text.length <= most) return text
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
