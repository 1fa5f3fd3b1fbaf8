import { isObject } from '../../../lib/json/json-value.ts'
import { takeParsed } from '../../../lib/json/parsed-texts.ts'
import { type FlatFields, flattenEvent } from '../../../lib/sigma/flatten.ts'
import { windowsFields } from '../../../lib/sigma/windows-event.ts'
import { readWindowsXml } from '../../../lib/windows-xml/windows-xml.ts'
import type { Event } from '../../../schema/event/event.ts'

/**
 * Returns the fields of an event under their sender's names, which rules use: fields of JSON, with lists of objects flattened, and fields
 * of Windows XML. Also reads objects inside syslog lines, container logs and shippers' envelopes. Undefined for other texts. Takes what
 * the normalizer parsed, or parses the record again.
 */
export const sentFields = ({ original }: Event): FlatFields | undefined => {
  // Most records contain neither, and a search for one character is cheap.
  const outer = original.includes('{') ? (parse(original) ?? parse(tail(original))) : undefined
  if (outer === undefined) {
    const ofXml = original.includes('<Event') ? (takeParsed(original) ?? readWindowsXml(original)) : undefined
    return ofXml && fieldsOf(ofXml)
  }
  const inner = carried(outer)
  return inner ? Object.assign(fieldsOf(outer), fieldsOf(inner)) : fieldsOf(outer)
}

const fieldsOf = (value: Sent): FlatFields =>
  flattenEvent(windowsFields(value) ?? (hasNamedValues(value) ? { ...namedValues(value), ...value } : value))

/** Returns the JSON after a syslog or container runtime header. */
const tail = (text: string): string => {
  const start = text.indexOf('{"')
  return start > 0 && text.trimEnd().endsWith('}') ? text.slice(start) : ''
}

type Sent = Readonly<Record<string, unknown>>

/** Returns an object that another one carries as a string: Docker, shippers, the journal, Azure diagnostic settings. */
const carried = (value: Sent): Sent | undefined => {
  const text =
    objectText(value.message) ??
    objectText(value.log) ??
    objectText(value.MESSAGE) ??
    (isObject(value.properties) ? objectText(value.properties.log) : undefined)
  return text === undefined ? undefined : parse(text)
}

/** Returns a text that begins like an object. */
const objectText = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\s*\{/.test(value) ? value : undefined

/** Parses a single JSON object, or a list of one. */
const parse = (text: string): Sent | undefined => {
  if (!/^\s*\[?\s*\{/.test(text)) return undefined
  const known = takeParsed(text)
  if (known) return known
  try {
    const value: unknown = JSON.parse(text)
    const only = Array.isArray(value) && value.length === 1 ? value[0] : value
    return isObject(only) ? only : undefined
  } catch {
    return undefined
  }
}

const hasNamedValues = ({ ExtendedProperties, Parameters, parameters, events, id }: Sent): boolean =>
  ExtendedProperties !== undefined ||
  Parameters !== undefined ||
  parameters !== undefined ||
  events !== undefined ||
  isObject(id)

/**
 * Reads fields that some services send as lists of names and values: Microsoft 365's `ExtendedProperties` and `Parameters` (`RequestType`),
 * and Google Workspace's parameters (`NEW_VALUE`). Workspace names its application; rules expect the service.
 */
const namedValues = (event: Sent): Sent => {
  const lists = [
    event.ExtendedProperties,
    event.Parameters,
    event.parameters,
    ...objectsIn(event.events).map((one) => one.parameters),
  ]
  const pairs = lists.flatMap(objectsIn).flatMap((one) => {
    const name = one.Name ?? one.name
    const value = one.Value ?? one.value ?? one.boolValue ?? one.intValue ?? one.multiValue
    return typeof name === 'string' && name !== '' && name.length <= 128 && value !== undefined ? [[name, value]] : []
  })
  const { id } = event
  const application = isObject(id) && typeof id.applicationName === 'string' ? id.applicationName : undefined
  return {
    ...Object.fromEntries(pairs),
    ...(application !== undefined && { eventService: `${application}.googleapis.com` }),
  }
}

const objectsIn = (value: unknown): Sent[] => (Array.isArray(value) ? value.slice(0, 300).filter(isObject) : [])
