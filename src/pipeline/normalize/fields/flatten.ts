import type { FieldValue } from '../../../schema/event.ts'
import { longestValue } from '../draft.ts'

const mostFields = 300
const deepest = 10
const longestList = 100

/** Whether a JSON value is an object. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Flattens an object to dotted names: at most 300 names, ten levels deep. Deeper values and lists of objects stay JSON text. Skips null
 * and empty objects. Linear.
 */
export const flatten = (object: Readonly<Record<string, unknown>>): [string, FieldValue][] => {
  const result: [string, FieldValue][] = []
  walk(object, '', 1, result)
  return result
}

const walk = (
  object: Readonly<Record<string, unknown>>,
  prefix: string,
  depth: number,
  result: [string, FieldValue][],
): void => {
  for (const key in object) {
    if (result.length >= mostFields) return
    const value = object[key]
    const name = prefix === '' ? key : nestedName(prefix, key)
    if (isObject(value) && depth < deepest) walk(value, name, depth + 1, result)
    else {
      const field = toFieldValue(value)
      if (field !== undefined && name.length <= 512) result.push([name, field])
    }
  }
}

const mostPrefixes = 500
const mostNames = 500
const nestedNames = new Map<string, Map<string, string>>()

/** Joins a prefix and a key. Events share the names that recur, which are looked up faster than equal ones. */
const nestedName = (prefix: string, key: string): string => {
  let names = nestedNames.get(prefix)
  if (names === undefined) {
    if (nestedNames.size >= mostPrefixes) nestedNames.clear()
    names = new Map()
    nestedNames.set(prefix, names)
  }
  const known = names.get(key)
  if (known !== undefined) return known
  const name = `${prefix}.${key}`
  if (names.size >= mostNames) names.clear()
  names.set(key, name)
  return name
}

/** Converts a JSON value to a field value. */
export const toFieldValue = (value: unknown): FieldValue | undefined => {
  switch (typeof value) {
    case 'string':
      return value.length > longestValue ? value.slice(0, longestValue) : value
    case 'number':
    case 'boolean':
      return value
  }
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) {
    const plain = value.slice(0, longestList).filter(isPlain)
    if (plain.length === Math.min(value.length, longestList)) {
      return plain.map((item) => (typeof item === 'string' ? item.slice(0, 1024) : item))
    }
  }
  return JSON.stringify(value).slice(0, longestValue)
}

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
