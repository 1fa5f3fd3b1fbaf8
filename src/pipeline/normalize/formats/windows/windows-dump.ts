import { isObject } from '../../../../lib/json/json-value.ts'
import { flattenEvent } from '../../../../lib/sigma/flatten.ts'
import { type Columns, toColumns } from '../../fields/columns.ts'
import { toFieldValue } from '../../fields/flatten.ts'

type Entries = [string, Exclude<ReturnType<typeof toFieldValue>, undefined>][]

const longestMessage = 4000
/** Windows event levels. */
const levels = ['info', 'critical', 'error', 'warning', 'info', 'debug']
/** Fields that are redundant or unique, and so left out of the message. */
const omitted = /^(UtcTime|RuleName|.*Guid|Keywords|Version|Opcode)$/

/**
 * Parses a Windows event as event log converters write it: `{"Event":{"System":…,"EventData":…}}`. Fields get the names that Windows shows,
 * and the message names provider, event and data. Undefined for other objects.
 */
export const readWindowsDump = (object: Readonly<Record<string, unknown>>): Columns | undefined => {
  const { Event: event } = object
  if (!isObject(event) || !isObject(event.System)) return undefined
  const entries = Object.entries(flattenEvent(object)).flatMap(([name, value]): Entries => {
    const field = toFieldValue(value)
    if (field === undefined || field === '') return []
    return [[name, name === 'Level' ? (levels[Number(field)] ?? field) : field]]
  })
  const about = (isObject(event.EventData) && event.EventData) || (isObject(event.UserData) && event.UserData) || {}
  const own = entries.filter(([name]) => Object.hasOwn(about, name) && !omitted.test(name))
  const read = (name: string): string => String(entries.find(([one]) => one === name)?.[1] ?? '')
  const data = own.map(([name, value]) => `${name}=${String(value)}`).join(' ')
  const message = `${read('Provider_Name')} event ${read('EventID')} ${data}`.trim().slice(0, longestMessage)
  return toColumns([...entries.filter(([name]) => name !== 'message'), ['message', message]])
}
