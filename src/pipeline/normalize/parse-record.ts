import type { RawRecord } from '../../schema/record.ts'
import { alertParsers } from './alerts/alert-formats.ts'
import { type Draft, refuseRecord } from './draft.ts'
import { addFields } from './fields/aliases.ts'
import { readPairs } from './fields/key-values.ts'
import { embeddedTimeParser } from './formats/embedded-time.ts'
import { looksLikePairs } from './formats/logfmt.ts'
import { plainParser } from './formats/plain.ts'
import { readMeaning } from './meaning/read-meaning.ts'
import type { Parsed } from './parser.ts'
import { candidates } from './registry.ts'

const deepestNesting = 3

/** Parses a record with the first parser that recognizes it, and the content of its message with the next. */
export const parseRecord = (record: RawRecord): Parsed => {
  if (record.format !== undefined) return parseAlert(record, record.format)
  const parsed = first(record) ?? withoutPrefix(record) ?? embeddedTimeParser.parse(record) ?? plainParser.parse(record)
  if (!parsed) throw new Error('The plain parser rejected a text.')
  return parsed.fault === undefined ? withMeaning(withPairs(unpack(parsed, record, 1), record)) : parsed
}

/** Adds the meaning of the message, of an event only: alerts of other systems say theirs. */
const withMeaning = (parsed: Parsed): Parsed => {
  if (parsed.kind === 'event') readMeaning(parsed.message, parsed.fields)
  return parsed
}

/** Formats whose message is text, which may contain pairs. */
const textual = /(?:syslog\/\w+|generic|generic\/\w+|embedded-time|plain|docker|cri|journald)$/

/** Adds the `key=value` pairs of a message that consists mostly of them: `[RDP Session] user="ada" client_ip="10.0.0.1" …`. */
const withPairs = (parsed: Parsed, record: RawRecord): Parsed => {
  const { message, fields } = parsed
  const first = message.indexOf('=')
  if (first < 0 && !message.includes(':"')) return parsed
  if (parsed.kind !== 'event' || !textual.test(parsed.format) || fields['event.action'] !== undefined) return parsed
  const { pairs, others } = readPairs(message)
  if (pairs.length < 3 || others > pairs.length) return parsed
  const found: Draft = {}
  const { stamp } = addFields(found, pairs, record)
  return {
    ...parsed,
    time: parsed.time ?? stamp?.time,
    timeGuessed: parsed.time === undefined && stamp ? stamp.guessed : parsed.timeGuessed,
    fields: { ...found, ...fields },
  }
}

/** Parses the rest of a line after the name that docker compose and foreman write before it: `web-1  | …`. */
const withoutPrefix = (record: RawRecord): Parsed | undefined => {
  const prefix = / {0,40}\| /.exec(record.text.slice(0, 100))
  if (!prefix || !/^[A-Za-z][\w.-]{0,62}$/.test(record.text.slice(0, prefix.index))) return undefined
  const inner = first({ ...record, text: record.text.slice(prefix.index + prefix[0].length) })
  return inner && inner.fault === undefined
    ? { ...inner, fields: { 'container.name': record.text.slice(0, prefix.index), ...inner.fields } }
    : undefined
}

/** Parses a record that its sender declares as an alert of a format. */
const parseAlert = (record: RawRecord, format: string): Parsed =>
  alertParsers.get(format)?.parse(record) ??
  refuseRecord(`alert/${format}`, `The record is no ${format} alert.`, record.text)

const first = (record: RawRecord): Parsed | undefined => {
  for (const parser of candidates(record.text)) {
    const parsed = parser.parse(record)
    if (parsed) return parsed
  }
  return undefined
}

/**
 * Parses the message of an envelope (syslog, a container log, a shipper's JSON) if it is a record itself. Fields and time of the envelope
 * win. The inner message replaces the outer one, unless it is a plain list of pairs.
 */
const unpack = (parsed: Parsed, record: RawRecord, depth: number): Parsed => {
  if (depth > deepestNesting || !mayCarry(parsed, record.text)) return parsed
  const text = parsed.message.trimStart()
  const inner = first({ ...record, text })
  if (!inner || inner.fault !== undefined) return parsed
  const whole = unpack(inner, { ...record, text }, depth + 1)
  // A complete time in the message is better than one with a guessed year or zone.
  const timed =
    parsed.time === undefined || (parsed.timeGuessed && whole.time !== undefined && !whole.timeGuessed) ? whole : parsed
  // The host in the line is where it was written; the shipper's host is where it was collected.
  const host = parsed.format.startsWith('json') ? whole.fields['host.name'] : undefined
  return {
    format: `${parsed.format}+${whole.format}`,
    kind: whole.kind === 'alert' ? 'alert' : parsed.kind,
    time: timed.time,
    timeGuessed: timed.timeGuessed,
    message: whole.format === 'logfmt' ? parsed.message : whole.message,
    fields: { ...whole.fields, ...parsed.fields, ...(host !== undefined && { 'host.name': host }) },
  }
}

/** The start of a line in nginx's error log. */
const errorTime = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[/

/** Formats that wrap messages of other programs. */
const carriers = /^(?:syslog|docker|cri|journald|json)/

/** Whether a message may be a record itself. A cheap test of its beginning. */
const mayCarry = (parsed: Parsed, text: string): boolean => {
  const { message, format } = parsed
  let at = 0
  while (message.charCodeAt(at) === 32) at++
  switch (message.charCodeAt(at)) {
    case 123: // {
    case 60: // <
    case 37: // %
      break
    case 67: // CEF:
    case 76: // LEEF:
      if (!message.startsWith('CEF:', at) && !message.startsWith('LEEF:', at))
        return ownLine(parsed) && message !== text
      break
    case 116: // type=
    case 110: // node=
      if (!message.startsWith('type=', at) && !message.startsWith('node=', at)) return looksLikePairs(message)
      break
    default: {
      const code = message.charCodeAt(at)
      if ((code === 48 || code === 49) && message.charCodeAt(at + 1) === 124) break // CEF without its tag
      if (code >= 48 && code <= 57)
        return (
          message !== text &&
          carriers.test(format) &&
          (ownLine(parsed) || message.includes('] "') || errorTime.test(message.slice(at, at + 22)))
        )
      if (code === 91) return ownLine(parsed) && message !== text
      if (looksLikePairs(message)) break
      return ownLine(parsed) && message !== text && code > 64
    }
  }
  return message !== text && carriers.test(format)
}

/** Whether the message is a line of another program's log, as shippers and container runtimes wrap it. */
const ownLine = ({ format, fields }: Parsed): boolean =>
  format === 'docker' || format === 'cri' || (format === 'json' && fields['event.action'] === undefined)
