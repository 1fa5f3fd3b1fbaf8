import type { Event, FieldValue } from './event.ts'

const aliases: ReadonlyMap<string, readonly string[]> = new Map([
  ['service', ['service.name']],
  ['host', ['host.name']],
  ['user', ['user.name']],
  ['ip', ['source.ip', 'destination.ip']],
  ['port', ['source.port', 'destination.port']],
  ['src_ip', ['source.ip']],
  ['source_ip', ['source.ip']],
  ['dst_ip', ['destination.ip']],
  ['destination_ip', ['destination.ip']],
  ['process', ['process.name']],
  ['pid', ['process.pid']],
  ['level', ['log.level']],
  ['action', ['event.action']],
  ['outcome', ['event.outcome']],
])

const own: ReadonlyMap<string, (event: Event) => FieldValue | undefined> = new Map<
  string,
  (event: Event) => FieldValue | undefined
>([
  ['id', (event) => event.id],
  ['kind', (event) => event.kind],
  ['event.kind', (event) => event.kind],
  ['time', (event) => event.time],
  ['@timestamp', (event) => event.time],
  ['timestamp', (event) => event.time],
  ['time_guessed', (event) => event.timeGuessed],
  ['received_at', (event) => event.receivedAt],
  ['source', (event) => event.source],
  ['stream', (event) => event.stream],
  ['message', (event) => event.message],
  ['original', (event) => event.original],
  ['event.original', (event) => event.original],
  ['template', (event) => event.template && [event.template.id, event.template.text]],
])

const kinds = new Map<string, 'time' | 'text'>([
  ['time', 'time'],
  ['@timestamp', 'time'],
  ['timestamp', 'time'],
  ['received_at', 'time'],
  ['message', 'text'],
  ['original', 'text'],
  ['event.original', 'text'],
])

const unindexed = new Set(['id', 'time_guessed'])

/** Lets filters look at events: by our own names, by short names, and by any dotted field that an event has. */
export const eventFields = {
  /** Our own field names; an event has others as well. */
  names: new Set([...own.keys(), ...aliases.keys()]),
  reader(name: string): (event: Event) => FieldValue | undefined {
    const read = own.get(name)
    if (read) return read
    const names = aliases.get(name) ?? []
    return ({ fields }) => {
      const value = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (value !== undefined) return value
      const found = names.flatMap((full) => fields[full] ?? [])
      return found.length > 1 ? found : found[0]
    }
  },
  kind: (name: string): 'time' | 'text' | undefined => kinds.get(name),
  text: (event: Event): string => eventText(event),
  /**
   * Whether the token filter of a block contains the values of a field: of all but IDs and times, which have many or no fixed spellings.
   */
  isIndexed: (name: string): boolean => !unindexed.has(name) && kinds.get(name) !== 'time',
}

/** Bare words are searched in the original record and then in the message. */
export const eventText = (event: Event): string =>
  event.original.includes(event.message) ? event.original : `${event.message}\n${event.original}`
