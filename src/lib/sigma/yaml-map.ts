import { Refusal } from './refusal.ts'

/** A YAML mapping, as it was written. */
export type YamlMap = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads an optional text; refuses anything else. Numbers are texts that somebody did not quote. */
export const optionalText = (map: YamlMap, key: string, path: readonly string[] = []): string | undefined => {
  const value = own(map, key)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new Refusal('not-text', `"${key}" is not a text.`, [...path, key])
}

/** Reads an optional text or list of texts. */
export const textList = (map: YamlMap, key: string, path: readonly string[] = []): string[] => {
  const value = own(map, key)
  if (value === undefined || value === null) return []
  const list = Array.isArray(value) ? value : [value]
  return list.map((item) => {
    if (typeof item === 'string') return item
    if (typeof item === 'number' || typeof item === 'boolean') return String(item)
    throw new Refusal('not-text', `"${key}" holds something that is not a text.`, [...path, key])
  })
}

/** Reads a key that the map itself has; `constructor` and its kind are no keys of ours. */
export const own = (map: YamlMap, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined)
