import { parseAddress, parseRange } from '../address/address.ts'
import type { Bound, FieldTest } from './expression.ts'
import { quoteFilterText } from './expression.ts'
import { FilterSyntaxError } from './syntax-error.ts'
import type { Piece } from './wildcard.ts'
import { readQuoted, readWord } from './word.ts'

/** Longer patterns would make a search slow without being useful. */
const longestPattern = 256

const comparison = /[<>]=?/y
/** Text that looks like a network, valid or not. */
const networkLike = /^(?:\d{1,3}(?:\.\d{1,3}){1,3}|(?=[^/]*:[^/]*:)[0-9a-f:.]+)\/\d{1,3}$/i

interface Read {
  readonly test: FieldTest
  readonly end: number
}

/** Parses the text after `field:` and returns the test of the values. */
export const readTest = (text: string, at: number, field: string): Read => {
  const first = text.charAt(at)
  if (first === '[' || first === '{') return readRange(text, at, field)
  comparison.lastIndex = at
  const sign = comparison.exec(text)?.[0]
  if (sign !== undefined) return readComparison(text, at, field, sign)
  if (first === '"') {
    const { value, end } = requirePhrase(text, at)
    return { test: { type: 'equals', value }, end }
  }
  const { pieces, end } = readWord(text, at)
  return { test: toTest(pieces, at, field), end }
}

const toTest = (pieces: readonly Piece[], at: number, field: string): FieldTest => {
  if (pieces.some((piece) => typeof piece !== 'string')) {
    refuseLongPattern(pieces, at)
    const everything = pieces.every((piece) => typeof piece !== 'string' && piece.wild === '*')
    return everything ? { type: 'exists' } : { type: 'wildcard', pieces }
  }
  const value = pieces.join('')
  if (networkLike.test(value)) {
    if (parseRange(value)) return { type: 'network', value }
    throw new FilterSyntaxError(
      `"${value}" is not a network.`,
      at,
      `${field}:${nearestNetwork(value)}, or ${field}:${quoteFilterText(value)} for exactly this text`,
    )
  }
  return value.includes(':') && parseAddress(value) ? { type: 'network', value } : { type: 'equals', value }
}

/** Refuses a word with wildcards that is too long. */
export const refuseLongPattern = (pieces: readonly Piece[], at: number): void => {
  const length = pieces.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece.length : 1), 0)
  if (length <= longestPattern || pieces.every((piece) => typeof piece === 'string')) return
  const message = `A word with wildcards may have ${longestPattern} characters; this one has ${length}.`
  throw new FilterSyntaxError(message, at, 'Put the text in quotation marks, or cut the pattern short.')
}

const nearestNetwork = (value: string): string => {
  const [address = '', prefix = ''] = value.split('/')
  if (address.includes(':'))
    return parseAddress(address) ? `${address}/${Math.min(128, Number(prefix))}` : '2001:db8::/32'
  const octets = [...address.split('.'), '0', '0', '0'].slice(0, 4).map((octet) => Math.min(255, Number(octet)))
  return `${octets.join('.')}/${Math.min(32, Number(prefix))}`
}

const readComparison = (text: string, at: number, field: string, sign: string): Read => {
  const start = at + sign.length
  const { value, end } = readLiteral(text, start)
  if (value === '' && text.charAt(start) !== '"') {
    throw new FilterSyntaxError(`Nothing follows "${field}:${sign}".`, at, `${field}:${sign}80`)
  }
  const bound: Bound = { value, inclusive: sign.endsWith('=') }
  return { test: sign.startsWith('>') ? { type: 'range', from: bound } : { type: 'range', to: bound }, end }
}

const readLiteral = (text: string, at: number): { readonly value: string; readonly end: number } => {
  if (text.charAt(at) === '"') return requirePhrase(text, at)
  const { pieces, end } = readWord(text, at)
  return { value: pieces.map((piece) => (typeof piece === 'string' ? piece : piece.wild)).join(''), end }
}

/** `"…"` or a run without spaces, the word TO, another, and the closing bracket. */
const range = /[[{]\s*("(?:[^"\\]|\\.)*"|[^\s"\]}]+)\s+TO\s+("(?:[^"\\]|\\.)*"|[^\s"\]}]+)\s*([\]}])/sy

const readRange = (text: string, at: number, field: string): Read => {
  range.lastIndex = at
  const match = range.exec(text)
  if (!match) {
    throw new FilterSyntaxError(
      'This range is not complete.',
      at,
      `${field}:[1 TO 5], or ${field}:"${text.charAt(at)}…" when the value begins with a bracket`,
    )
  }
  const [whole, low = '', high = '', closing = ''] = match
  const from = toBound(low, text.charAt(at) === '[')
  const to = toBound(high, closing === ']')
  if (from && to && Number(from.value) > Number(to.value)) {
    throw new FilterSyntaxError('This range ends before it begins.', at, `${field}:[${to.value} TO ${from.value}]`)
  }
  return { test: from || to ? { type: 'range', from, to } : { type: 'exists' }, end: at + whole.length }
}

const toBound = (text: string, inclusive: boolean): Bound | undefined => {
  if (text === '*') return undefined
  return { value: text.startsWith('"') ? (readQuoted(text, 0)?.value ?? '') : text, inclusive }
}

const requirePhrase = (text: string, at: number): { readonly value: string; readonly end: number } => {
  const phrase = readQuoted(text, at)
  if (phrase) return phrase
  throw new FilterSyntaxError('This quotation mark is never closed.', at, `${text.trimEnd()}"`)
}
