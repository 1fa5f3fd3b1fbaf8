import { type FlatEvent, flattenEvent } from '../../../lib/sigma/sigma.ts'
import { windowsFields, windowsFieldsOfXml } from '../../../lib/sigma/windows-event.ts'
import type { Event } from '../../../schema/event.ts'
import { namedValues } from './named-values.ts'

/**
 * The fields of an event under the names that its sender gave them, which are the ones that rules use: those of JSON, with lists of
 * objects taken apart, and those of Windows' XML. What something carries (a line of syslog, a container's log, a shipper's object) counts
 * as well. Undefined for other texts. Reads the record again, which costs about as much as reading it the first time.
 */
export const sentFields = ({ original }: Event): FlatEvent['fields'] | undefined => {
  // Most records hold neither, and a look for one character costs next to nothing.
  const outer = original.includes('{') ? (parse(original) ?? parse(tail(original))) : undefined
  if (outer === undefined) return original.includes('<Event') ? windowsFieldsOfXml(original) : undefined
  const inner = carried(outer)
  return inner ? { ...fieldsOf(outer), ...fieldsOf(inner) } : fieldsOf(outer)
}

const fieldsOf = (value: Sent): FlatEvent['fields'] =>
  flattenEvent(windowsFields(value) ?? { ...namedValues(value), ...value })

/** What stands behind a header of syslog or of a container's runtime. */
const tail = (text: string): string => {
  const start = text.indexOf('{"')
  return start > 0 && text.trimEnd().endsWith('}') ? text.slice(start) : ''
}

type Sent = Readonly<Record<string, unknown>>

/** An object that is carried as a text by another one: by Docker, a shipper, the journal, or a diagnostic setting of Azure. */
const carried = (value: Sent): Sent | undefined => {
  const { message, log, MESSAGE, properties } = value
  const text = [message, log, MESSAGE, isObject(properties) ? properties.log : undefined].find(
    (one) => typeof one === 'string' && one.trimStart().startsWith('{'),
  )
  return typeof text === 'string' ? parse(text) : undefined
}

const isObject = (value: unknown): value is Sent => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Parses a text that is one object of JSON, or a list of one. */
const parse = (text: string): Sent | undefined => {
  if (!/^\s*\[?\s*\{/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const only = Array.isArray(value) && value.length === 1 ? value[0] : value
    return isObject(only) ? only : undefined
  } catch {
    return undefined
  }
}
