import { hour, minute } from '../../../../lib/units/time.ts'
import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, longestValue, refuseRecord } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { addEntries, addOthers } from '../../fields/aliases.ts'
import { readPairs } from '../../fields/key-values.ts'
import type { Parsed, Parser } from '../../parser.ts'
import { clockAt, fractionEnd, fractionMs, isDigitCode, midnight, pair, quad } from '../../time/calendar.ts'
import type { Stamp } from '../../time/timestamp.ts'
import { completeJunos, isJunos } from './junos.ts'
import { priorityFields, readPriority } from './priority.ts'
import { readStructuredData } from './structured-data.ts'

const format = 'syslog/rfc5424'
const wrongPriority = 'The syslog priority is not a number from 0 to 191 in angle brackets.'

/**
 * Parses RFC 5424 strictly: a record that begins like one but violates the grammar is rejected with the reason and the fields read so far.
 * Also rejects stray backslashes, which RFC 5424 §6.3.3 permits, because they hide broken framing.
 */
export const syslog5424Parser: Parser = {
  name: 'syslog-5424',
  parse(record) {
    const { text } = record
    if (text.charCodeAt(0) === 40)
      return /^\(\d{1,3}>\d{1,3} /.test(text.slice(0, 12)) ? refuseRecord(format, wrongPriority, text) : undefined
    if (text.charCodeAt(0) !== 60) return readBare(record)
    const priority = readPriority(text)
    const fields: Draft = {}
    if (!priority) {
      if (!looksBroken(text)) return undefined
      return refuseRecord(format, wrongPriority, text)
    }
    const versionEnd = digitsEnd(text, priority.end)
    if (versionEnd === priority.end) {
      return priority.end >= text.length
        ? refuseRecord(format, 'The record ends after the syslog priority.', text)
        : undefined
    }
    const blank = text.charCodeAt(versionEnd)
    // <189>123: … is Cisco's sequence number, <13>2025-… a timestamp.
    if (blank !== 32 && versionEnd < text.length) return undefined
    priorityFields(priority.value, fields)
    if (text.charCodeAt(priority.end) === 48 || versionEnd - priority.end > 3) {
      return fault('the version is not a number from 1 to 999', text, fields)
    }
    if (versionEnd >= text.length) return fault('the record ends after the version', text, fields)
    fields['log.syslog.version'] = Number(text.slice(priority.end, versionEnd))
    return readHeader(record, versionEnd + 1, fields)
  },
}

/** Parses a header without a priority, as relays write it to files: `1 2025-01-31T12:00:00Z host app - - - message`. */
const readBare = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  const end = digitsEnd(text, 0)
  if (end === 0 || end > 3 || text.charCodeAt(end) !== 32) return undefined
  const nil = text.charCodeAt(end + 1) === 45 && text.charCodeAt(end + 2) === 32
  if (!nil && !(quad(text, end + 1) > 0 && text.charCodeAt(end + 5) === 45 && pair(text, end + 6) > 0)) return undefined
  const fields: Draft = {}
  const parsed = readHeader(record, end + 1, fields)
  const whole = !nil && (text.charCodeAt(end + 11) === 84 || end + 11 >= text.length)
  if (!parsed.fault) return nil ? fault('the priority is missing', text, fields) : parsed
  return whole || nil ? fault('the priority is missing', text, fields) : undefined
}

/** Parses everything after the version. */
const readHeader = (record: RawRecord, at: number, fields: Draft): Parsed => {
  const { text } = record
  const stamp = readStamp(text, at)
  if (typeof stamp === 'string') return fault(stamp, text, fields)
  let i = stamp.end
  for (const [name, field, longest] of parts) {
    if (text.charCodeAt(i) !== 32) return fault(`the ${name} is missing`, text, fields, stamp)
    const end = tokenEnd(text, i + 1)
    if (end === i + 1) return fault(`the ${name} is empty`, text, fields, stamp)
    if (end - i - 1 > longest) return fault(`the ${name} is longer than ${longest} characters`, text, fields, stamp)
    const value = text.slice(i + 1, end)
    if (value !== '-') fields[field] = value
    i = end
  }
  const procid = fields['log.syslog.procid']
  if (typeof procid === 'string' && /^\d{1,9}$/.test(procid)) fields['process.pid'] = Number(procid)
  if (text.charCodeAt(i) !== 32) return fault('the structured data is missing', text, fields, stamp)
  const dyno = dynoOf(fields)
  if (dyno !== undefined) return readLogplex(text.slice(i + 1), dyno, stamp, fields)
  const data = readStructuredData(text, i + 1)
  if (typeof data === 'string') {
    const { pairs } = checkPoint.test(text.slice(i + 1, i + 80)) ? readPairs(text, i + 2) : { pairs: [] }
    if (pairs.length < 3) return fault(data, text, fields, stamp)
    const { message } = addEntries(fields, pairs, record)
    return finish(format, stamp.none ? undefined : stamp, message ?? text.slice(i + 1), fields)
  }
  for (const id of data.ids)
    if (!data.triples.some(([of]) => of === id)) fields[`log.syslog.structured_data.${id}`] = ''
  for (const [id, name, value] of data.triples) {
    fields[`log.syslog.structured_data.${id}.${name}`] = value.slice(0, longestValue)
  }
  if (data.triples.length > 0)
    addOthers(
      fields,
      data.triples.map(([, name, value]) => [name, value] as const),
      record,
    )
  if (data.end < text.length && text.charCodeAt(data.end) !== 32)
    return fault('the space before the message is missing', text, fields, stamp)
  let message = text.slice(data.end + 1)
  if (message.charCodeAt(0) === 0xfeff) {
    message = message.slice(1)
    if (message.includes('\ufffd')) return fault('the message is marked as UTF-8 but is not', text, fields, stamp)
  }
  if (isJunos(data)) {
    const sentence = completeJunos(data, fields)
    if (message.trim() === '') message = sentence
  }
  const program = fields['process.name']
  readEntities(message, typeof program === 'string' ? program : '', fields)
  return finish(format, stamp.none ? undefined : stamp, message, fields)
}

