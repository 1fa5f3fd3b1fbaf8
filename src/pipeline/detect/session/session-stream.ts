import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { Oldest } from '../../../lib/oldest/oldest.ts'
import { Sessions } from '../../../lib/sessions/sessions.ts'
import type { Entity } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { type EventSample, keepSample, ownSample, renewSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { eventEntities } from '../sigma/sigma-entities.ts'

/**
 * Related events of a stream: those with the same request, trace or process. A session is the sample of its first event itself, because
 * thousands of them wait for their end, and most are short.
 */
export interface EventSession extends EventSample {
  readonly key: SessionKey
  last: number
  /** The template ids of its events, in order. */
  readonly events: string[]
  second: EventSample | undefined
  third: EventSample | undefined
  /** The last of its events after the third. */
  newest: EventSample | undefined
  /** The fields of the first event, or the entities restored from a saved state. Fields become entities only on demand. */
  readonly about: Event['fields'] | Entity[]
}

/** Identifies a session: by its process number or trace, which are the fastest to compare, else by field and value, with a space between. */
export type SessionKey = string | number

/** The sessions of one stream. */
export interface SessionStream {
  readonly source: string
  readonly stream: string
  readonly open: Map<SessionKey, EventSession>
  readonly oldest: Oldest<EventSession>
  /** Sessions that have ended since the last scoring. */
  ended: EventSession[]
  learned: Sessions
  /** Some of the keys seen. A stream with few keys is a long-running program, without sessions. */
  readonly keys: Set<SessionKey>
  /** The texts of templates, by id. */
  readonly texts: Map<string, string>
  /** The current scoring period. */
  period: number
  usedAt: number
  /** Whether no event has come since the last clock tick. */
  isQuiet: boolean
}

const mostOpen = 200
const mostEvents = 200
const mostTexts = 1000
const longestKey = 256
/** How many keys a stream needs to have sessions. */
export const manyKeys = 20

/** The fields that identify a session, best first. */
const fields = ['trace.id', 'transaction.id', 'http.request.id', 'session.id', 'process.pid'] as const

/** Returns the session key of an event; undefined if it has none. */
export const sessionKeyOf = ({ fields: values }: Event): SessionKey | undefined => {
  for (const field of fields) {
    const value = values[field]
    if (typeof value === 'string') {
      if (isTrace(field, value)) return value
      return field === 'process.pid' ? readKey(`${field} ${value}`) : `${field} ${value}`
    }
    if (typeof value === 'number') return isProcess(field, value) ? value : `${field} ${value}`
  }
  return undefined
}

const isProcess = (field: string, value: number): boolean =>
  field === 'process.pid' && Number.isInteger(value) && value > 0 && value < 1e15

const longestTrace = 64
const isTrace = (field: string, value: string): boolean =>
  field === 'trace.id' && value.length <= longestTrace && !value.includes(' ')

export const formatKey = (key: SessionKey): string => {
  if (typeof key === 'number') return `process.pid ${key}`
  return key.includes(' ') ? key : `trace.id ${key}`
}

const readKey = (text: string): SessionKey => {
  if (/^process\.pid [1-9]\d{0,14}$/.test(text)) return Number(text.slice('process.pid '.length))
  const [field = '', value = ''] = text.split(' ', 2)
  return text === `${field} ${value}` && isTrace(field, value) ? value : text
}

/** Returns the entities of a session's first event. */
export const entitiesOfSession = ({ about }: EventSession): Entity[] =>
  Array.isArray(about) ? about : eventEntities(about)

export const startStream = (event: Event): SessionStream => ({
  source: event.source,
  stream: event.stream,
  ...toOpen([]),
  ended: [],
  learned: new Sessions({ trained: 'everything', events: 5000, patterns: 256, transitions: 20_000 }),
  keys: new Set(),
  texts: new Map(),
  period: Number.NEGATIVE_INFINITY,
  usedAt: event.time,
  isQuiet: false,
})

const toOpen = (sessions: readonly EventSession[]): Pick<SessionStream, 'open' | 'oldest'> => {
  const open = new Map(sessions.map((session) => [session.key, session]))
  return { open, oldest: new Oldest(() => open.values()) }
}

/** Adds an event to its session. Ends a session that was idle for longer than `idle` ms and starts another. */
export const addToSession = (stream: SessionStream, key: SessionKey, event: Event, idle: number): void => {
  const { template } = event
  if (!template) return
  let session = stream.open.get(key)
  if (session && event.time - session.last > idle) {
    end(stream, session)
    session = undefined
  }
  if (session) {
    if (event.time > session.last) session.last = event.time
    if (session.events.length <= mostEvents) session.events.push(template.id)
    if (!session.second) session.second = keepSample(event)
    else if (!session.third) session.third = keepSample(event)
    else if (!session.newest || !renewSample(session.newest, event)) session.newest = ownSample(event)
  } else begin(stream, key, event, template.id)
  if (!stream.texts.has(template.id) && stream.texts.size < mostTexts)
    stream.texts.set(template.id, flatText(template.text, 80))
}

const begin = (stream: SessionStream, key: SessionKey, event: Event, templateId: string): void => {
  if (stream.open.size >= mostOpen) {
    const oldest = stream.oldest.take()
    if (oldest) end(stream, oldest)
  }
  const { id, time, original, fields: held, message } = ownSample(event, event.fields)
  const session: EventSession = {
    id,
    time,
    original,
    fields: held,
    message,
    // No copy, because the fields hold the text anyway.
    key: typeof key === 'number' ? key : key.slice(0, longestKey),
    last: time,
    // Arrays of one item take less memory than empty ones that grow.
    events: [templateId],
    second: undefined,
    third: undefined,
    newest: undefined,
    about: event.fields,
  }
  stream.open.set(session.key, session)
  if (stream.keys.size < manyKeys) stream.keys.add(typeof key === 'number' ? key : flatText(key))
}

const end = (stream: SessionStream, session: EventSession): void => {
  stream.open.delete(session.key)
  // A longer session is a long-running program.
  if (session.events.length <= mostEvents) stream.ended.push(session)
}

/** Ends the sessions that are idle at a time. */
export const endIdle = (stream: SessionStream, time: number, idle: number): void => {
  for (const session of [...stream.open.values()]) if (time - session.last > idle) end(stream, session)
}

/** Returns the sessions of a stream in the order in which they are saved. */
const sessionsOf = ({ ended, open }: SessionStream): EventSession[] => [...ended, ...open.values()]

/** Returns the samples of a stream in the order in which they are saved. */
export const samplesOf = (stream: SessionStream): EventSample[] => sessionsOf(stream).flatMap(samplesOfSession)

/** Returns the first three events and the last one. */
export const samplesOfSession = (session: EventSession): EventSample[] =>
  [session, session.second, session.third, session.newest].filter((sample) => sample !== undefined)

export const writeStream = (writer: Writer, stream: SessionStream): void => {
  const { source, stream: name, learned, keys, texts, period, usedAt } = stream
  writer.text(source).text(name).bytes(learned.save()).f64(period).f64(usedAt)
  writer.varint(keys.size)
  for (const key of keys) writer.text(formatKey(key))
  writer.varint(texts.size)
  for (const [id, text] of texts) writer.text(id).text(text)
  const sessions = sessionsOf(stream)
  writer.varint(stream.ended.length).varint(sessions.length)
  for (const session of sessions) {
    const { key, time: start, last, events } = session
    const samples = samplesOfSession(session)
    writer
      .text(formatKey(key))
      .f64(start)
      .f64(last)
      .text(events.join(' '))
      .text(JSON.stringify(entitiesOfSession(session)))
    writer.varint(samples.length)
    for (const { id, time, original } of samples) writer.text(id).f64(time).text(original.slice(0, 300))
  }
}

export const readSessionStream = (reader: Reader): SessionStream => {
  const [source, stream, learned] = [reader.text(), reader.text(), Sessions.load(reader.bytes())]
  const [period, usedAt] = [reader.f64(), reader.f64()]
  const keys = new Set(Array.from({ length: reader.varint() }, () => readKey(reader.text())))
  const texts = new Map(Array.from({ length: reader.varint() }, () => [reader.text(), reader.text()] as const))
  const endedCount = reader.varint()
  const sessions = Array.from({ length: reader.varint() }, (): EventSession => {
    const [key, start, last] = [readKey(reader.text()), reader.f64(), reader.f64()]
    const events = reader
      .text()
      .split(' ')
      .filter((id) => id !== '')
    const about: Entity[] = JSON.parse(reader.text())
    const [first, second, third, newest] = Array.from({ length: reader.varint() }, () => ({
      id: reader.text(),
      time: reader.f64(),
      original: reader.text(),
    }))
    return { id: '', original: '', ...first, time: start, key, last, events, second, third, newest, about }
  })
  return {
    source,
    stream,
    ...toOpen(sessions.slice(endedCount)),
    ended: sessions.slice(0, endedCount),
    learned,
    keys,
    texts,
    period,
    usedAt,
    isQuiet: false,
  }
}
