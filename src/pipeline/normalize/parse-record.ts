import { isAuthentication } from '../../schema/event/event.ts'
import type { RawRecord } from '../../schema/record/record.ts'
import { alertParsers } from './alerts/alert-formats.ts'
import { bundledFormats, type DeclaredFormats, mayBeDeclared } from './declared/declared-formats.ts'
import { type Draft, refuseRecord, splitTrace } from './draft.ts'
import { looksLikeMorgan, withoutColours } from './entities/morgan.ts'
import { addEntries } from './fields/aliases.ts'
import { createDraft } from './fields/create-draft.ts'
import { readPairs } from './fields/key-values.ts'
import { toSureLevel } from './fields/level.ts'
import { addLoginPlace } from './fields/login-place.ts'
import { cacheWords } from './fields/recurring-words.ts'
import { startsLikeS3 } from './formats/aws/aws-s3.ts'
import { startsLikeDotnet } from './formats/lines/dotnet-console.ts'
import { embeddedTimeParser } from './formats/lines/embedded-time.ts'
import { looksLikePairs } from './formats/lines/logfmt.ts'
import { plainParser } from './formats/lines/plain.ts'
import { hasCefMarker } from './formats/siem/cef.ts'
import { hasPrefix, leadingWordEnd, readPrefix } from './formats/wrappers/prefix.ts'
import { isCapital, isLetter, isSmall } from './letters.ts'
import { readMeaning } from './meaning/read-meaning.ts'
import type { Parsed, Parser } from './parser.ts'
import { candidates } from './registry.ts'

const deepestNesting = 3

/** Parses a record with the first parser that recognizes it, and the content of its message with the next. */
export const parseRecord = (received: RawRecord, formats: DeclaredFormats = bundledFormats()): Parsed => {
  if (received.format !== undefined) return parseAlert(received, received.format)
  const isColoured = received.text.includes('\u001b[') && !looksLikeMorgan(received.text)
  const record = isColoured ? { ...received, text: withoutColours(received.text).trim() } : received
  const parsed = withoutPrefix(record, formats, 1) ?? parseLine(record, formats)
  return parsed.fault === undefined
    ? withMeaning(withPairs(unpack(parsed, record, formats, 1), record), record.text)
    : parsed
}

const parseLine = (record: RawRecord, formats: DeclaredFormats): Parsed => {
  const parsed = first(record, formats) ?? embeddedTimeParser.parse(record) ?? plainParser.parse(record)
  if (!parsed) throw new Error('The plain parser rejected a text.')
  return parsed
}

/** Adds the meaning of the message, and the place of a login, of an event only: alerts of other systems say theirs. */
const withMeaning = (parsed: Parsed, record: string): Parsed => {
  if (parsed.kind === 'event') {
    readMeaning(parsed.message, parsed.fields, record)
    if (isAuthentication(parsed)) addLoginPlace(parsed.fields)
  }
  return parsed
}

/** Remembers an answer about names of formats, of which there are few. */
const cacheByFormat = (test: RegExp): ((format: string) => boolean) => {
  const known = new Map<string, boolean>()
  return (format) => {
    const before = known.get(format)
    if (before !== undefined) return before
    const answer = test.test(format)
    if (known.size < 1_000) known.set(format, answer)
    return answer
  }
}

/** Formats whose message is text, which may contain pairs. */
const isTextual = cacheByFormat(/(?:syslog\/\w+|generic|generic\/\w+|embedded-time|plain|docker|cri|journald)$/)

/** Adds the `key=value` pairs of a message that consists mostly of them: `[RDP Session] user="ada" client_ip="10.0.0.1" …`. */
const withPairs = (parsed: Parsed, record: RawRecord): Parsed => {
  const { message, fields } = parsed
  if (!message.includes('=') && !(message.charCodeAt(0) === 91 && message.includes(':"'))) return parsed
  if (parsed.kind !== 'event' || !isTextual(parsed.format) || fields['event.action'] !== undefined) return parsed
  const { pairs, others } = readPairs(message)
  if (pairs.length < 3 || others > pairs.length) return parsed
  const found = createDraft(pairs.length)
  const { stamp } = addEntries(found, pairs.filter(isOfMachine), record)
  return {
    ...parsed,
    time: parsed.time ?? stamp?.time,
    timeGuessed: parsed.time === undefined && stamp ? stamp.guessed : parsed.timeGuessed,
    fields: { ...found, ...fields },
  }
}

/**
 * Whether a pair may name the machine that wrote the line. A host with a port after it, or PostgreSQL's `[local]`, is the other end of
 * a connection: a stream of its own for each client would have no usual rate. After a database, PostgreSQL writes what the client calls
 * itself, only if it is let in: its refused logins would be of another service.
 */
