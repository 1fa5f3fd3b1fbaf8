import { isObject } from '../../lib/json/json-value.ts'
import type { Event, FieldValue } from '../../schema/event/event.ts'
import type { DeclaredFormats } from './declared/declared-formats.ts'
import { splitOtlp, toMap } from './formats/json/otel.ts'
import { readPriority } from './formats/syslog/priority.ts'
import { readStructuredData } from './formats/syslog/structured-data.ts'
import { isBytes } from './formats/wrappers/journald.ts'
import { createNormalizer } from './normalize.ts'
import { describeAlerts } from './report-alerts.ts'

/** The result of parsing one sample, for parser tests. */
export interface NormalizedSample {
  readonly id: string
  /** False if the record was rejected. Its text is still stored in `event.original`. */
  readonly ok: boolean
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * Parses the input of each `{ id, kind, encoding?, input }`. An input may contain several framed syslog messages or an OTLP export; then the
 * result has the fields of the first one and the number of others. Also answers invalid samples.
 */
export const normalizeSamples = (
  samples: readonly unknown[],
  receivedAt: number,
  formats?: DeclaredFormats,
): NormalizedSample[] => {
  const normalizer = createNormalizer({ ...(formats && { formats }) })
  return samples.map((sample, i) => {
    const given = isObject(sample) ? sample : {}
    const id = typeof given.id === 'string' || typeof given.id === 'number' ? String(given.id) : String(i + 1)
    const input =
      typeof given.input === 'string' ? given.input : given.input === undefined ? '' : JSON.stringify(given.input)
    const bytes = given.encoding === 'base64'
    const text = bytes ? Buffer.from(input, 'base64').toString('utf8') : input
    const read = (one: string, format?: string): Event => {
      const batch = { partition: 0, first: i, source: 'sample', receivedAt, texts: [one], format }
      const [event] = normalizer.normalize(batch)
      if (!event) throw new Error('A record gave no event.')
      return event
    }
    if (given.kind === 'alert') return { id, ...describeAlerts(parse(text) ?? text, read) }
    return { id, ...describe(text, read) }
  })
}

const describe = (text: string, read: (text: string) => Event): Omit<NormalizedSample, 'id'> => {
  const frames = splitFrames(text)
  if (frames) return describeFrames(frames, read)
  const body = text.trimStart().startsWith('{') ? parse(text) : undefined
  const records = splitOtlp(body)
  if (records) {
    const first = records[0]
    if (!first) return { ok: true, fields: { records: 0, 'event.original': text } }
    const { ok, fields } = present(read(JSON.stringify(first)), text)
    const attributes = Object.entries(toMap(first.attributes)).map(([name, value]) => [`attributes.${name}`, value])
    return { ok, fields: { ...fields, ...Object.fromEntries(attributes), records: records.length } }
  }
  const { ok, fields } = present(read(text), text)
  return { ok, fields: isObject(body) && isBytes(body.MESSAGE) ? { ...fields, message_bytes: body.MESSAGE } : fields }
}

const describeFrames = (frames: readonly string[], read: (text: string) => Event): Omit<NormalizedSample, 'id'> => {
  const events = frames.map(read)
  const first = events[0]
  const fields = first ? present(first, first.original).fields : {}
  return { ok: events.every(isGood), fields: { ...fields, messages: frames, records: frames.length } }
}

const isGood = (event: Event): boolean => event.kind !== 'pipeline_error'

/** Returns an event as flat fields, with the names of syslog's RFCs beside ECS's. */
const present = (event: Event, text: string): Omit<NormalizedSample, 'id'> => {
  const time = new Date(event.time).toISOString()
  const written = writtenTime(text)
  const { fields } = event
  const structured = structuredData(text, fields)
  return {
    ok: isGood(event),
    fields: {
      '@timestamp': time,
      timestamp: written ?? time,
      time_guessed: event.timeGuessed,
      message: event.message,
      'event.kind': event.kind,
      'event.original': event.original,
      ...fields,
      ...structured,
      ...(fields['process.name'] !== undefined && { 'log.syslog.appname': fields['process.name'] }),
      ...(fields['process.pid'] !== undefined &&
        fields['log.syslog.procid'] === undefined && { 'log.syslog.procid': fields['process.pid'] }),
      ...(fields['log.partial'] === true && { partial: true }),
      ...(text.includes('CEF:') &&
        fields['rule.name'] !== undefined && { name: fields['rule.name'], act: fields['event.action'] }),
    },
  }
}

/** Returns the time as written, if it has no year, because any full date would be guessed. */
const writtenTime = (text: string): string | undefined =>
  /^(?:<\d{1,3}>)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)(?= )/.exec(text.slice(0, 24))?.[1]

/** Returns RFC 5424's structured data as a list of element, name, value. */
const structuredData = (
  text: string,
  fields: Readonly<Record<string, FieldValue>>,
): Readonly<Record<string, unknown>> => {
  if (fields['log.syslog.version'] === undefined || !readPriority(text)) return {}
  const header = /^<\d{1,3}>\d{1,3} (?:\S+ ){5}/.exec(text.slice(0, 700))
  const data = header ? readStructuredData(text, header[0].length) : ''
  return typeof data === 'string' || data.ids.length === 0
    ? {}
    : { structured_data: data.triples, structured_data_ids: data.ids }
}

/**
 * Splits an input into framed syslog messages (RFC 6587): octet-counted, or by line breaks if every line begins with a priority. Undefined
 * for a single message.
 */
const splitFrames = (text: string): string[] | undefined => {
  if (/^\d{1,7} <\d{1,3}>/.test(text)) return splitCounted(text)
  if (!text.startsWith('<') || !text.includes('\n')) return undefined
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.length > 1 && lines.every((line) => /^<\d{1,3}>/.test(line)) ? lines : undefined
}

const splitCounted = (text: string): string[] | undefined => {
  const bytes = Buffer.from(text, 'utf8')
  const frames: string[] = []
  let at = 0
  while (at < bytes.length) {
    const blank = bytes.indexOf(32, at)
    const length = blank < 0 || blank - at > 7 ? Number.NaN : Number(bytes.toString('latin1', at, blank))
    if (!(length > 0) || blank + 1 + length > bytes.length) return frames.length > 0 ? frames : undefined
    frames.push(bytes.toString('utf8', blank + 1, blank + 1 + length))
    at = blank + 1 + length
    while (bytes[at] === 10 || bytes[at] === 13) at++
  }
  return frames
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
