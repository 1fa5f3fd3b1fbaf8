import type { RawRecord } from '../../schema/record.ts'
import { readSureAlert } from './alerts/alert-formats.ts'
import { addFields, addOtelLevel } from './aliases.ts'
import { type Draft, finish, refuse } from './draft.ts'
import { readEntities } from './entities.ts'
import { flatten } from './flatten.ts'
import { isOtelRecord, layOutOtel, splitOtlp } from './otel.ts'
import type { Parsed, Parser } from './parser.ts'
import { readObject } from './read-object.ts'
import { readWindowsDump } from './windows-dump.ts'

/** Reads one JSON object a record, whatever its names: ECS, OpenTelemetry, pino, bunyan, winston, zap, the seeds' flat ones. */
export const jsonParser: Parser = {
  name: 'json',
  parse(record) {
    const object = readObject(record.text)
    if (object === undefined) return undefined
    if (typeof object === 'string') return refuse('json', object, record.text)
    return readSureAlert(object, record) ?? fromObject(object, record)
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
