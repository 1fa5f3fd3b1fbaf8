/** An entry of a log as security tools export it: user, action and origin. */
export interface LogEvent {
  /** As it was written. */
  readonly timestamp: string
  /** In ms since the epoch. */
  readonly time: number
  readonly user: string
  readonly source_ip: string
  readonly dest_ip: string
  readonly event_type: string
  readonly action: string
  readonly message: string
  readonly severity: string
}

type Field = Exclude<keyof LogEvent, 'time'>

/** The possible names of each field; the first one that exists counts. */
const aliases: Readonly<Record<Field, readonly string[]>> = {
  timestamp: ['timestamp', 'time', '@timestamp', 'datetime', 'date'],
  user: ['user', 'username', 'uid', 'account', 'identity'],
  source_ip: ['source_ip', 'src_ip', 'ip', 'client_ip', 'remote_addr'],
  dest_ip: ['dest_ip', 'dst_ip', 'destination_ip', 'server_ip'],
  event_type: ['event_type', 'type', 'event', 'category', 'action_type'],
  action: ['action', 'result', 'status', 'outcome'],
  message: ['message', 'msg', 'description', 'text', 'log'],
  severity: ['severity', 'level', 'priority', 'sev'],
}

const fallbacks: Readonly<Partial<Record<Field, string>>> = {
  user: 'unknown',
  source_ip: 'unknown',
  dest_ip: 'unknown',
  event_type: 'general',
  action: 'success',
  severity: 'info',
}

/** Words are compared without case; messages and addresses with it. */
const folded: ReadonlySet<Field> = new Set(['severity', 'user', 'event_type', 'action'])

/** Reads an entry by any known names of its fields; undefined without a readable time. */
export const readLogEvent = (entry: Readonly<Record<string, unknown>>): LogEvent | undefined => {
  const read = (field: Field): string => {
    const name = aliases[field].find((alias) => entry[alias] !== undefined && entry[alias] !== null)
    const value = name === undefined ? undefined : entry[name]
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value ?? '')
    const known = text === '' ? (fallbacks[field] ?? '') : text
    return folded.has(field) ? known.toLowerCase() : known
  }
  const timestamp = read('timestamp')
  const time = timeOf(timestamp)
  if (time === undefined) return undefined
  return {
    timestamp,
    time,
    user: read('user'),
    source_ip: read('source_ip'),
    dest_ip: read('dest_ip'),
    event_type: read('event_type'),
    action: read('action'),
    message: read('message'),
    severity: read('severity'),
  }
}

/** A time without a zone is UTC; a bare number is seconds or milliseconds since the epoch. */
const timeOf = (text: string): number | undefined => {
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (/^\d{12,13}$/.test(text)) return Number(text)
  const hasZone = /(Z|[+-]\d{2}:?\d{2}|GMT|UTC)$/i.test(text.trim())
  const time = Date.parse(hasZone ? text : `${text.trim().replace(' ', 'T')}Z`)
  const found = Number.isNaN(time) ? Date.parse(text) : time
  return Number.isNaN(found) ? undefined : found
}
