/** Takes out what could drive a terminal or hide text: control characters, line separators and marks that turn the direction of writing. */
export const plain = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
