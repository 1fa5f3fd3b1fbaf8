import { mostRecords, tooMany } from './body-limits.ts'

/**
 * Splits a text into the JSON values that follow each other, with or without anything between them. The rest after the last complete value
 * is one more, invalid text. Throws TOO_LARGE.
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
      if (values.length >= mostRecords) throw tooMany('records', mostRecords)
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

/** Yields the lines of a text, one at a time: a list of them may take much more memory than the text. */
export function* eachBodyLine(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start)
    yield text.slice(start, end < 0 ? text.length : end).trim()
    if (end < 0) return
    start = end + 1
  }
}

/** Returns the lines of a body that are not blank. Throws TOO_LARGE. */
export const linesIn = (body: Buffer): readonly string[] => {
  const lines: string[] = []
  for (const line of eachBodyLine(body.toString('utf8'))) {
    if (line === '') continue
    if (lines.length >= mostRecords) throw tooMany('records', mostRecords)
    lines.push(line)
  }
  return lines
}
