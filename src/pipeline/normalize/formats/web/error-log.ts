import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, setIfAbsent } from '../../draft.ts'
import { readModSecurity } from '../../entities/modsecurity.ts'
import { setAddress } from '../../fields/address.ts'
import { quotedEnd, wordAfter } from '../../fields/key-values.ts'
import { toLogLevel, toSureLevel } from '../../fields/level.ts'
import type { Parsed, Parser } from '../../parser.ts'
import { isDigitCode } from '../../time/calendar.ts'
import { readTimestamp } from '../../time/timestamp.ts'

/** Parses error logs of Apache 2.2 and 2.4 and of nginx. */
export const errorLogParser: Parser = {
  name: 'error-log',
  parse(record) {
    return record.text.charCodeAt(0) === 91 ? readApache(record) : readNginx(record)
  },
}

/** `[Wed Oct 11 14:32:52 2000] [core:error] [pid 1:tid 2] [client 1.2.3.4:80] AH00037: message` */
const readApache = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  const stamp = readTimestamp(text, 1, record)
  let i = 0
  if (stamp) {
    // Only Apache writes a weekday, and the year after the clock, in brackets. Other bracketed times are generic.
    if (text.charCodeAt(stamp.end) !== 93 || isDigitCode(text.charCodeAt(1)) || text.charCodeAt(stamp.end + 1) !== 32)
      return undefined
    i = stamp.end + 2
  }
  const fields: Draft = {}
  let level = false
  /** Whether a bracket of Apache other than a bare level was read, which other programs write too. */
  let named = false
  while (text.charCodeAt(i) === 91) {
    const close = text.indexOf(']', i)
    if (close < 0 || close - i > 300) break
    const inner = text.slice(i + 1, close)
    const colon = inner.lastIndexOf(':')
    if (!level && toLogLevel(inner.slice(colon + 1)) && /^[\w:]*$/.test(inner)) {
      // Apache's levels have no capitals: `[ERROR] …` in syslog is another program's.
      if (!stamp && (!toSureLevel(inner.slice(colon + 1)) || /[A-Z]/.test(inner.slice(colon + 1)))) return undefined
      level = true
      fields['log.level'] = toLogLevel(inner.slice(colon + 1)) ?? 'info'
      if (colon > 0) fields['log.logger'] = inner.slice(0, colon)
      named ||= colon > 0
    } else if (inner.startsWith('pid ')) {
      named = true
      fields['process.pid'] = Number.parseInt(inner.slice(4), 10) || 0
      const thread = inner.indexOf('tid ')
      if (thread > 0) fields['process.thread.id'] = Number.parseInt(inner.slice(thread + 4), 10) || 0
    } else if (inner.startsWith('client ') || inner.startsWith('remote '))
      named = setAddress(fields, 'source', inner.slice(7)) || named
    else break
    i = close + 1
    while (text.charCodeAt(i) === 32) i++
  }
  if (!level || (!stamp && !named)) return undefined
  // `[error] 2026-12-10 09:32:20 …` is another program's.
  if (!stamp && readTimestamp(text, text.charCodeAt(i) === 9 ? i + 1 : i, record)) return undefined
  let message = text.slice(i).trimEnd()
  const referrer = message.lastIndexOf(', referer: ')
  if (referrer > 0) {
    fields['http.request.referrer'] = message.slice(referrer + 11)
    message = message.slice(0, referrer)
  }
  const code = /^(AH\d{5}): /.exec(message)
  if (code) fields['event.code'] = code[1] ?? ''
  if (message.startsWith('ModSecurity: ')) readModSecurity(message, fields)
  addOutcome(message, fields)
  return finish('error-log/apache', stamp, message, fields)
}

/** `2014/12/30 06:07:37 [error] 80#2: *1 message, client: 1.2.3.4, server: example.com, request: "GET / HTTP/1.1", host: "example.com"` */
const readNginx = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  if (text.charCodeAt(4) !== 47) return undefined
  const stamp = readTimestamp(text, 0, record)
  if (!stamp || !text.startsWith(' [', stamp.end)) return undefined
  const close = text.indexOf('] ', stamp.end)
  const level = close < 0 ? undefined : toLogLevel(text.slice(stamp.end + 2, close))
  if (!level) return undefined
  const ids = /^(\d{1,9})[#:](\d{1,9}):? ?(?:\*(\d{1,15}) ?)?/.exec(text.slice(close + 2, close + 50))
  if (!ids) return undefined
  const fields: Draft = { 'log.level': level, 'process.pid': Number(ids[1]), 'process.thread.id': Number(ids[2]) }
  if (ids[3]) fields['nginx.error.connection_id'] = Number(ids[3])
  const body = text.slice(close + 2 + ids[0].length).trimEnd()
  const client = wordAfter(body, ', client: ')
  if (client !== undefined) setAddress(fields, 'source', client)
  const server = wordAfter(body, ', server: ')
  if (server !== undefined && server !== '_') fields['url.domain'] = server
  const request = body.indexOf(', request: "')
  if (request >= 0) {
    const end = quotedEnd(body, request + 11)
    const words = body.slice(request + 12, end < 0 ? undefined : end).split(' ')
    if (words[0]) fields['http.request.method'] = words[0]
    if (words[1]) fields['url.original'] = words[1]
  }
  const cut = body.indexOf(', client: ')
  const message = cut < 0 ? body : body.slice(0, cut)
  if (message.startsWith('ModSecurity: ')) readModSecurity(message, fields)
  addOutcome(message, fields)
  return finish('error-log/nginx', stamp, message, fields)
}

const user =
  /\buser "?([\w.@-]{1,64})"?:? (?:not found|was not found|in realm|: |authentication|password)|\buser ([\w.@-]{1,64}): (?:authentication|password)/

const addOutcome = (message: string, fields: Draft): void => {
  setIfAbsent(fields, 'event.category', 'web')
  const refused =
    message.includes('denied') ||
    message.includes('authentication failure') ||
    message.includes('Password Mismatch') ||
    message.includes('password mismatch') ||
    message.includes('not found') ||
    message.includes('failed') ||
    message.includes('forbidden')
  if (refused) fields['event.outcome'] = 'failure'
  const named = user.exec(message.slice(0, 500))
  if (named) fields['user.name'] = named[1] ?? named[2] ?? ''
}
