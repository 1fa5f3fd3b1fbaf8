import { type Command, InvalidArgumentError } from 'commander'
import { type FieldMap, fieldMap } from '../../schema/record/field-map.ts'

/** Adds the option that maps the fields of records: `--map time=when_happened`. */
export const addMapOption = (command: Command): Command =>
  command.option(
    '--map <field=name>',
    'which field of JSON or `key=value` lines has the time, message, level, host, user, service or ip; repeatable: time=when_happened',
    (text: string, before: FieldMap | undefined) => ({ ...before, ...parsePair(text) }),
  )

const parsePair = (text: string): FieldMap => {
  const at = text.indexOf('=')
  const pair = fieldMap.safeParse({ [text.slice(0, Math.max(at, 0))]: text.slice(at + 1) })
  if (at > 0 && pair.success) return pair.data
  throw new InvalidArgumentError('Write time=NAME. The other fields are message, level, host, user, service and ip.')
}

/** The mapping as query parameters of the API. */
export const mapParameters = (map: FieldMap = {}): (readonly [string, string])[] =>
  Object.entries(map).map(([field, name]) => ['map', `${field}=${name}`])

/** The configuration that maps the fields of all sources; empty without the option. */
export const mapFlags = (map: FieldMap | undefined): Readonly<Record<string, unknown>> =>
  map === undefined ? {} : { 'formats.map': [{ source: '*', fields: map }] }
