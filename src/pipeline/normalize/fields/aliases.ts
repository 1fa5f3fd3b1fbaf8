import type { FieldValue } from '../../../schema/event/event.ts'
import type { FieldMap } from '../../../schema/record/field-map.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import { type Draft, longestValue, setIfAbsent } from '../draft.ts'
import { guessTime, joinDateAndClock } from '../time/guess-time.ts'
import { type Stamp, toStamp } from '../time/timestamp.ts'
import { isForwardedFor, readAddress, setAddress, setEndpoint, toPort } from './address.ts'
import { type Alias, aliasOf } from './alias-table.ts'
import { type Columns, type Entry, toColumns, toEntries } from './columns.ts'
import { numberToLevel, otelToLevel, toLogLevel, toSureLevel, windowsToLevel } from './level.ts'
import { createNamePlans, type NamePlan } from './name-plan.ts'
import { toOutcome } from './outcome.ts'
import { shareWord } from './recurring-words.ts'
import { readRequest } from './request-target.ts'
import { setTransport } from './transport.ts'

/** Values that `addFields` found besides fields. */
export interface FoundValues {
  readonly stamp: Stamp | undefined
  readonly message: string | undefined
}

const planOf = createNamePlans()

/**
 * Adds values to fields, under ECS names where name and value are unambiguous, else under their own names. Of several names for one field,
 * the best with a plausible value wins. The others keep their names, so nothing is lost.
 */
export const addFields = (fields: Draft, all: Columns, received: RawRecord): FoundValues => {
  const state: State = { fields, record: received, connection: false, stamp: undefined, message: undefined }
  const { map } = received
  const columns = map === undefined ? all : toColumns(toEntries(all).filter((entry) => !claimMapped(state, map, entry)))
  const { values } = columns
  const plan = planOf(columns.names)
  for (const at of plan.others) keep(fields, plan.names[at], values[at])
  const zone = valueAt(values, plan.zone)
  const record = zone === undefined ? received : withOwnZone(received, zone)
  state.record = record
  state.connection = plan.connection
  if (plan.hasDate && !state.stamp) state.stamp = stampOfParts(plan, values, record)
  let hasParts = false
  for (const { alias, at } of claimsOf(plan, values)) {
    const key = plan.names[at]
    const value = values[at]
    if (key === undefined || value === undefined) continue
    if (alias.hasParts) hasParts = true
    // A guessed name stays beside the field, because users know the value by it.
    if (alias.fits) {
      if (fields[alias.target] === undefined && alias.fits(value)) claim(state, alias, key, value)
      keep(fields, key, value)
    } else if (!claim(state, alias, key, value) && value !== '') keep(fields, key, value)
  }
  if (hasParts || fields['http.request.method'] !== undefined) addParts(fields)
  return { stamp: state.stamp ?? guessTime(columns, record), message: state.message }
}

/** Does the same for a list of names and values. */
export const addEntries = (fields: Draft, entries: readonly Entry[], record: RawRecord): FoundValues =>
  addFields(fields, toColumns(entries), record)

/** Takes a value for the field that the configuration maps it to. Returns false without a mapping, and for an implausible value. */
const claimMapped = (state: State, map: FieldMap, [key, value]: Entry): boolean => {
  const [field] = Object.entries(map).find(([, name]) => name === key) ?? []
  const alias = field === undefined ? undefined : aliasOf(field)
  return alias !== undefined && claim(state, alias, key, value)
}

/** Events of Windows' Security log about a logon, whose target is the user. In others, the subject acts on the target. */
const logonEvents = /^(?:4624|4625|4634|4647|4648|4675|4740|476\d|477\d|480[0-3]|4964)$/

/** Whether the subject of a Windows event is a user, rather than the system or the computer. */
const isActor = (name: FieldValue): boolean =>
  typeof name === 'string' && !isPlaceholder(name) && !name.endsWith('$') && name !== 'SYSTEM'

const creation = /^process[ _-]?(?:creat|start|launch|exec|spawn|open)/i

/** Returns the claims in the order that the values ask for. */
const claimsOf = (plan: NamePlan, values: readonly FieldValue[]): NamePlan['claims'] => {
  const { claims, creationClaims, sides } = plan
  if (prefersSubject(plan, values)) return plan.subjectClaims
  if (creationClaims) {
    const isCreation = claims.some(
      ({ alias, at }) => alias.target === 'event.action' && creation.test(String(values[at])),
    )
    if (isCreation) return creationClaims
  }
  if (!sides) return claims
  return /^in/i.test(String(valueAt(values, plan.direction))) ? sides.inbound : sides.outbound
}

