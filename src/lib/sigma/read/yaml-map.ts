import { Refusal } from './refusal.ts'

/** A YAML mapping, as it was written. */
export type YamlMap = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads an optional text; refuses anything else. Numbers are texts that somebody did not quote. */
export const optionalText = (map: YamlMap, key: string, path: readonly string[] = []): string | undefined => {
  const value = ownValue(map, key)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new Refusal('not-text', `"${key}" is not a text.`, [...path, key])
}

/** Reads an optional text or list of texts. */
export const textList = (map: YamlMap, key: string, path: readonly string[] = []): string[] => {
  const value = ownValue(map, key)
  if (value === undefined || value === null) return []
  const list = Array.isArray(value) ? value : [value]
  return list.map((item) => {
    if (typeof item === 'string') return item
    if (typeof item === 'number' || typeof item === 'boolean') return String(item)
    throw new Refusal('not-text', `"${key}" holds something that is not a text.`, [...path, key])
  })
}

/** Says a value in a message: a short text as it is, of others the kind. */
export const sayYaml = (value: unknown): string => {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const text = String(value)
  return `"${text.length > 100 ? `${text.slice(0, 99)}…` : text}"`
}

/**
 * Whether a value holds more parts than a text of this length can spell out: then it is made of aliases of aliases, which would take
 * for ever to follow. Looks at no more parts than that.
 */
export const isBomb = (value: unknown, length: number): boolean => {
  let left = Math.max(10_000, length)
  const isOver = (part: unknown): boolean => {
    if (--left < 0) return true
    if (Array.isArray(part)) return part.some(isOver)
    return isMap(part) && Object.values(part).some(isOver)
  }
  return isOver(value)
}

/** Reads a key that the map itself has; `constructor` and its kind are no keys of ours. */
export const ownValue = (map: YamlMap, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined)
