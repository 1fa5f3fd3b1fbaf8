import { isObject } from '../../../lib/json/json-value.ts'
import { type Draft, longestValue, setIfAbsent } from '../draft.ts'
import { type Endpoint, toAddress, toPort } from '../fields/address.ts'

export type Json = Readonly<Record<string, unknown>>

/** Placeholders for missing values. */
const nothing = new Set(['', '-', 'n/a', 'none', 'null', 'undefined'])

/**
 * Returns a value by its name or dotted path; undefined if there is none. Senders may write any part of the path as one name:
 * `{"a.b": {"c": 1}}`. A number in the path is a list index.
 */
export const at = (object: unknown, path: string): unknown => {
  if (Array.isArray(object)) {
    const end = path.indexOf('.')
    return end < 0 ? object[Number(path)] : at(object[Number(path.slice(0, end))], path.slice(end + 1))
  }
  if (!isObject(object)) return undefined
  if (Object.hasOwn(object, path)) return object[path]
  for (let end = path.indexOf('.'); end >= 0; end = path.indexOf('.', end + 1)) {
    const name = path.slice(0, end)
    const found = Object.hasOwn(object, name) ? at(object[name], path.slice(end + 1)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** Returns the first text under these paths. */
export const text = (object: unknown, ...paths: readonly string[]): string | undefined => {
  for (const path of paths) {
    const found = pickText(at(object, path))
    if (found !== undefined) return found
  }
  return undefined
}

/** Returns a text or number as trimmed text; undefined for a placeholder. */
export const pickText = (value: unknown): string | undefined => {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value !== 'string') return undefined
  const trimmed = value.slice(0, longestValue).trim()
  return nothing.has(trimmed.toLowerCase()) ? undefined : trimmed
}

/** Returns the first object under these paths, else an empty one. */
export const objectAt = (object: unknown, ...paths: readonly string[]): Json => {
  for (const path of paths) {
    const value = at(object, path)
    if (isObject(value)) return value
  }
  return {}
}

/** Returns up to 1,000 objects of a list; none for anything else. */
export const objectsAt = (object: unknown, path: string): readonly Json[] => {
  const value = at(object, path)
  return Array.isArray(value) ? value.slice(0, 1_000).filter(isObject) : []
}

/** Returns up to 100 texts of a list, or a single text. */
export const textsAt = (object: unknown, path: string): readonly string[] => {
  const value = at(object, path)
  const values: readonly unknown[] = Array.isArray(value) ? value.slice(0, 100) : [value]
  return values.flatMap((one) => pickText(one) ?? [])
}

/** Returns a number, or a text that is one. */
export const numberAt = (object: unknown, ...paths: readonly string[]): number | undefined => {
  const number = Number(text(object, ...paths) ?? Number.NaN)
  return Number.isFinite(number) ? number : undefined
}

/** Sets a field, unless the value is undefined. */
export const set = (fields: Draft, name: string, value: Draft[string] | undefined): void => {
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return
  setIfAbsent(fields, name, value)
}

/** Sets address and port of one side. Skips a text that is neither an address nor a host name. */
export const setSide = (
  fields: Draft,
  side: 'source' | 'destination',
  address: string | undefined,
  port?: string | number | undefined,
): void => {
  const known: Endpoint | undefined = address === undefined ? undefined : toAddress(address)
  set(fields, `${side}.ip`, known?.ip)
  if (known?.ip === undefined) set(fields, `${side}.domain`, known?.domain)
  set(fields, `${side}.port`, (port === undefined ? undefined : toPort(String(port))) ?? known?.port)
}

const hashNames = new Map([
  [32, 'file.hash.md5'],
  [40, 'file.hash.sha1'],
  [64, 'file.hash.sha256'],
])

/** Sets hashes by their kind. Skips a text that is no hash. */
export const setHashes = (fields: Draft, ...hashes: readonly (string | undefined)[]): void => {
  for (const hash of hashes) {
    const plain = hash?.trim().toLowerCase() ?? ''
    const name = hashNames.get(plain.length)
    if (name !== undefined && /^[\da-f]+$/.test(plain)) set(fields, name, plain)
  }
}

/** Sets a URL with its domain, or a domain alone. */
export const setUrl = (fields: Draft, url: string | undefined): void => {
  if (url === undefined) return
  if (/^[\w+.-]{2,20}:\/\//.test(url) || url.startsWith('/')) {
    set(fields, 'url.original', url)
    const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : ''
    const known = toAddress(host)
    set(fields, 'url.domain', known?.domain ?? known?.ip)
    return
  }
  const domain = /^[\w-]+(?:\.[\w-]+)+$/.test(url) ? toAddress(url)?.domain : undefined
  set(fields, domain === undefined ? 'url.original' : 'url.domain', domain ?? url)
}