/** Returns the value at a position of the plan. V8 looks -1 up as a name, which takes longer than all the rest. */
const valueAt = (values: readonly FieldValue[], at: number): FieldValue | undefined => (at < 0 ? undefined : values[at])

/** Whether the account that acts wins over the one that is acted upon. */
const prefersSubject = ({ subject, code }: NamePlan, values: readonly FieldValue[]): boolean => {
  const name = valueAt(values, subject)
  const event = valueAt(values, code)
  return name !== undefined && event !== undefined && isActor(name) && !logonEvents.test(String(event))
}

/** Adds the fields that follow from others: the parts of a URL or a path, the outcome of a status. */
const addParts = (fields: Draft): void => {
  const forwarded = fields['network.forwarded_ip']
  if (typeof forwarded === 'string' && fields['source.ip'] === undefined) {
    setAddress(fields, 'source', forwarded.split(',')[0]?.trim() ?? '')
  }
  const status = fields['http.response.status_code']
  if (
    typeof status === 'number' &&
    fields['event.outcome'] === undefined &&
    fields['http.request.method'] !== undefined
  ) {
    fields['event.outcome'] = status >= 400 ? 'failure' : 'success'
  }
  const path = fields['file.path']
  const name = typeof path === 'string' ? /[^/\\]+$/.exec(path.slice(-260))?.[0] : undefined
  if (name !== undefined) setIfAbsent(fields, 'file.name', name)
  nameUrl(fields)
  readUrl(fields)
  nameProcess(fields)
}

/** Fields that only the parser of a format knows. */
const reserved = new Set([
  '@timestamp',
  'message',
  'event.action',
  'event.code',
  'event.severity',
  'log.level',
  'process.name',
  'service.name',
  'host.name',
  'rule.name',
])

/** Adds fields for names that a parser does not know itself, as far as they are unambiguous and the fields are free. */
export const addOthers = (fields: Draft, entries: readonly Entry[], record: RawRecord): void => {
  const state: State = { fields, record, connection: false, stamp: undefined, message: undefined }
  for (const { alias, at } of planOf(entries.map(([name]) => name)).claims) {
    const entry = entries[at]
    if (!entry || reserved.has(alias.target)) continue
    const [key, value] = entry
    if (fields[alias.target] === undefined && alias.fits?.(value) !== false) claim(state, alias, key, value)
  }
  addParts(fields)
}

/** Takes the path of a request for its URL, with the query beside it: a path alone may be one of a file. */
const nameUrl = (fields: Draft): void => {
  const { path = fields.request, query } = fields
  if (fields['http.request.method'] === undefined || fields['url.original'] !== undefined) return
  if (typeof path !== 'string' || !path.startsWith('/')) return
  const joined = typeof query === 'string' && query !== '' && !path.includes('?')
  fields['url.original'] = joined ? `${path}?${query.replace(/^\?/, '')}` : path
}

