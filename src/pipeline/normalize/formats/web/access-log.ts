import { isIPv4, isIPv6 } from '../../../../lib/address/address.ts'
import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, longestValue } from '../../draft.ts'
import { isForwardedFor, setAddress } from '../../fields/address.ts'
import { createDraft } from '../../fields/create-draft.ts'
import { setStatus } from '../../fields/http-status.ts'
import { quotedEnd, unquote } from '../../fields/key-values.ts'
import { readRequest } from '../../fields/request-target.ts'
import type { Parsed, Parser } from '../../parser.ts'
import { digitsBetween, isDigitCode } from '../../time/calendar.ts'
import { readTimestamp } from '../../time/timestamp.ts'
import { readClassicElb } from '../aws/aws-classic-elb.ts'
import { readS3 } from '../aws/aws-s3.ts'
import { readCloudFront } from '../aws/cloudfront.ts'
import { readIis } from './iis.ts'
import { readMorgan } from './morgan.ts'
import { requestEnd } from './request-end.ts'
import { readSquid } from './squid.ts'

/**
 * Parses access logs of Apache and nginx (common and combined, with an optional virtual host), Squid, IIS, S3, classic load balancers and
 * CloudFront of AWS, and Morgan.
 */
export const accessLogParser: Parser = {
  name: 'access-log',
  parse: (record) =>
    // Most lines that get here contain no quote, and a search for one character is cheap.
    (record.text.includes('"') ? (readCommon(record) ?? readClassicElb(record)) : undefined) ??
    readSquid(record) ??
    readIis(record) ??
    readCloudFront(record) ??
    readS3(record) ??
    readMorgan(record),
}

/** A request, a client, an answer and a browser. */
const usualFields = 12

const readCommon = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  // client ident user [10/Oct/2000:13:55:36 -0700] "request" status bytes "referrer" "agent"
  let open = text.indexOf(' [')
  while (open > 0 && open < 600 && text.charCodeAt(open + 4) !== 47 && text.charCodeAt(open + 3) !== 47)
    open = text.indexOf(' [', open + 2)
  if (open < 3 || open >= 600) return undefined
  const stamp = readTimestamp(text, open + 2, record)
  if (!stamp || text.charCodeAt(stamp.end) !== 93 || text.charCodeAt(stamp.end + 1) !== 32) return undefined
  const fields = createDraft(usualFields)
  fields['event.category'] = 'web'
  if (!readClient(text, open, fields)) return undefined
  let i = stamp.end + 2
  if (text.charCodeAt(i) !== 34) return undefined
  const close = requestEnd(text, i)
  if (close < 0) return undefined
  const request = unquote(text, i + 1, close)
  i = close + 1
  // Status and size, each a number or a dash
  const statusEnd = numberEnd(text, i + 1, 3)
  const sizeEnd = numberEnd(text, statusEnd + 1, 15)
  const hasStatus = statusEnd === i + 4 || text.charCodeAt(i + 1) === 45
  if (text.charCodeAt(i) !== 32 || !hasStatus || text.charCodeAt(statusEnd) !== 32 || sizeEnd === statusEnd + 1)
    return undefined
  const size = digitsBetween(text, statusEnd + 1, sizeEnd)
  i = sizeEnd
  if (request === 'PASS (hidden)') {
    // ProFTPD's log of commands has the same form.
    fields['event.category'] = 'authentication'
    fields['event.action'] = 'ftp_login'
  }
  readRequest(request, fields)
  setStatus(fields, digitsBetween(text, close + 2, statusEnd))
  if (size >= 0) fields['http.response.body.bytes'] = size
  const message = request + text.slice(close + 1, statusEnd)
  const referrerEnd = quotedAfter(text, i)
  const agentEnd = referrerEnd < 0 ? -1 : quotedAfter(text, referrerEnd)
  if (referrerEnd >= 0) {
    const referrer = quotedText(text, i, referrerEnd)
    if (referrer !== '-' && referrer !== '') fields['http.request.referrer'] = referrer
  }
  if (agentEnd < 0) return finish('access-log/common', stamp, message, fields)
  const agent = quotedText(text, referrerEnd, agentEnd)
  if (agent !== '-' && agent !== '') fields['user_agent.original'] = agent
  // nginx's usual format behind a proxy ends with the X-Forwarded-For header.
  const forwardedEnd = quotedAfter(text, agentEnd)
  if (forwardedEnd >= 0) {
    const forwarded = quotedText(text, agentEnd, forwardedEnd)
    if (isForwardedFor(forwarded)) fields['network.forwarded_ip'] = forwarded
  }
  const took = durationAt(text, Math.max(agentEnd, forwardedEnd))
  if (took !== undefined) fields['event.duration'] = took
  return finish('access-log/combined', stamp, message, fields)
}

