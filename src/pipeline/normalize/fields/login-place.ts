import { memoize } from '../../../lib/memoize/memoize.ts'
import type { FieldValue } from '../../../schema/event/event.ts'
import type { Draft } from '../draft.ts'
import { toCountryCode } from './country-code.ts'

/**
 * Adds where a login came from, as far as the record says it: `source.geo.country_iso_code`, `source.geo.city_name`, and
 * `source.geo.location` as `latitude,longitude`. Products name these fields in many ways, so their words decide. The fields of the record
 * stay, because rules know the values by them.
 */
export const addLoginPlace = (fields: Draft): void => {
  const found: Partial<Record<Part, Found>> = {}
  for (const name in fields) {
    const meant = partOf(name)
    if (meant === undefined) continue
    const { part, isNamed } = meant
    const value = readers[part](fields[name])
    // A place of the client is more certain than a country that nothing else is said about.
    if (value !== undefined && (!found[part] || (isNamed && !found[part].isNamed))) found[part] = { value, isNamed }
  }
  const { country, city, latitude, longitude } = found
  if (country) fields['source.geo.country_iso_code'] = country.value
  if (city) fields['source.geo.city_name'] ??= city.value
  if (latitude && longitude && (Number(latitude.value) !== 0 || Number(longitude.value) !== 0)) {
    fields['source.geo.location'] ??= `${latitude.value},${longitude.value}`
  }
}

/** Longer names are compared with nothing: some repeat the words of a place to cost time. */
const longestName = 80

type Part = 'country' | 'city' | 'latitude' | 'longitude'

interface Found {
  readonly value: string
  /** Whether the name of its field says whose place it is, or that it is one. */
  readonly isNamed: boolean
}

/** Objects in which senders wrap the record's subject, and what formats and FortiGate write before the names of CEF. */
const wrappers =
  '(?:cef|leef|ftntfgt|winlog|event|data|properties|attributes|details?|payload|record|result|jsonpayload|context|entry)*'
/** The end that logs in. */
const parties = '(?:source|src|client|remote|endpoint|accessdevice|origin|login|logon|signin|request|ip|address|addr)*'
/** A user has a country too, but only a login has a place. */
const actors = '(?:actor)?'
const places = '(?:geo|ip|graphicalcontext|location|details|data|info|networkinfo|coordinates|point)*'
const parts: readonly (readonly [Part, string])[] = [
  ['country', 'country(?:or)?(?:region)?(?:iso)?(?:code)?2?(?:name)?'],
  ['country', '(?<=networkinfo)regioncode'],
  ['city', 'city(?:name)?'],
  ['latitude', 'lat(?:itude)?'],
  ['longitude', 'lon(?:g|gitude)?'],
]
const shapes = parts.map(([part, words]) => {
  const prefix = `^${wrappers}(?:(?<party>${parties})|${actors}(?=[a-z]*(?:geo|location)))`
  return { part, shape: new RegExp(`${prefix}(?<place>${places})${words}$`) }
})

/** Returns what a field of a login says about its place; undefined for fields of other things and of other parties. */
const partOf = memoize((name: string): { readonly part: Part; readonly isNamed: boolean } | undefined => {
  if (name.length > longestName || !/country|region|city|lat|lon/i.test(name)) return undefined
  const plain = name.toLowerCase().replace(/[^a-z\d]/g, '')
  for (const { part, shape } of shapes) {
    const groups = shape.exec(plain)?.groups
    if (groups)
      return { part, isNamed: (groups.party ?? '') + (groups.place ?? '') !== '' || plain.startsWith('actor') }
  }
  return undefined
})

const textOf = (value: FieldValue | undefined): string | undefined => {
  const [first] = Array.isArray(value) ? value : [value]
  return typeof first === 'string' ? first : undefined
}

const degrees =
  (most: number) =>
  (value: FieldValue | undefined): string | undefined => {
    const number = typeof value === 'string' && /^-?\d{1,3}(?:\.\d{1,20})?$/.test(value) ? Number(value) : value
    return typeof number === 'number' && Math.abs(number) <= most ? String(number) : undefined
  }

const readers: Readonly<Record<Part, (value: FieldValue | undefined) => string | undefined>> = {
  country: (value) => toCountryCode(textOf(value) ?? ''),
  city: (value) => {
    const text = textOf(value)?.trim()
    return text !== undefined && /^(?=.*\p{L}).{2,100}$/u.test(text) ? text : undefined
  },
  latitude: degrees(90),
  longitude: degrees(180),
}
