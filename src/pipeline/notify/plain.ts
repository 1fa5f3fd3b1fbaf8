/** Removes control characters, line separators and bidirectional marks, which could control a terminal or hide text. */
export const toPlainLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
