import { type FlatEvent, flattenEvent } from '../../lib/sigma/sigma.ts'
import { windowsFields, windowsFieldsOfXml } from '../../lib/sigma/windows-event.ts'
import type { Event } from '../../schema/event.ts'

/**
 * The fields of an event under the names that its sender gave them, which are the ones that rules use: those of JSON, with lists of
 * objects taken apart, and those of Windows' XML. A record that something carries (syslog, a container's log) counts as well. Undefined
 * for other texts. Reads the record again, which costs about as much as reading it the first time.
 */
export const sentFields = ({ original, message }: Event): FlatEvent['fields'] | undefined => {
  const text = isObject(original) ? original : isObject(message) ? message : undefined
  if (text === undefined) return original.includes('<Event') ? windowsFieldsOfXml(original) : undefined
  const value = parse(text)
  return value === undefined ? undefined : flattenEvent(windowsFields(value) ?? value)
}

/** Whether a text begins like an object of JSON, or like a list of one. */
const isObject = (text: string): boolean => /^\s*\[?\s*\{/.test(text)

const parse = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.length === 1 ? value[0] : value
  } catch {
    return undefined
  }
}
