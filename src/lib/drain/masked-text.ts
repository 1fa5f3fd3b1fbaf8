import { wildcard } from './mask.ts'
import type { Scanner } from './scanner.ts'

/** The whole line last scanned, its values masked, one space between tokens. */
export const maskedText = (line: Scanner, text: string): string => {
  const tokens: string[] = []
  for (let token = 0; token < line.count; token++) tokens.push(tokenText(line, text, token))
  return tokens.join(' ')
}

const tokenText = (
  { starts, ends, firstSpans, spanStarts, spanEnds }: Scanner,
  text: string,
  token: number,
): string => {
  let from = starts[token] ?? 0
  let result = ''
  for (let span = firstSpans[token] ?? 0; span < (firstSpans[token + 1] ?? 0); span++) {
    result += text.slice(from, spanStarts[span]) + wildcard
    from = spanEnds[span] ?? 0
  }
  return result + text.slice(from, ends[token])
}
