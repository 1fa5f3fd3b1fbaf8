import { isObject } from '../../../lib/json/json-value.ts'
import { nestedName } from '../../../lib/json/nested-names.ts'
import type { FieldValue } from '../../../schema/event/event.ts'
import { longestValue } from '../draft.ts'
import { addEntry, type Columns } from './columns.ts'

const mostFields = 300
const deepest = 10
const longestList = 100

/**
 * Flattens an object to dotted names: at most 300 names, ten levels deep. Deeper values stay JSON text. Skips null and empty
 * objects. Linear.
 */
export const flatten = (object: Readonly<Record<string, unknown>>): Columns => {
  const result: Columns = { names: [], values: [] }
  walk(object, '', 1, result)
  return result
}

const walk = (object: Readonly<Record<string, unknown>>, prefix: string, depth: number, result: Columns): void => {
  for (const key in object) {
    if (result.names.length >= mostFields) return
    const value = object[key]
    const name = prefix === '' ? key : nestedName(prefix, key)
    if (isObject(value) && depth < deepest) walk(value, name, depth + 1, result)
    else if (Array.isArray(value) && depth < deepest && isObject(value[0])) walkList(value, name, depth, result)
    else {
      const field = toFieldValue(value)
      if (field !== undefined && name.length <= 512) addEntry(result, name, field)
    }
  }
}

/**
 * Keeps a list of objects as JSON text, and also flattens a list with one object like that object, and a list of names and values to
 * these names.
 */
const walkList = (list: readonly unknown[], name: string, depth: number, result: Columns): void => {
  const [only] = list
  if (name.length > 512) return
  addEntry(result, name, JSON.stringify(list).slice(0, longestValue))
  const values = list.length <= mostValues ? list.map(namedValue) : []
  if (values.every((value) => value !== undefined)) {
    for (const [key, value] of values) {
      const field = toFieldValue(value)
      if (field !== undefined && result.names.length < mostFields) addEntry(result, nestedName(name, key), field)
    }
  } else if (list.length === 1 && isObject(only)) walk(only, name, depth + 1, result)
}

const mostValues = 64

/** Reads `{"name": …, "value": …}`, with any case, and other names of the value such as `intValue`. */
const namedValue = (item: unknown): readonly [string, unknown] | undefined => {
  if (!isObject(item)) return undefined
  let name: unknown
  let value: unknown
  let others = 0
  for (const key in item) {
    if (/^(?:name|key)$/i.test(key)) name = item[key]
    else if (/value$/i.test(key)) value = item[key]
    else others++
  }
  return others === 0 && typeof name === 'string' && /^[\w .-]{1,64}$/.test(name) && value !== undefined
    ? [name, value]
    : undefined
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
