import type { FieldValue } from '../../schema/event.ts'
import type { Parsed } from './parser.ts'

/** Fields while a parser collects them; nobody else sees them before they are finished. */
export type Draft = Record<string, FieldValue>

/** Longest text that a field keeps; the record itself keeps all of it. */
export const longestValue = 32_768

/** Ends a parser's work. The program that wrote the record is its service, unless the record names a better one. */
export const finish = (
  format: string,
  stamp: { readonly time: number; readonly guessed: boolean } | undefined,
  message: string,
  fields: Draft,
): Parsed => {
  const program = fields['process.name']
  if (program !== undefined && fields['service.name'] === undefined) fields['service.name'] = program
  return {
    format,
    kind: 'event',
    time: stamp?.time,
    timeGuessed: stamp?.guessed ?? true,
    message,
    fields,
  }
}

/** Refuses a record of a format that was recognised, keeping what could be read of it. */
export const refuse = (format: string, fault: string, text: string, fields: Draft = {}): Parsed => ({
  format,
  kind: 'event',
  time: undefined,
  timeGuessed: true,
  message: text,
  fields,
  fault,
})

/** Sets a field that nothing more reliable has set before. */
export const setIfAbsent = (fields: Draft, name: string, value: FieldValue): void => {
  if (fields[name] === undefined) fields[name] = value
}

/** Splits a stack trace off a message, so that its first line alone is compared and grouped. */
export const splitTrace = (message: string, fields: Draft): string => {
  const end = message.indexOf('\n')
  if (end < 0) return message
  const rest = message.slice(end + 1)
  if (rest.trim() !== '') setIfAbsent(fields, 'error.stack_trace', rest.slice(0, longestValue))
  return message.slice(0, end).trimEnd()
}
