import type { RawRecord } from '../../schema/record.ts'
import { addFields, addOtelLevel } from './aliases.ts'
import { type Draft, finish, refuse } from './draft.ts'
import { readEntities } from './entities.ts'
import { flatten, isObject } from './flatten.ts'
import { isOtelRecord, layOutOtel, splitOtlp } from './otel.ts'
import type { Parsed, Parser } from './parser.ts'
import { readWindowsDump } from './windows-dump.ts'

/** Reads one JSON object a record, whatever its names: ECS, OpenTelemetry, pino, bunyan, winston, zap, the seeds' flat ones. */
export const jsonParser: Parser = {
  name: 'json',
  parse(record) {
    const object = readObject(record.text)
    if (object === undefined) return undefined
    if (typeof object === 'string') return refuse('json', object, record.text)
    return fromObject(object, record)
  },
}

const fromObject = (object: Readonly<Record<string, unknown>>, record: RawRecord): Parsed => {
  const fields: Draft = {}
  const exported = 'resourceLogs' in object ? splitOtlp(object) : undefined
  if (exported && exported.length !== 1) {
    return finish('json/otlp', undefined, record.text, { 'otel.records': exported.length })
  }
  const only = exported?.[0] ?? object
  const otel = isOtelRecord(only)
  const entries = readWindowsDump(only) ?? flatten(otel ? layOutOtel(only) : only)
  const { stamp, message } = addFields(fields, entries, record)
  if (otel) addOtelLevel(fields, only.severityNumber)
  if (message !== undefined) readEntities(message, nameOf(fields), fields)
  return finish(otel ? 'json/otel' : 'json', stamp, message ?? record.text, fields)
}

const nameOf = (fields: Draft): string => {
  const program = fields['process.name'] ?? fields['service.name']
  return typeof program === 'string' ? program : ''
}

/**
 * Parses a text that is one JSON object, or a list of one. Text that only resembles JSON is nobody's (undefined); text that
 * has the shape of JSON and is broken gives the reason.
 */
export const readObject = (text: string): Readonly<Record<string, unknown>> | string | undefined => {
  const first = text.charCodeAt(0)
  if (first !== 123 && first !== 91) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
    const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined
    return isObject(only) ? only : undefined
  } catch (error) {
    if (!/^\{\s*["}]/.test(text)) return undefined
    // V8 quotes the text in its message; the reason without it is enough.
    const reason = error instanceof SyntaxError ? error.message.replace(/,? ?\.{0,3}"[\s\S]*$/, '') : 'too deep'
    return `The line begins like a JSON object but is none: ${reason}.`
  }
}
