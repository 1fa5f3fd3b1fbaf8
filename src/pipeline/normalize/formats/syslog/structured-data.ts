/** Parameters in order: element, name, value. */
export interface StructuredData {
  readonly ids: readonly string[]
  readonly triples: readonly (readonly [id: string, name: string, value: string])[]
  readonly end: number
}

/** Parses RFC 5424's STRUCTURED-DATA strictly. Returns a text with the reason if it is invalid. Linear. */
export const readStructuredData = (text: string, at: number): StructuredData | string => {
  if (text.charCodeAt(at) === 45) return { ids: [], triples: [], end: at + 1 }
  if (text.charCodeAt(at) !== 91) return 'the structured data is neither "-" nor starts with "["'
  const ids: string[] = []
  const triples: [string, string, string][] = []
  let i = at
  while (text.charCodeAt(i) === 91) {
    const idEnd = nameEnd(text, i + 1)
    if (idEnd === i + 1) return 'a structured data element has no name'
    if (idEnd - i - 1 > 32) return 'the name of a structured data element is longer than 32 characters'
    const id = text.slice(i + 1, idEnd)
    if (ids.includes(id)) return `the structured data element "${id}" appears twice`
    ids.push(id)
    i = idEnd
    while (text.charCodeAt(i) === 32) {
      const start = i + 1
      const end = nameEnd(text, start)
      if (end === start || end - start > 32)
        return `a parameter of "${id}" has no name, or one longer than 32 characters`
      if (text.charCodeAt(end) !== 61 || text.charCodeAt(end + 1) !== 34)
        return `a parameter of "${id}" has no quoted value`
      const close = valueEnd(text, end + 2)
      if (close < 0) return `a value of "${id}" has no end, or contains an unescaped "]" or "\\"`
      triples.push([id, text.slice(start, end), withoutBackslashes(text, end + 2, close)])
      i = close + 1
    }
    if (text.charCodeAt(i) !== 93) return `the structured data element "${id}" does not end`
    i++
  }
  return { ids, triples, end: i }
}

/** Returns the end of a name (printable ASCII except `=`, space, `]`, `"`). */
const nameEnd = (text: string, at: number): number => {
  let i = at
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 33 || code > 126 || code === 61 || code === 93 || code === 34) break
  }
  return i
}

/** Returns the end of a value; −1 if there is none, or if a character is not escaped. */
const valueEnd = (text: string, at: number): number => {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) return i
    if (code === 93) return -1
    if (code !== 92) continue
    const next = text.charCodeAt(++i)
    if (next !== 34 && next !== 92 && next !== 93) return -1
  }
  return -1
}

const withoutBackslashes = (text: string, start: number, end: number): string => {
  const value = text.slice(start, end)
  return value.includes('\\') ? value.replace(/\\(["\\\]])/g, '$1') : value
}
