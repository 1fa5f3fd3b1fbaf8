import { GraphQLScalarType } from 'graphql'

/** Counts outgrow the 32 bits of `Int`. */
export const safeInt = new GraphQLScalarType<number>({
  name: 'SafeInt',
  description: 'A whole number that JSON holds exactly: up to 2^53 − 1.',
  coerceOutputValue: wholeNumber,
  coerceInputValue: wholeNumber,
})

export const dateTime = new GraphQLScalarType<unknown>({
  name: 'DateTime',
  description: 'A time in UTC: 2026-01-15T10:00:00.000Z.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
})

export const json = new GraphQLScalarType<unknown>({
  name: 'JSON',
  description: 'Any JSON: an object whose names are not known before, or a value of several kinds.',
})

function wholeNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new TypeError(`${JSON.stringify(value)?.slice(0, 40)} is no whole number.`)
}
