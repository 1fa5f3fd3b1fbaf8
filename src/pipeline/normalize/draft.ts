import type { FieldValue } from '../../schema/event.ts'
import type { Parsed } from './parser.ts'

/** Fields under construction. Only the parser sees them. */
export type Draft = Record<string, FieldValue>

/** Maximum length of a field's text. The record itself keeps all of it. */
export const longestValue = 32_768

/**
 * Finishes a parsed record. The program becomes the service, unless the record names a better one, or is about a process with a path, as
 * those of Windows and EDR systems are.
 */
export const finish = (
  format: string,
  stamp: { readonly time: number; readonly guessed: boolean } | undefined,
  message: string,
  fields: Draft,
): Parsed => {
  const program = fields['process.name']
  if (program !== undefined && fields['service.name'] === undefined && fields['process.executable'] === undefined)
    fields['service.name'] = program
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
  if (rest.trim() !== '') setIfAbsent(fields, 'error.stack_trace', rest.slice(0, longestValue))
  return message.slice(0, end).trimEnd()
}