const isOfMachine = (
  [name, value]: readonly [string, string],
  index: number,
  pairs: readonly (readonly [string, string])[],
): boolean =>
  name === 'application_name'
    ? pairs[index - 1]?.[0] !== 'database'
    : name.toLowerCase() !== 'host' || !(value.startsWith('[') || pairs[index + 1]?.[0].toLowerCase() === 'port')

/** Parses the rest of a line after the name that docker compose, foreman, pm2 or kubectl write before it. */
const withoutPrefix = (record: RawRecord, formats: DeclaredFormats, depth: number): Parsed | undefined => {
  const prefix = readPrefix(record.text)
  if (!prefix) return undefined
  const rest = { ...record, text: record.text.slice(prefix.end) }
  const inner = parseLine(rest, formats)
  if (inner.fault !== undefined) return undefined
  const whole = unpack(inner, rest, formats, depth)
  return { ...whole, fields: { ...prefix.fields, ...whole.fields } }
}

/** Parses a record that its sender declares as an alert of a format. */
const parseAlert = (record: RawRecord, format: string): Parsed =>
  alertParsers.get(format)?.parse(record) ??
  refuseRecord(`alert/${format}`, `The record is no ${format} alert.`, record.text)

const none: readonly Parser[] = []

const first = (record: RawRecord, formats: DeclaredFormats): Parsed | undefined => {
  for (const format of formats.get(record.text.charCodeAt(0)) ?? none) {
    const parsed = format.parse(record)
    if (parsed) return parsed
  }
  for (const parser of candidates(record.text)) {
    const parsed = parser.parse(record)
    if (parsed) return parsed
  }
  return undefined
}

/**
 * Parses the message of an envelope (syslog, a container log, a shipper's JSON) if it is a record itself. Fields and time of the envelope
 * win, except for the level, which the message knows better. The inner message replaces the outer one, unless it is a list of pairs without
 * one.
 */
const unpack = (parsed: Parsed, record: RawRecord, formats: DeclaredFormats, depth: number): Parsed => {
  if (parsed.format === 'plain') return withLeadingLevel(parsed, parsed.message)
  if (depth > deepestNesting || parsed.message === record.text || !isCarrier(parsed)) return parsed
  const text = parsed.message.trimStart()
  if (!mayCarry(text, parsed) && !mayBeDeclared(formats, text)) return withoutTrace(withLeadingLevel(parsed, text))
  if (isSentence(text, formats)) return withoutTrace(withLeadingLevel(parsed, text))
  const carried = { ...record, text }
  const inner = inside(carried, formats, depth)
  if (!inner) return withoutTrace(withLeadingLevel(parsed, text))
  const whole = unpack(inner, carried, formats, depth + 1)
  // A complete time in the message is better than one with a guessed year or zone.
  const timed =
    parsed.time === undefined || (parsed.timeGuessed && whole.time !== undefined && !whole.timeGuessed) ? whole : parsed
  const level = whole.fields['log.level']
  // The host in the line is where it was written; the shipper's or the relay's host is where it was collected.
  const collected =
    parsed.format.startsWith('json') || isOfDevice(whole.format) || (isSyslog(parsed.format) && isSyslog(whole.format))
  const host = collected ? whole.fields['host.name'] : undefined
  return {
    format: `${parsed.format}+${whole.format}`,
    kind: whole.kind === 'alert' ? 'alert' : parsed.kind,
    time: timed.time,
    timeGuessed: timed.timeGuessed,
    message: whole.message,
    ...(whole.unnamed && { unnamed: whole.unnamed }),
    fields: {
      ...whole.fields,
      ...(parsed.format === 'generic' ? withoutContent(parsed.fields) : parsed.fields),
      ...(level !== undefined && { 'log.level': level }),
      ...(host !== undefined && { 'host.name': host }),
    },
  }
}

const sentenceTests = new WeakMap<DeclaredFormats, (text: string) => boolean>()

/**
 * Whether a text is known to be no record. Programs write the same sentences again and again, and all parsers look at each. Only what has
 * digits may be read in another way with the rest of its record, by its time of arrival or its zone.
 */
const isSentence = (text: string, formats: DeclaredFormats): boolean => {
  if (/\d/.test(text)) return false
  let test = sentenceTests.get(formats)
  if (test === undefined) {
    test = cacheWords((word) => inside({ text: word, source: '', receivedAt: 0 }, formats, 1) === undefined)
    sentenceTests.set(formats, test)
  }
  return test(text)
}

