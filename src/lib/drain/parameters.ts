import { type Scanner, wildcard } from './mask.ts'

/** Reads the values of a template's wildcards out of a line, in order; empty when the line is not of the template. */
export const readParameters = (template: string, text: string, scanner: Scanner): string[] => {
  const parts = template === '' ? [] : template.split(' ')
  scanner.scan(text)
  if (parts.length !== scanner.count) return []
  const values: string[] = []
  for (const [token, part] of parts.entries()) {
    const from = scanner.starts[token] ?? 0
    if (part === wildcard) values.push(text.slice(from, scanner.folds[token]))
    else if (part.includes(wildcard)) {
      const found = readWithin(part, text.slice(from, scanner.folds[token]))
      if (!found) return []
      values.push(...found)
    } else if (text.slice(from, scanner.ends[token]) !== part) return []
  }
  return values
}

/** Matches `user=<*>,` with a token: each constant is looked for after the one before, the last at the end. */
const readWithin = (part: string, token: string): string[] | undefined => {
  const constants = part.split(wildcard)
  const first = constants[0] ?? ''
  const last = constants.at(-1) ?? ''
  const end = token.length - last.length
  if (end < first.length || !token.startsWith(first) || !token.endsWith(last)) return undefined
  const values: string[] = []
  let at = first.length
  for (const constant of constants.slice(1, -1)) {
    // A value is at least one character, so the next constant starts after it.
    const found = token.indexOf(constant, at + 1)
    if (found < 0 || found + constant.length > end) return undefined
    values.push(token.slice(at, found))
    at = found + constant.length
  }
  values.push(token.slice(at, end))
  return values
}
