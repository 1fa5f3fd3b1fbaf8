import { flattenEvent } from '../../lib/sigma/flatten.ts'
import { isObject, toFieldValue } from './flatten.ts'

type Entries = [string, Exclude<ReturnType<typeof toFieldValue>, undefined>][]

const longestMessage = 4000
/** Windows counts levels in its own way. */
const levels = ['info', 'critical', 'error', 'warning', 'info', 'debug']
/** Said elsewhere, or different each time. */
const unsaid = /^(UtcTime|RuleName|.*Guid|Keywords|Version|Opcode)$/

/**
 * Reads a Windows event as tools write it that turn event logs into JSON: `{"Event":{"System":…,"EventData":…}}`. The fields get the
 * names that Windows shows, and the message names the provider, the event and what it is about. Undefined for anything else.
 */
export const readWindowsDump = (object: Readonly<Record<string, unknown>>): Entries | undefined => {
  const { Event: event } = object
  if (!isObject(event) || !isObject(event.System)) return undefined
  const entries = Object.entries(flattenEvent(object)).flatMap(([name, value]): Entries => {
    const field = toFieldValue(value)
    if (field === undefined || field === '') return []
    return [[name, name === 'Level' ? (levels[Number(field)] ?? field) : field]]
  })
  const about = (isObject(event.EventData) && event.EventData) || (isObject(event.UserData) && event.UserData) || {}
  const own = entries.filter(([name]) => Object.hasOwn(about, name) && !unsaid.test(name))
  const read = (name: string): string => String(entries.find(([one]) => one === name)?.[1] ?? '')
  const said = own.map(([name, value]) => `${name}=${String(value)}`).join(' ')
  const message = `${read('Provider_Name')} event ${read('EventID')} ${said}`.trim().slice(0, longestMessage)
  return [...entries.filter(([name]) => name !== 'message'), ['message', message]]
}