/** Splits the stack trace off the message of a container, whose other lines may have been those of a record of their own. */
const withoutTrace = (parsed: Parsed): Parsed => {
  if (!parsed.message.includes('\n') || (parsed.format !== 'docker' && parsed.format !== 'cri')) return parsed
  const fields: Draft = { ...parsed.fields }
  return { ...parsed, message: splitTrace(parsed.message, fields), fields }
}

/** Leaves out what was read from a message as text, before it turned out to be a record. */
const withoutContent = (fields: Draft): Draft =>
  Object.fromEntries(
    Object.entries(fields).filter(([name]) => !/^(?:user|source|destination|event|url|http)\./.test(name)),
  )

/** Whether a record is one of syslog, which relays may have put into another. */
const isSyslog = cacheByFormat(/^syslog\//)

/** Formats of devices that log through relays, and name themselves in their own header. */
const isOfDevice = cacheByFormat(/(?:^|\+)(?:cisco|meraki)$/)

/** Parses a message as a record. Undefined if it is only text. */
const inside = (record: RawRecord, formats: DeclaredFormats, depth: number): Parsed | undefined => {
  const word = leadingWordEnd(record.text)
  if (word > 0) {
    const text = record.text.slice(word)
    const named = first({ ...record, text }, formats)
    // Without a message of its own, the word is a part of the message.
    return named?.fault === undefined && named?.message !== text ? named : undefined
  }
  const found =
    withoutPrefix(record, formats, depth + 1) ??
    first(record, formats) ??
    (startsWithLevel(record.text) ? embeddedTimeParser.parse(record) : undefined)
  if (!found || found.fault !== undefined) return undefined
  return found.time === undefined && found.format.startsWith('generic') && found.fields['log.level'] === undefined
    ? undefined
    : found
}

/** Formats that wrap messages of other programs. */
const wrapsLines = cacheByFormat(/^(?:syslog|docker|cri|journald|json)/)

/**
 * Whether a message may be another program's line: also after a bare time, as `docker logs --timestamps` and Heroku write, and an access log
 * in the log of an application, as Flask and Gunicorn write.
 */
const isCarrier = ({ format, message }: Parsed): boolean =>
  wrapsLines(format) ||
  (format === 'generic' &&
    (message.charCodeAt(0) === 123 ||
      hasPrefix(message) ||
      startsWithDate(message) ||
      startsWithClient(message) ||
      startsWithLetteredTime(message) ||
      leadingWordEnd(message) > 0))

/** The start of a date, an epoch or an access log in a message. */
const dateStart =
  /^(?:\d{4}[-/]\d\d?[-/]|\d\d?[-./ ](?:\d\d?[-./ ]|[A-Z][a-z]{2})|\d{8}[T ]|1 \d{4}-\d\d-\d\dT|(?:1 )?\d{10}(?:\d{3})?(?:\.\d+)?\s|[01]\|)/

const startsWithDate = (text: string): boolean => {
  const code = text.charCodeAt(0)
  return code >= 48 && code <= 57 && dateStart.test(text.slice(0, 24))
}

/** Whether a text may be an access log: it begins with a digit, and a request in quotes follows the time. */
const startsWithClient = (text: string): boolean => {
  const code = text.charCodeAt(0)
  return code >= 48 && code <= 57 && text.includes('] "')
}

/** Whether a message may be a record itself. A cheap test of its beginning. */
const mayCarry = (text: string, parsed: Parsed): boolean => {
  const code = text.charCodeAt(0)
  switch (code) {
    case 123: // {
    case 60: // <
    case 37: // %
    case 91: // [
      return true
    case 27: // The first of a line with colours
      return looksLikeMorgan(text)
    case 42: // *
    case 46: // .
      return text.includes(': %')
  }
  if (code >= 48 && code <= 57)
    return (
      startsWithDate(text) || startsWithClient(text) || text.includes(': %') || hasPrefix(text) || startsLikeS3(text)
    )
  if (code < 65 || code > 122) return false
  return (
    ownLine(parsed) ||
    looksLikePairs(text) ||
    hasCefMarker(text) ||
    text.startsWith('LEEF:') ||
    text.startsWith('MSWinEventLog') ||
    startsWithLevel(text) ||
    startsWithLetteredTime(text) ||
    startsLikeDotnet(text) ||
    startsLikeS3(text) ||
    hasPrefix(text) ||
    (parsed.format === 'generic' && leadingWordEnd(text) > 0)
  )
}

/** A weekday or month before a day, and the letter of klog and CockroachDB before date and clock. */
const letteredTime =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [A-Z\d]|[A-Z][a-z]{2} [ \d]?\d,? [\d:]{4}|[DEFIW]\d{4}(?:\d\d)? )/

