/** Maximum number of pairs per text. */
const mostPairs = 300

/**
 * Parses the `key=value` and `key:"value"` pairs of a text: plain values end at a space (or `separator`), quoted ones at their quote, with backslashes
 * removed. Counts other words, but drops them. Linear.
 */
export const readPairs = (text: string, at = 0, separator = 32): { pairs: [string, string][]; others: number } => {
  const pairs: [string, string][] = []
  let others = 0
  // F5 BIG-IP writes a label before the first pair: ASM:unit_hostname="bigip1",…
  let i = at + (label.exec(text.slice(at, at + 64))?.[0].length ?? 0)
  while (i < text.length && pairs.length < mostPairs) {
    let code = text.charCodeAt(i)
    while (
      code === separator ||
      code === 32 ||
      code === 10 ||
      code === 13 ||
      (separator === 32 && (code === 44 || code === 59 || code === 91 || code === 123 || code === 40))
    ) {
      code = text.charCodeAt(++i)
    }
    if (i >= text.length) break
    const start = i
    while (i < text.length && isKey(text.charCodeAt(i))) i++
    // Check Point: action:"Accept"; ike::"Main Mode"
    const key = text.slice(start, i)
    if (i > start && text.charCodeAt(i) === 58) {
      const quote = text.charCodeAt(i + 1) === 58 ? i + 2 : i + 1
      if (text.charCodeAt(quote) === 34) i = quote - 1
    }
    if (i === start || (text.charCodeAt(i) !== 61 && !(text.charCodeAt(i) === 58 && text.charCodeAt(i + 1) === 34))) {
      others++
      i = skipWord(text, i, separator)
      continue
    }
    i++
    const quote = text.charCodeAt(i)
    if (quote === 34 || quote === 39) {
      const end = quotedEnd(text, i)
      if (end > 0) {
        pairs.push([key, unquote(text, i + 1, end)])
        i = end + 1
        continue
      }
    }
    const valueStart = i
    while (i < text.length && !isEnd(text.charCodeAt(i), separator)) i++
    if (isDateBeforeClock(text, valueStart, i)) i += ' hh:mm:ss'.length
    // A comma between pairs belongs to neither.
    const value = text.slice(valueStart, i)
    pairs.push([key, separator === 32 && (value.endsWith(',') || value.endsWith(';')) ? value.slice(0, -1) : value])
  }
  return { pairs, others }
}

const label = /^[A-Z]{2,12}:(?=[a-z][a-z_]{1,40}=")/

/** Whether a value is a date with the time of day after it: `time=2026-03-03 09:00:00`. */
const isDateBeforeClock = (text: string, start: number, end: number): boolean =>
  end - start === 10 &&
  text.charCodeAt(start + 4) === 45 &&
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= |$)/.test(text.slice(start, end + 10))

/** Returns the closing quote, which has an even number of backslashes before it; −1 if there is none. */
export const quotedEnd = (text: string, open: number): number => {
  const quote = text.charAt(open)
  let end = text.indexOf(quote, open + 1)
  while (end >= 0 && isEscaped(text, open, end)) end = text.indexOf(quote, end + 1)
  return end
}

const isEscaped = (text: string, open: number, at: number): boolean => {
  let first = at
  while (first > open + 1 && text.charCodeAt(first - 1) === 92) first--
  return (at - first) % 2 === 1
}

/** Removes backslashes before quotes and backslashes. */
export const unquote = (text: string, start: number, end: number): string => {
  const inner = text.slice(start, end)
  return inner.includes('\\') ? inner.replace(/\\(["'\\])/g, '$1') : inner
}

/** Returns the word after a marker (`rhost=`, ` from `), up to a space, comma or semicolon; undefined if it is missing or empty. */
export const wordAfter = (text: string, marker: string, from = 0): string | undefined => {
  const at = text.indexOf(marker, from)
  if (at < 0) return undefined
  const word = wordAt(text, at + marker.length)
  return word === '' ? undefined : word
}

/** Returns the word at a position, up to a space, comma or semicolon. */
export const wordAt = (text: string, at: number): string => {
  let end = at
  while (end < text.length) {
    const code = text.charCodeAt(end)
    if (code === 32 || code === 44 || code === 59 || code === 9 || code === 10) break
    end++
  }
  return text.slice(at, end)
}

const skipWord = (text: string, at: number, separator: number): number => {
  let i = at
  if (text.charCodeAt(i) === 34) {
    const end = quotedEnd(text, i)
    if (end > 0) return end + 1
  }
  while (i < text.length && !isEnd(text.charCodeAt(i), separator)) i++
  return i === at ? at + 1 : i
}

const isEnd = (code: number, separator: number): boolean => code === separator || code === 10 || code === 13

const isKey = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  code === 46 ||
  code === 45 ||
  code === 64 ||
  code === 47
