import type { Piece } from './wildcard.ts'

/** One end of a range. */
export interface Bound {
  readonly value: string
  /** Whether the value itself belongs to the range. */
  readonly inclusive: boolean
}

/** The condition on a field's value. */
export type FieldTest =
  | { readonly type: 'exists' }
  | { readonly type: 'equals'; readonly value: string }
  | { readonly type: 'wildcard'; readonly pieces: readonly Piece[] }
  | { readonly type: 'network'; readonly value: string }
  | { readonly type: 'range'; readonly from?: Bound | undefined; readonly to?: Bound | undefined }

/** A filter, parsed. */
export type FilterExpression =
  | { readonly type: 'all' }
  | { readonly type: 'text'; readonly pieces: readonly Piece[] }
  | { readonly type: 'field'; readonly field: string; readonly test: FieldTest }
  | { readonly type: 'not'; readonly part: FilterExpression }
  | { readonly type: 'and' | 'or'; readonly parts: readonly FilterExpression[] }

/** Writes an expression as a filter that parses to the same expression. */
export const printExpression = (expression: FilterExpression): string => {
  switch (expression.type) {
    case 'all':
      return '*'
    case 'text':
      return printPieces(expression.pieces)
    case 'field':
      return `${expression.field}:${printTest(expression.test)}`
    case 'not':
      return `NOT ${printPart(expression.part)}`
    case 'and':
      return expression.parts.map(printPart).join(' AND ')
    case 'or':
      return expression.parts.map(printPart).join(' OR ')
  }
}

const printPart = (part: FilterExpression): string =>
  part.type === 'and' || part.type === 'or' ? `(${printExpression(part)})` : printExpression(part)

const printTest = (test: FieldTest): string => {
  switch (test.type) {
    case 'exists':
      return '*'
    case 'equals':
      return quoteFilterText(test.value)
    case 'wildcard':
      return printPieces(test.pieces)
    case 'network':
      return test.value
    case 'range':
      return printRange(test.from, test.to)
  }
}

const printRange = (from: Bound | undefined, to: Bound | undefined): string => {
  if (from && !to) return `${from.inclusive ? '>=' : '>'}${quoteFilterText(from.value)}`
  if (to && !from) return `${to.inclusive ? '<=' : '<'}${quoteFilterText(to.value)}`
  const bound = (side: Bound | undefined): string => (side ? quoteFilterText(side.value) : '*')
  return `${from?.inclusive === false ? '{' : '['}${bound(from)} TO ${bound(to)}${to?.inclusive === false ? '}' : ']'}`
}

const printPieces = (pieces: readonly Piece[]): string => {
  const wild = pieces.some((piece) => typeof piece !== 'string')
  if (!wild) return quoteFilterText(pieces.join(''))
  return pieces.map((piece) => (typeof piece === 'string' ? escapeWord(piece) : piece.wild)).join('')
}

/** Quotes a text so that a filter takes it literally. */
export const quoteFilterText = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

const escapeWord = (text: string): string => text.replace(/[\s\\*?"():![\]{}<>&|-]/g, '\\$&')