const startsWithLetteredTime = (text: string): boolean => {
  const [second, fourth] = [text.charCodeAt(1), text.charCodeAt(3)]
  return (fourth === 32 || fourth === 44 || (second >= 48 && second <= 57)) && letteredTime.test(text.slice(0, 16))
}

/** Whether a line begins with a level in capitals and a time: `ERROR 2026-12-10 …`. */
const startsWithLevel = (text: string): boolean => {
  // Ruby: I, [2026-12-10T09:32:20.123456 #4711]
  if (text.charCodeAt(1) === 44) return /^[ADEFIW], \[\d{4}-/.test(text.slice(0, 9))
  if (!isCapital(text.charCodeAt(1))) return false
  const word = /^\[?([A-Z]{3,13})[\] :]+[[(]?(?=\d|[A-Z][a-z]{2}[ ,])/.exec(text.slice(0, 24))
  return word !== null && toSureLevel(word[1] ?? '') !== undefined
}

/**
 * Moves a level at the start of a message to its field: `ERROR: …`, `[WARN] …`. A syslog priority above info is more reliable, and so are
 * the parsers of known programs.
 */
const withLeadingLevel = (parsed: Parsed, text: string): Parsed => {
  const code = text.charCodeAt(0)
  const written = leadingWord(parsed, text)
  // The word stays in the message, because people search for it.
  if (written !== undefined) return { ...parsed, fields: { ...parsed.fields, 'log.level': written } }
  if (!(code === 91 || code === 60 || (isCapital(code) && isCapital(text.charCodeAt(1))))) return parsed
  const found = /^(?:\[([A-Za-z]{3,13}) ?\]:?|([A-Z]{3,13}):|<([A-Za-z]{3,13})>:?)[ \t]+(?=\S)/.exec(text.slice(0, 24))
  const level = found && toSureLevel(found[1] ?? found[2] ?? found[3] ?? '')
  const { fields } = parsed
  const known = fields['log.level']
  if (!found || !level || fields['event.action'] !== undefined || fields['process.name'] === 'kernel') return parsed
  if (known !== undefined && known !== 'info' && known !== 'notice' && known !== level) return parsed
  return { ...parsed, message: text.slice(found[0].length), fields: { ...fields, 'log.level': level } }
}

/** A level in capitals, with no colon behind it. */
const capitals = /^([A-Z]{4,9}) +\S/
/** A level behind the numbers of a process and a thread. */
const numberedWord = /^\[\d{1,10}(?::\d{1,10})?\] ([A-Za-z]{4,9}): /

/**
 * The level in `ERROR …` of a program whose envelope says no more than that it is information, as systemd does of all that a program prints.
 * Also in `error: …`, `Warning: …` and `[4711:0] error: …` of a program in an envelope without one, as in files of syslog, which keep no
 * priority.
 */
const leadingWord = ({ fields }: Parsed, text: string): string | undefined => {
  const known = fields['log.level']
  const program = fields['process.name']
  if (program === undefined || program === 'kernel') return undefined
  if (known !== undefined && known !== 'info' && known !== 'notice') return undefined
  const code = text.charCodeAt(0)
  if (isCapital(code) && isCapital(text.charCodeAt(3)) && fields['event.action'] === undefined) {
    const level = toSureLevel(capitals.exec(text.slice(0, 24))?.[1] ?? '')
    if (level) return level
  }
  if (known !== undefined) return undefined
  if (code === 91) return toSureLevel(numberedWord.exec(text.slice(0, 40))?.[1] ?? '')
  const colon = fields['event.action'] === undefined ? wordColon(text) : 0
  return colon > 2 ? toSureLevel(text.slice(0, colon)) : undefined
}

/** Returns the end of a word in small letters, but for the first, of up to nine, with a colon and a space behind it; 0 without one. */
const wordColon = (text: string): number => {
  if (!isLetter(text.charCodeAt(0))) return 0
  let end = 1
  while (end < 10 && isSmall(text.charCodeAt(end))) end++
  return end < 10 && text.charCodeAt(end) === 58 && text.charCodeAt(end + 1) === 32 ? end : 0
}

/** Whether the message is a line of another program's log, as shippers and container runtimes wrap it. */
const ownLine = ({ format, fields }: Parsed): boolean =>
  format === 'docker' ||
  format === 'cri' ||
  ((format === 'json' || format === 'json/fluent-bit') && fields['event.action'] === undefined)
