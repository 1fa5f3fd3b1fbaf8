import { type Scanner, wildcard } from './mask.ts'
import { type ParameterType, typeOf } from './parameter-type.ts'

/** The value of one wildcard in a line. */
export interface Parameter {
  readonly value: string
  /** Where it stands in the line. */
  readonly start: number
  readonly type: ParameterType
}

/**
 * Reads the values of a template's wildcards out of a line that the scanner has just read, in order; undefined when the line is not
 * of the template. A list counts as one value.
 */
export const readParameters = (parts: readonly string[], text: string, scanner: Scanner): Parameter[] | undefined => {
  if (parts.length !== scanner.count) return undefined
  const parameters: Parameter[] = []
  const note = (start: number, end: number): void => {
    parameters.push({ value: text.slice(start, end), start, type: typeOf(text, start, end) })
  }
  for (let token = 0; token < parts.length; token++) {
    const part = parts[token] ?? ''
    const from = scanner.starts[token] ?? 0
    if (part === wildcard) note(from, scanner.folds[token] ?? 0)
    else if (part.includes(wildcard)) {
      if (!readWithin(part, text, from, scanner.folds[token] ?? 0, note)) return undefined
    } else if (part.length !== (scanner.ends[token] ?? 0) - from || !text.startsWith(part, from)) return undefined
  }
  return parameters
}

/** Matches `user=<*>,` with a token: each constant is looked for after the one before, the last at the end. */
const readWithin = (
  part: string,
  text: string,
  start: number,
  stop: number,
  note: (start: number, end: number) => void,
): boolean => {
  let mark = part.indexOf(wildcard)
  const last = part.length - part.lastIndexOf(wildcard) - wildcard.length
  const end = stop - last
  if (end < start + mark || !text.startsWith(part.slice(0, mark), start)) return false
  if (!text.startsWith(part.slice(part.length - last), end)) return false
  let at = start + mark
  for (;;) {
    const next = part.indexOf(wildcard, mark + wildcard.length)
    if (next < 0) break
    const constant = part.slice(mark + wildcard.length, next)
    // A value is at least one character, so the next constant starts after it.
    const found = text.indexOf(constant, at + 1)
    if (found < 0 || found + constant.length > end) return false
    note(at, found)
    at = found + constant.length
    mark = next
  }
  note(at, end)
  return true
}
