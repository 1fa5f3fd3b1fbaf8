/**
 * Splits a text into the JSON values that follow each other, with or without anything between them. The rest after the last complete value
 * is one more, invalid text.
 */
export const splitValues = (text: string): readonly string[] => {
  const values: string[] = []
  let start = -1
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (start < 0) {
      if (code <= space) continue
      start = at
    }
    if (quoted) {
      if (code === backslash) at += 1
      else if (code === quote) quoted = false
    } else if (code === quote) quoted = true
    else if (code === openBrace || code === openBracket) depth += 1
    else if ((code === closeBrace || code === closeBracket) && --depth <= 0) {
      values.push(text.slice(start, at + 1))
      start = -1
      depth = 0
    }
  }
  if (start >= 0) values.push(text.slice(start))
  return values
}

const [space, quote, backslash] = [0x20, 0x22, 0x5c]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