/** Returns the process of a message of Heroku, which names neither a host nor a message id: `host app web.3 - `. */
const dynoOf = (fields: Draft): string | undefined => {
  const { 'host.name': host, 'process.name': app, 'log.syslog.procid': process } = fields
  return (app === 'app' || app === 'heroku') &&
    typeof host === 'string' &&
    (host === 'host' || /^d\.[\da-f-]{36}$/.test(host)) &&
    typeof process === 'string' &&
    fields['log.syslog.msgid'] === undefined
    ? process
    : undefined
}

/** Parses what Heroku writes without structured data. */
const readLogplex = (text: string, dyno: string, stamp: Stamp, fields: Draft): Parsed => {
  const message = text.startsWith('- ') ? text.slice(2) : text
  delete fields['host.name']
  fields['process.name'] = dyno
  readEntities(message, dyno, fields)
  return finish(format, stamp, message, fields)
}

/** Check Point writes its values where the structured data belongs: `[action:"Accept"; flags:"…"]`. */
const checkPoint = /^\[\w{1,32}:{1,2}"/

const parts = [
  ['hostname', 'host.name', 255],
  ['app name', 'process.name', 48],
  ['process id', 'log.syslog.procid', 128],
  ['message id', 'log.syslog.msgid', 32],
] as const

/** Parses RFC 5424's TIMESTAMP: RFC 3339 with a capital T and Z, at most six decimals, no leap second; or `-`. */
const readStamp = (text: string, at: number): (Stamp & { none: boolean }) | string => {
  if (text.charCodeAt(at) === 45) return { time: 0, end: at + 1, guessed: true, none: true }
  const wrong = 'the timestamp is neither "-" nor RFC 3339'
  if (text.charCodeAt(at + 4) !== 45 || text.charCodeAt(at + 7) !== 45 || text.charCodeAt(at + 10) !== 84) return wrong
  const date = midnight(quad(text, at), pair(text, at + 5), pair(text, at + 8))
  if (date === -Infinity) return 'the timestamp contains a day that does not exist'
  const clock = clockAt(text, at + 11)
  if (clock < 0 || pair(text, at + 17) > 59) return wrong
  const point = at + 19
  const end = text.charCodeAt(point) === 46 ? fractionEnd(text, point) : point
  if (end - point > 7) return 'the timestamp has more than six decimals'
  const time = date + clock + fractionMs(text, point, end)
  const zone = text.charCodeAt(end)
  if (zone === 90) return { time, end: end + 1, guessed: false, none: false }
  const hours = pair(text, end + 1)
  const minutes = pair(text, end + 4)
  const valid =
    (zone === 43 || zone === 45) &&
    text.charCodeAt(end + 3) === 58 &&
    hours >= 0 &&
    hours <= 23 &&
    minutes >= 0 &&
    minutes <= 59
  if (!valid) return 'the timestamp has no valid zone'
  const offset = hours * hour + minutes * minute
  return { time: zone === 43 ? time - offset : time + offset, end: end + 6, guessed: false, none: false }
}

const fault = (reason: string, text: string, fields: Draft, stamp?: Stamp & { none: boolean }): Parsed => ({
  ...refuseRecord(format, `The syslog header is not valid: ${reason}.`, text, fields),
  ...(stamp && !stamp.none && { time: stamp.time, timeGuessed: stamp.guessed }),
})

/** Whether a text without a valid priority resembles syslog: `<>1 …`, `<999>1 …`, `<pri>1 -`, `<87]1 …`, `<191 1 …`. */
const looksBroken = (text: string): boolean =>
  /^<(?:\d{0,6}[>\]}) ]\d{0,3}(?: [-\d]|$)|\d{0,4}$|\w{1,8}>\d{1,3}(?: [-\d]|$)|\d{3,}>)/.test(text.slice(0, 32))

const digitsEnd = (text: string, at: number): number => {
  let i = at
  while (i < at + 20 && isDigitCode(text.charCodeAt(i))) i++
  return i
}

const tokenEnd = (text: string, at: number): number => {
  let i = at
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 33 || code > 126) break
  }
  return i
}
