import type { RawRecord } from '../../schema/record.ts'
import { alertParsers } from './alerts/alert-formats.ts'
import { refuse } from './draft.ts'
import { looksLikePairs } from './logfmt.ts'
import type { Parsed } from './parser.ts'
import { plainParser } from './plain.ts'
import { candidates } from './registry.ts'

const deepestNesting = 3

/** Reads a record with the first parser that knows it, and what it carries in its message with the next. */
export const understand = (record: RawRecord): Parsed => {
  if (record.format !== undefined) return understandAlert(record, record.format)
  const parsed = first(record) ?? plainParser.parse(record)
  if (!parsed) throw new Error('The plain parser refused a text.')
  return parsed.fault === undefined ? unpack(parsed, record, 1) : parsed
}

/** Reads a record that its sender says is an alert of a format; one that is none is refused, and kept. */
const understandAlert = (record: RawRecord, format: string): Parsed =>
  alertParsers.get(format)?.parse(record) ?? refuse(`alert/${format}`, `This is no alert of ${format}.`, record.text)

const first = (record: RawRecord): Parsed | undefined => {
  for (const parser of candidates(record.text)) {
    const parsed = parser.parse(record)
    if (parsed) return parsed
  }
  return undefined
}

/**
 * Reads the message of a carrier (syslog, a container's log, a shipper's JSON) as a record of its own when it looks like one. The
 * carrier's fields and time win; the message becomes the inner one, except where that is a mere list of pairs.
 */
const unpack = (parsed: Parsed, record: RawRecord, depth: number): Parsed => {
  if (depth > deepestNesting || !mayCarry(parsed, record.text)) return parsed
  const text = parsed.message.trimStart()
  const inner = first({ ...record, text })
  if (!inner || inner.fault !== undefined) return parsed
  const whole = unpack(inner, { ...record, text }, depth + 1)
  // A whole time in the message is better than one whose year or zone was guessed.
  const timed =
    parsed.time === undefined || (parsed.timeGuessed && whole.time !== undefined && !whole.timeGuessed) ? whole : parsed
  // The host that a line names is where it was written; a shipper's is where it was picked up.
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

/** What nginx begins a line of its error log with, whoever carries it. */
const errorTime = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[/

/** Formats that wrap the words of other programs. */
const carriers = /^(?:syslog|docker|cri|journald|json)/

/** Whether a message may be a record of its own: a look at its beginning, so that ordinary messages cost next to nothing. */
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

/** Whether the message is a whole line of some program's own log, as shippers and container runtimes carry it. */
const ownLine = ({ format, fields }: Parsed): boolean =>
  format === 'docker' || format === 'cri' || (format === 'json' && fields['event.action'] === undefined)
