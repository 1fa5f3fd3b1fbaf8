import type { Fields, FieldValue } from '../../schema/event/event.ts'
import { causeOf } from './fields/trace-cause.ts'
import type { Parsed } from './parser.ts'

/** Fields under construction. Only the parser sees them. */
export type Draft = Record<string, FieldValue>

/** Maximum length of a field's text. The record itself keeps all of it. */
export const longestValue = 32_768

/**
 * Returns the service of a record: the one that it names, or else its program. A process with a path is one that the record is about, as in
 * those of Windows and EDR systems.
 */
export const serviceOfRecord = (fields: Fields): FieldValue | undefined =>
  fields['service.name'] ?? (fields['process.executable'] === undefined ? fields['process.name'] : undefined)

/** Finishes a parsed record. */
export const finish = (
  format: string,
  stamp: { readonly time: number; readonly guessed: boolean } | undefined,
  message: string,
  fields: Draft,
): Parsed => {
  const service = serviceOfRecord(fields)
  if (service !== undefined) fields['service.name'] ??= service
  return {
    format,
    kind: 'event',
    time: stamp?.time,
    timeGuessed: stamp?.guessed ?? true,
    message,
    fields,
  }
}

/** Rejects a record of a recognized format, with the fields read so far. */
export const refuseRecord = (format: string, fault: string, text: string, fields: Draft = {}): Parsed => ({
  format,
  kind: 'event',
  time: undefined,
  timeGuessed: true,
  message: text,
  fields,
  fault,
})

/** Sets a field, unless a more reliable source has set it. */
export const setIfAbsent = (fields: Draft, name: string, value: FieldValue): void => {
  if (fields[name] === undefined) fields[name] = value
}

/** Splits a stack trace off a message, so that only its first line is compared and grouped. */
export const splitTrace = (message: string, fields: Draft): string => {
  const end = message.indexOf('\n')
  if (end < 0) return message
  const rest = message.slice(end + 1)
  if (rest.trim() !== '') {
    setIfAbsent(fields, 'error.stack_trace', rest.replace(/^\n+/, '').slice(0, longestValue))
    // The log line itself often names only what was tried.
    const cause = causeOf(rest)
    if (cause) {
      setIfAbsent(fields, 'error.type', cause.type)
      setIfAbsent(fields, 'error.message', cause.message)
    }
  }
  return message.slice(0, end).trimEnd()
}