/** Adds the parts of a URL, or of its path and query. */
const readUrl = (fields: Draft): void => {
  const url = fields['url.original'] ?? fields['url.full']
  if (typeof url !== 'string') return
  const whole = /^[a-z]{2,10}:\/\/(?:[^@/?#]{0,200}@)?([\w.-]{1,253})(?::\d{1,5})?(?=[/?#]|$)/i.exec(url)
  if (!whole && !url.startsWith('/')) return
  if (whole) {
    setIfAbsent(fields, 'url.full', url)
    setIfAbsent(fields, 'url.domain', whole[1] ?? '')
  }
  const rest = whole ? url.slice(whole[0].length) : url
  const path = /^[^?#]*/.exec(rest)?.[0] ?? ''
  if (path !== '') setIfAbsent(fields, 'url.path', path)
  const query = /^[^?#]*\?([^#]*)/.exec(rest)?.[1]
  if (query !== undefined) setIfAbsent(fields, 'url.query', query)
}

/** Removes the directory that proxies write before a user: `LDAP://example.com OU=Users,DC=example/kim`. */
export const withoutDirectory = (user: string): string =>
  user.startsWith('LDAP://') ? user.slice(user.lastIndexOf('/') + 1) : user

/** Sets the user, and the domain of Windows' `DOMAIN\\user`. */
const claimUser = (fields: Draft, value: FieldValue): boolean => {
  if (typeof value !== 'string') return false
  // coturn: username=<kim>
  const account = withoutDirectory(value.startsWith('<') ? value.replace(/^<([^<>]{1,256})>$/, '$1') : value)
  // Microsoft 365 lists the identifiers of an actor.
  if (account.startsWith('[{') || account.startsWith('{"')) return false
  const slash = account.indexOf('\\')
  if (slash <= 0 || slash === account.length - 1 || account.includes('\\', slash + 1))
    return claimText(fields, 'user.name', account)
  if (!claimText(fields, 'user.name', account.slice(slash + 1))) return false
  fields['user.domain'] = account.slice(0, slash)
  return true
}

/** Moves a path out of the process's name, and names a process by its path. */
const nameProcess = (fields: Draft): void => {
  const name = fields['process.name']
  if (typeof name === 'string' && /^(?:[A-Za-z]:)?[\\/].*[\\/][^\\/]+$/.test(name)) {
    setIfAbsent(fields, 'process.executable', name)
    fields['process.name'] = lastPart(name)
  }
  const path = fields['process.executable']
  if (typeof path === 'string' && fields['process.name'] === undefined && /[\\/]/.test(path)) {
    const file = lastPart(path)
    if (file !== '') fields['process.name'] = file
  }
}

/** Whether a value is a path of Windows, of a drive or of a device: `\device\harddiskvolume2\windows\explorer.exe`. */
const isWindowsPath = (value: string): boolean => /^(?:[A-Za-z]:)?\\.*\\[^\\]+$/.test(value)

const lastPart = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/** Applies the zone that a record names to its times without one. */
const withOwnZone = (record: RawRecord, zone: FieldValue): RawRecord => {
  const match = typeof zone === 'string' ? /^(?:UTC|GMT)?([+-])(\d\d):?(\d\d)$/.exec(zone) : undefined
  if (!match) return record
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return { ...record, zoneMinutes: match[1] === '-' ? -minutes : minutes }
}

/** Joins the fields `date` and `time`, if the record has both and no complete time beside them. */
const stampOfParts = (
  { claims, names }: NamePlan,
  values: readonly FieldValue[],
  record: RawRecord,
): Stamp | undefined => {
  const valueNamed = (plain: string): FieldValue | undefined => {
    const found = claims.find(({ alias }) => alias.plain === plain)
    return found && values[found.at]
  }
  const date = valueNamed('date')
  if (date === undefined) return undefined
  const clock = valueNamed('time')
  const zone = values[names.findIndex((name) => name === 'tz' || name === 'timezone')]
  const joined = joinDateAndClock(date, clock, zone, record)
  const exact = joined && valueNamed('eventtime')
  return (exact === undefined ? undefined : toStamp(exact, record)) ?? joined
}

interface State {
  readonly fields: Draft
  record: RawRecord
  /** Whether the record is a Zeek connection. */
  connection: boolean
  stamp: Stamp | undefined
  message: string | undefined
  /** Whether the level comes from a number, which is a verbosity in some programs: a word beside it is certain. */
  numericLevel?: boolean
}

/** Puts a value under the alias's name. Returns false if the name is taken or the value is implausible. */
const claim = (state: State, { target, plain }: Alias, key: string, value: FieldValue): boolean => {
  const { fields } = state
  switch (target) {
    case '@timestamp':
      return claimTime(state, plain, value)
    case 'message':
      if (state.message !== undefined || typeof value !== 'string' || value === '') return false
      state.message = value
      return true
    case 'source.ip':
    case 'destination.ip': {
      // The first of several addresses is the client's; the others are proxies.
      const [text] = Array.isArray(value) ? value : [value]
      if (fields[target] !== undefined || typeof text !== 'string') return false
      const listed = text.includes(',') ? text.slice(0, text.indexOf(',')).trim() : text
      const found = listed.includes(':') || listed.startsWith('IPV') ? endpointOfDevice.exec(listed) : null
      const first = found?.[1] ?? found?.[2] ?? listed
      const address = readAddress(first)
      if (address?.ip === undefined) return false
      setEndpoint(fields, target === 'source.ip' ? 'source' : 'destination', address)
      return true
    }
    case 'network.forwarded_ip': {
      const text = Array.isArray(value) ? value.join(', ') : value
      return typeof text === 'string' && isForwardedFor(text) && claimText(fields, target, text)
    }
    case 'source.port':
    case 'destination.port': {
      const port = toPort(String(value))
      if (port === undefined || fields[target] !== undefined) return false
      fields[target] = port
      return true
    }
    case 'log.level':
      return claimLevel(state, key, plain, value)
    case 'event.outcome':
      return claimOutcome(fields, plain, value)
    case 'user.name':
      // Zeek's `uid` identifies a connection.
      if (plain === 'uid' && state.connection) return false
      // Grafana writes the number of nobody before a login.
      if (plain === 'userid' && (value === 0 || value === '0')) return false
      // A Windows security identifier is not a user name.
      if (typeof value === 'string' && value.startsWith('S-1-')) {
        fields['user.id'] ??= value
        return true
      }
      return claimUser(fields, typeof value === 'number' ? String(value) : value)
    case 'service.name':
      // The firewall of Windows calls the path of a program its application. Each would have a stream of its own.
      if (typeof value !== 'string' || !isWindowsPath(value)) {
        // Firewalls call a port a service.
        return typeof value === 'string' && /^\d+$/.test(value) ? false : claimText(fields, target, value)
      }
      if (!claimText(fields, 'process.executable', value)) return false
      nameProcess(fields)
      return true
    case 'host.name':
      // Docker's daemon calls the URL that it listens on its host.
      if (typeof value === 'string' && value.includes('://')) return false
      return claimText(fields, target, typeof value === 'string' ? shareWord(value) : value)
    case 'dns.question.name':
      return claimText(fields, target, typeof value === 'string' && value.endsWith('.') ? value.slice(0, -1) : value)
    case 'network.transport':
      if (fields[target] !== undefined || value === '' || typeof value === 'boolean' || Array.isArray(value))
        return false
      setTransport(fields, String(value))
      return true
    case 'http.request.line': {
      // nginx: $request
      if (typeof value !== 'string' || !requestLine.test(value)) return false
      if (fields['http.request.method'] !== undefined) return false
      readRequest(value, fields)
      return true
    }
    case 'http.response.body.bytes': {
      const bytes = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
      if (typeof bytes !== 'number' || fields[target] !== undefined) return false
      fields[target] = bytes
      return true
    }
    case 'user_agent.original': {
      // Caddy lists the values of each header.
      const text = Array.isArray(value) && value.length === 1 ? value[0] : value
      return text !== undefined && claimText(fields, target, text)
    }
    case 'http.response.status_code':
    case 'process.parent.pid':
    case 'process.pid': {
      const number = typeof value === 'string' && /^(?:\d{1,9}|0x[\da-f]{1,8})$/i.test(value) ? Number(value) : value
      if (typeof number !== 'number' || fields[target] !== undefined) return false
      // A firewall that blocked the request writes 0 for the answer.
      if (target === 'http.response.status_code' && number === 0) return false
      // Other protocols have answers with a status too.
      if (plain.endsWith('.status') && (number < 100 || number > 599)) return false
      fields[target] = number
      return true
    }
    case 'event.severity':
      if (fields[target] !== undefined) return false
      fields[target] = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value
      return true
    case 'event.code':
      return claimText(fields, target, typeof value === 'number' ? String(value) : value)
    case 'event.action':
      // Skip a generic name such as winston's or pino's `type`, which adds nothing to ECS's `event.category`.
      if (typeof value !== 'string' || value.length > 256) return false
      // Windows' agents write the result of an audit as the type of its event.
      if (value.length === 13 && /^audit[ _](?:success|failure)$/i.test(value)) {
        fields['event.outcome'] ??= /success$/i.test(value) ? 'success' : 'failure'
        return true
      }
      return claimText(fields, target, value)
    default:
      return target === key.toLowerCase() && Array.isArray(value) ? false : claimText(fields, target, value)
  }
}

/** SonicWall: 10.0.0.5:51234:X1, 10.0.0.5::X1; Asterisk: IPV4/UDP/10.0.0.5/5060 */
const endpointOfDevice = /^(\d[\d.]{6,14}(?::\d{1,5})?)::?[A-Z]|^IPV[46]\/[A-Z]{2,4}\/([\da-fA-F.:]{2,45})\/\d{1,5}$/

const requestLine = /^[A-Z]{3,10} \S{1,32768}(?: HTTP\/\d(?:\.\d)?)?$/

const placeholder = /^(?:-*|n\/?a|null|none|nil|\(null\)|\(none\)|<nil>)$/i

/** Whether a value only says that there is none. Looks at the first character first, because this runs for every field. */
const isPlaceholder = (value: string): boolean => {
  if (value.length > 6) return false
  const first = value.charCodeAt(0)
  return (
    value === '' ||
    ((first === 45 || first === 40 || first === 60 || first === 78 || first === 110) && placeholder.test(value))
  )
}

const claimText = (fields: Draft, target: string, value: FieldValue): boolean => {
  if (typeof value !== 'string' || isPlaceholder(value) || fields[target] !== undefined) return false
  fields[target] = value.length > longestValue ? value.slice(0, longestValue) : value
  return true
}

const claimTime = (state: State, plain: string, value: FieldValue): boolean => {
  if (state.stamp) {
    const complete = state.stamp.guessed ? completeTime(plain, value, state) : undefined
    if (complete) state.stamp = complete
    return false
  }
  if (plain.endsWith('unixnano')) {
    const nanoseconds = Number(value)
    if (!(nanoseconds > 0)) return false
    state.stamp = { time: Math.floor(nanoseconds / 1e6), end: 0, guessed: false }
    return true
  }
  state.stamp = toStamp(value, state.record)
  return state.stamp !== undefined
}

const quarter = 15 * 60_000

/** Returns the same moment with its zone, for a time without one: Sysmon's `UtcTime` beside the local `EventTime`. */
const completeTime = (plain: string, value: FieldValue, { stamp, record }: State): Stamp | undefined => {
  const isUtc = plain.startsWith('utc')
  const other = toStamp(value, isUtc ? { ...record, zoneMinutes: 0 } : record)
  if (!stamp || !other || (other.guessed && !isUtc)) return undefined
  const distance = Math.abs(other.time - stamp.time)
  const rest = distance % quarter
  const sameMoment = distance <= 56 * quarter && Math.min(rest, quarter - rest) < 2000
  return sameMoment ? { ...other, guessed: false } : undefined
}

/** Maps level words; numbers as syslog's (0–7) or pino's (10–60), or Windows' (1–5) under its capitalized `Level`. A numeric `severity` is no level. */
const claimLevel = (state: State, key: string, plain: string, value: FieldValue): boolean => {
  const { fields } = state
  if (fields['log.level'] !== undefined) return replaceNumericLevel(state, value)
  let level: string | undefined
  if (typeof value === 'string')
    level = /^\d$/.test(value) && plain === 'priority' ? numberToLevel(Number(value)) : toLogLevel(value)
  else if (typeof value === 'number' && (plain === 'level' || plain === 'priority' || plain === 'lvl'))
    level = (/\bLevel$/.test(key) ? windowsToLevel(value) : undefined) ?? numberToLevel(value)
  if (level === undefined && typeof value === 'string' && plain === 'log.level') level = value.toLowerCase()
  if (level === undefined) {
    if (typeof value !== 'number' || plain !== 'severity' || fields['event.severity'] !== undefined) return false
    fields['event.severity'] = value
    return true
  }
  fields['log.level'] = level
  state.numericLevel = typeof value === 'number'
  return true
}

/** Takes a level word in place of a number: PowerDNS writes `level="0" prio="Info"`, whose number says how much detail was asked for. */
const replaceNumericLevel = (state: State, value: FieldValue): boolean => {
  const level = state.numericLevel === true && typeof value === 'string' ? toSureLevel(value) : undefined
  if (level === undefined) return false
  state.fields['log.level'] = level
  state.numericLevel = false
  return true
}

const claimOutcome = (fields: Draft, plain: string, value: FieldValue): boolean => {
  if (plain === 'success' && typeof value !== 'boolean') return false
  const number = typeof value === 'string' && plain === 'status' && /^[1-5]\d\d$/.test(value) ? Number(value) : value
  if (typeof number === 'number') {
    if (plain !== 'status' || number < 100 || number > 599 || fields['http.response.status_code'] !== undefined)
      return false
    fields['http.response.status_code'] = number
    return true
  }
  const outcome = toOutcome(String(value))
  if (outcome !== undefined && fields['event.outcome'] === undefined) {
    fields['event.outcome'] = outcome
    return true
  }
  // An action that is no outcome is more specific than the event's type.
  if (plain !== 'action' || typeof value !== 'string' || /^-?$/.test(value) || value.length > 256) return false
  const other = fields['event.action']
  fields['event.action'] = value
  if (other !== undefined) fields['event.type'] ??= other
  return true
}

/** Stores a value under its own name. */
const keep = (fields: Draft, key: string | undefined, value: FieldValue | undefined): void => {
  if (key === undefined || value === undefined) return
  // Names of built-in object properties would be lost, or worse.
  const name = key === '__proto__' ? '_proto_' : key
  // A text that is no time must not pass for the time of the event.
  if (name === '@timestamp') return
  if (Object.hasOwn(fields, name)) return
  fields[name] = typeof value === 'string' && value.length > longestValue ? value.slice(0, longestValue) : value
}

/** Sets the level from OpenTelemetry's SeverityNumber, unless there is a level word. */
export const addOtelLevel = (fields: Draft, severityNumber: unknown): void => {
  if (fields['log.level'] !== undefined || typeof severityNumber !== 'number') return
  const level = otelToLevel(severityNumber)
  if (level) fields['log.level'] = level
}