/** Returns the end of a dash, or of up to so many digits; `at` if there is neither. */
const numberEnd = (text: string, at: number, digits: number): number => {
  if (text.charCodeAt(at) === 45) return at + 1
  let end = at
  while (end < at + digits && isDigitCode(text.charCodeAt(end))) end++
  return end
}

/** Reads the duration that many formats end with, in ns: nginx's seconds with a fraction, or Apache's whole microseconds. */
const durationAt = (text: string, at: number): number | undefined => {
  if (text.charCodeAt(at) !== 32) return undefined
  const match = /^ (?:rt=|request_time=)?(?:(\d{1,6}\.\d{1,6})|(\d{1,12}))(?= |$)/.exec(text.slice(at, at + 32))
  if (!match) return undefined
  return match[1] === undefined ? Number(match[2]) * 1e3 : Math.round(Number(match[1]) * 1e9)
}

/** Parses the fields before the time: an optional virtual host, client, ident, and user, whose name may contain spaces. */
const readClient = (text: string, end: number, fields: Draft): boolean => {
  let start = 0
  let wordEnd = text.indexOf(' ')
  let ident = text.indexOf(' ', wordEnd + 1)
  const next = text.slice(wordEnd + 1, ident)
  if (ident < end && next !== '-' && (isIPv4(next) || isIPv6(next)) && !isIPv4(text.slice(0, wordEnd))) {
    const word = text.slice(0, wordEnd)
    if (!/^[\w*[]/.test(word)) return false
    if (!/^\[[^\]:]*\]$/.test(word)) readVirtualHost(word, fields)
    start = wordEnd + 1
    wordEnd = ident
    ident = text.indexOf(' ', wordEnd + 1)
  }
  // A bracket before the time is no ident, but of the program that wrote the line.
  if (text.charCodeAt(wordEnd + 1) === 91 || text.charCodeAt(wordEnd + 1) === 32) return false
  if (ident >= end || !setAddress(fields, 'source', text, start, wordEnd)) return false
  // A word in brackets may be a client's address, but no name of a client.
  if (text.charCodeAt(start) === 91 && fields['source.ip'] === undefined) return false
  const user = text.slice(ident + 1, end).trim()
  if (user !== '-' && user !== '' && user !== '""') fields['user.name'] = user
  return true
}

/** Reads `shop.example.org:443`. A word in brackets is the part of the program that writes the line, unless it is an address. */
const readVirtualHost = (word: string, fields: Draft): void => {
  const colon = word.lastIndexOf(':')
  fields['url.domain'] = colon > 0 ? word.slice(0, colon) : word
  const port = Number(colon > 0 ? word.slice(colon + 1) : Number.NaN)
  if (port > 0) fields['url.port'] = port
}

/** Returns the end of a space and a text in quotes; −1 if there is none. */
const quotedAfter = (text: string, at: number): number => {
  if (text.charCodeAt(at) !== 32 || text.charCodeAt(at + 1) !== 34) return -1
  const quote = quotedEnd(text, at + 1)
  return quote < 0 ? -1 : quote + 1
}

const quotedText = (text: string, at: number, end: number): string =>
  unquote(text, at + 2, end - 1).slice(0, longestValue)
