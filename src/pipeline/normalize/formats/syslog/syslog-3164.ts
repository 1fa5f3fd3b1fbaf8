import { isIPv4 } from '../../../../lib/address/address.ts'
import { type Draft, finish, refuseRecord, splitTrace } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { toSureLevel } from '../../fields/level.ts'
import { cacheWords, shareWord } from '../../fields/recurring-words.ts'
import { isCapital } from '../../letters.ts'
import type { Parser } from '../../parser.ts'
import { digitsBetween, isDigitCode, monthAt } from '../../time/calendar.ts'
import { readBsd, readIso, readTimestamp, readTranslatedBsd, type Stamp } from '../../time/timestamp.ts'
import { readCiscoHeader } from './cisco-header.ts'
import { readClusterHeader } from './cluster-file.ts'
import { readOwnDovecot } from './dovecot-file.ts'
import { priorityFields, readPriority } from './priority.ts'

/**
 * Parses BSD syslog as programs really write it (RFC 3164 is only descriptive): with and without priority, with a BSD or ISO timestamp or
 * none, with and without host and tag.
 */
export const syslog3164Parser: Parser = {
  name: 'syslog-3164',
  parse(record) {
    const { text } = record
    const fields: Draft = {}
    let at = 0
    const priority = readPriority(text)
    if (priority) {
      priorityFields(priority.value, fields)
      at = priority.end
    }
    const cisco = readCiscoHeader(text, at, record, fields, priority !== undefined)
    if (cisco) {
      const message = splitTrace(text.slice(cisco.end).trimEnd(), fields)
      readEntities(message, '', fields)
      return finish('syslog/rfc3164', cisco.stamp, message, fields)
    }
    if (priority) {
      // Cisco: a sequence number, a star or a dot before the time.
      const sequence = /^ ?(\d{1,10}): /.exec(text.slice(at, at + 14))
      if (sequence) {
        fields['event.sequence'] = Number(sequence[1])
        at += sequence[0].length
        // The device name before its own time.
        const device = /^([\w.-]{1,64}): (?=[*.]?[A-Z][a-z]{2} [ \d]\d )/.exec(text.slice(at, at + 80))
        if (device) {
          fields['host.name'] = device[1] ?? ''
          at += device[0].length
        }
      }
    }
    if (text.charCodeAt(at) === 42 || text.charCodeAt(at) === 46) at++
    while (priority && text.charCodeAt(at) === 32) at++
    const translated = monthAt(text, at) > 0 ? undefined : readTranslatedBsd(text, at, record)
    const bsd = translated !== undefined || monthAt(text, at) > 0
    const stamp = bsd
      ? (translated ?? readBsd(text, at, record))
      : isDigitCode(text.charCodeAt(at))
        ? readOther(text, at, record, priority !== undefined)
        : isWeekday(text, at)
          ? readBeforeTag(text, at, record)
          : undefined
    if (!stamp && !priority) return undefined
    // java.util.logging: Dec 10, 2026 9:32:20 AM com.acme.App main
    if (stamp && !priority && /^[AP]M$/.test(text.slice(stamp.end - 2, stamp.end))) return undefined
    // Plex: Dec 10, 2026 09:32:20.123 [4711] INFO - message
    if (stamp && !priority && text.startsWith(' [', stamp.end) && text.slice(at + 4, at + 7).includes(','))
      return undefined
    let i = stamp ? stamp.end : at
    if (stamp && text.charCodeAt(i) === 58) i++
    const afterStamp = i
    while (text.charCodeAt(i) === 32) i++
    if (stamp && i === afterStamp && i < text.length) {
      return priority
        ? refuseRecord('syslog/rfc3164', 'The space after the timestamp is missing.', text, fields)
        : undefined
    }
    // Another time behind the first one, of `ts` or a relay without a name: the rest is a record of its own.
    if (stamp && bsd && monthAt(text, i) > 0 && readBsd(text, i, record))
      return finish('syslog/rfc3164', stamp, text.slice(i), fields)
    // Dante writes the time once more, with its fraction.
    const again = stamp && bsd ? /^\(\d{10}\.\d{6}\) (?=[\w-]{1,32}\[\d{1,9}\]: )/.exec(text.slice(i, i + 60)) : null
    if (again) i += again[0].length
    const columns = stamp && bsd && !priority ? readColumns(text, i, fields) : undefined
    if (columns !== undefined) {
      const said = splitTrace(text.slice(columns).trimEnd(), fields)
      readEntities(said, 'prosody', fields)
      return finish('syslog/rfc3164', stamp, said, fields)
    }
    const cluster = stamp && bsd && !priority ? readClusterHeader(text, i, fields) : undefined
    if (cluster !== undefined) {
      const said = splitTrace(text.slice(cluster).trimEnd(), fields)
      readEntities(said, String(fields['process.name']), fields)
      return finish('syslog/rfc3164', stamp, said, fields)
    }
    const own = stamp && bsd && !priority ? readOwnDovecot(text, i, fields) : undefined
    if (own !== undefined) {
      const said = splitTrace(own, fields)
      readEntities(said, 'dovecot', fields)
      return finish('syslog/rfc3164', stamp, said, fields)
    }
    const named = readNames(text, i, fields, stamp !== undefined, priority !== undefined)
    if (!bsd && !priority && !(named.host && (named.tag || text.charCodeAt(named.end) === 37))) return undefined
    // A BSD time alone is not syslog: dovecot and others use it in their own files.
    let message = text.slice(named.end)
    const program = typeof fields['process.name'] === 'string' ? fields['process.name'] : ''
    if (program === 'kernel') {
      const uptime = /^\[ {0,8}\d{1,9}\.\d{1,9}\] /.exec(message.slice(0, 32))
      if (uptime) message = message.slice(uptime[0].length)
    }
    const last = message.charCodeAt(message.length - 1)
    if (last === 32 || last === 10 || last === 13) message = message.trimEnd()
    message = splitTrace(message, fields)
    readEntities(message, program, fields, named.module)
    return finish('syslog/rfc3164', stamp, message, fields)
  },
}

/** Reads the session and the level that Prosody writes into its own file, each before a tab. Returns the position of the message. */
const readColumns = (text: string, at: number, fields: Draft): number | undefined => {
  // Most lines have no tab, which avoids the expression.
  if (!text.includes('\t', at)) return undefined
  const head = /^([\w.:/-]{1,128})\t(debug|info|warn|error)\t/.exec(text.slice(at, at + 140))
  const level = head && toSureLevel(head[2] ?? '')
  if (!head || !level) return undefined
  fields['log.logger'] = head[1] ?? ''
  fields['log.level'] = level
  fields['process.name'] = 'prosody'
  return at + head[0].length
}

/** Parses a timestamp other than BSD's. An ISO time counts as syslog only with a zone or after a priority. */
const readOther = (
  text: string,
  at: number,
  record: { receivedAt: number; zoneMinutes?: number | undefined },
  sure: boolean,
): Stamp | undefined => {
  if (sure) return readTimestamp(text, at, record)
  if (text.charCodeAt(at + 4) === 32) return readTimestamp(text, at, record)
  if (text.charCodeAt(at + 4) !== 45) return readBeforeTag(text, at, record)
  const stamp = readIso(text, at, record)
  if (!stamp || text.charCodeAt(stamp.end) !== 32) return undefined
  const zoned = !stamp.guessed && isZoned(text, stamp.end)
  return zoned && (text.charCodeAt(at + 10) === 84 || isDigitCode(text.charCodeAt(stamp.end - 1)))
    ? stamp
    : isBeforeTag(text, stamp.end)
      ? stamp
      : undefined
}

/** Parses any time that a host and a program with its process id follow: `1796895140.123 web-1 app[4711]: `. */
const readBeforeTag = (
  text: string,
  at: number,
  record: { receivedAt: number; zoneMinutes?: number | undefined },
): Stamp | undefined => {
  const stamp = readTimestamp(text, at, record)
  return stamp && isBeforeTag(text, stamp.end) ? stamp : undefined
}

const isBeforeTag = (text: string, at: number): boolean =>
  /^ (?![a-z]{2,8}\d?\.(?:emerg|alert|crit|err|warn|notice|info|debug) )[\w.-]{1,100} [\w./@-]{1,60}\[\d{1,9}\]: /.test(
    text.slice(at, at + 180),
  )

const isWeekday = (text: string, at: number): boolean =>
  text.charCodeAt(at + 3) === 32 && /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text.slice(at, at + 3))

/** Whether the text before a position is a zone: `Z`, `+01:00`, `-0700`. */
const isZoned = (text: string, end: number): boolean => {
  if (text.charCodeAt(end - 1) === 90) return true
  const sign = text.charCodeAt(end - 6) === 43 || text.charCodeAt(end - 6) === 45 ? end - 6 : end - 5
  return text.charCodeAt(sign) === 43 || text.charCodeAt(sign) === 45
}

interface Names {
  readonly host: boolean
  readonly tag: boolean
  readonly end: number
  readonly module?: string | undefined
}

/** Parses host and tag, which differ by the tag's `[pid]` or colon, and sets their fields. After a priority, the host is sure. */
const readNames = (text: string, at: number, fields: Draft, expectsHost: boolean, sure: boolean): Names => {
  // Cisco's mnemonic is part of the message.
  if (text.charCodeAt(at) === 37) return { host: false, tag: false, end: at }
  const first = readTag(text, at)
  const level =
    first && first.nameEnd + 2 === first.end ? toSureLevel(text.slice(first.start, first.nameEnd)) : undefined
  if (first && level) {
    // "Info: auth(default): …", as dovecot writes to files of its own: a level, not a program.
    fields['log.level'] = level
    return { host: false, tag: false, end: first.end }
  }
  if (first && !(expectsHost && isHostBefore(text, first.end))) return setTag(text, first, fields, false)
  if (!expectsHost) return { host: false, tag: false, end: at }
  const hostEnd = wordEnd(text, at)
  const host = hostEnd === at ? undefined : readHost(text, at, hostEnd)
  if (host === undefined) return { host: false, tag: false, end: at }
  let i = skipBlanks(text, hostEnd)
  if (text.startsWith('-- ', i)) i += 3
  if (text.startsWith('Message forwarded from ', i)) i = skipBlanks(text, Math.max(text.indexOf(':', i) + 1, i))
  const tag = readTag(text, i) ?? readLevelThenTag(text, i, fields)
  if (!tag && (hostEnd >= text.length || (!sure && isSentence(text, at)))) return { host: false, tag: false, end: at }
  fields['host.name'] = host
  return tag ? setTag(text, tag, fields, true) : { host: true, tag: false, end: i }
}

interface Tag {
  readonly start: number
  readonly nameEnd: number
  readonly module: string | undefined
  /** The position of the process id in its brackets; −1 without one. */
  readonly pid: number
  readonly pidEnd: number
  readonly end: number
  readonly level?: string
}

/** The level that the daemons of Kerberos write after their process id, in files of their own. */
const levelAfterPid = /^\(([A-Za-z]{4,8})\): /

/** Parses `sshd[123]:`, `sshd(pam_unix)[123]:`, `krb5kdc[123](info):`, `kernel:`, `syslogd 1.4.1:`, `proftpd[1] `; undefined for other text. */
const readTag = (text: string, at: number): Tag | undefined => {
  const first = text.charCodeAt(at)
  if (!isTagStart(first)) return undefined
  let i = at
  while (i < at + 80 && isTagChar(text.charCodeAt(i))) i++
  const nameEnd = i
  let module: string | undefined
  if (text.charCodeAt(i) === 40) {
    const close = text.indexOf(')', i)
    if (close < 0 || close - i > 32) return undefined
    module = text.slice(i + 1, close)
    i = close + 1
  }
  if (text.charCodeAt(i) === 91) {
    const pid = i + 1
    const pidEnd = text.indexOf(']', i)
    if (pidEnd < 0 || pidEnd - i > 64) return undefined
    i = pidEnd + 1
    const leveled = text.charCodeAt(i) === 40 ? levelAfterPid.exec(text.slice(i, i + 12)) : null
    const level = leveled ? toSureLevel(leveled[1] ?? '') : undefined
    if (leveled && level) return { start: at, nameEnd, module, pid, pidEnd, end: i + leveled[0].length, level }
    // Without a colon only a number is a process id: `proftpd[26169] server: …`.
    if (text.charCodeAt(i) !== 58)
      return isDigitCode(text.charCodeAt(pid)) && text.charCodeAt(i) === 32
        ? { start: at, nameEnd, module, pid, pidEnd, end: i + 1 }
        : undefined
    return { start: at, nameEnd, module, pid, pidEnd, end: skipBlanks(text, i + 1) }
  }
  if (text.charCodeAt(i) !== 58) {
    if (text.charCodeAt(i) !== 32 || !isDigitCode(text.charCodeAt(i + 1))) return undefined
    const version = /^ \d+(?:\.\d+){1,3}: /.exec(text.slice(i, i + 20))
    return version ? { start: at, nameEnd, module, pid: -1, pidEnd: -1, end: i + version[0].length } : undefined
  }
  const after = text.charCodeAt(i + 1)
  if (i + 1 < text.length && after !== 32 && after !== 9) return undefined
  return { start: at, nameEnd, module, pid: -1, pidEnd: -1, end: skipBlanks(text, i + 1) }
}

const facilityAndLevel =
  /^(?:kern|user|mail|daemon|auth|authpriv|syslog|lpr|news|uucp|cron|ftp|local[0-7])\.([a-z]{3,7})$/

/** `notice apmd[14311]:`, with a level before the tag; in BusyBox with the facility: `daemon.notice apmd[14311]:`. */
const readLevelThenTag = (text: string, at: number, fields: Draft): Tag | undefined => {
  const end = wordEnd(text, at)
  const word = text.slice(at, end)
  const level = toSureLevel(word.includes('.') ? (facilityAndLevel.exec(word)?.[1] ?? '') : word)
  if (!level) return undefined
  const tag = readTag(text, skipBlanks(text, end))
  if (tag) fields['log.level'] ??= level
  return tag
}

const setTag = (text: string, tag: Tag, fields: Draft, host: boolean): Names => {
  fields['process.name'] = shareWord(text, tag.start, tag.nameEnd)
  if (tag.level !== undefined) fields['log.level'] ??= tag.level
  if (tag.pid >= 0) {
    const digits = digitsBetween(text, tag.pid, tag.pidEnd)
    const pid = digits >= 0 ? digits : Number(text.slice(tag.pid, tag.pidEnd))
    if (Number.isInteger(pid)) fields['process.pid'] = pid
    else fields['log.syslog.procid'] = text.slice(tag.pid, tag.pidEnd)
  }
  return { host, tag: true, end: tag.end, module: tag.module }
}

/**
 * Whether a sentence follows the time, as programs write it into files of their own: `Dec 10 09:32:20 Listening on port 53`. Only its first
 * word has a capital, and only the first letter of it. Syslog itself writes `last message repeated 3 times` behind a host.
 */
const isSentence = (text: string, at: number): boolean =>
  isCapital(text.charCodeAt(at)) && sentenceStart.test(text.slice(at, at + 80))

const sentenceStart = /^[A-Z][a-z]+ (?:(?!last message repeated )[a-z]+(?:[ ,.;]|$)|')/

/** Whether an apparent tag is a host, because a Cisco mnemonic follows: `router: %SYS-5-CONFIG_I: …`. */
const isHostBefore = (text: string, at: number): boolean => text.charCodeAt(at) === 37

const readHost = cacheWords((word) => (isHostLike(word) ? word.replace(/:$/, '') : undefined))

const isHostLike = (word: string): boolean =>
  word.length <= 255 &&
  (isIPv4(word) || /^[\w.:%-]+$/.test(word)) &&
  toSureLevel(word.replace(/:$/, '')) === undefined &&
  word !== '-'

const wordEnd = (text: string, at: number): number => {
  const blank = text.indexOf(' ', at)
  return blank < 0 ? text.length : blank
}

const skipBlanks = (text: string, at: number): number => {
  let i = at
  while (text.charCodeAt(i) === 32) i++
  return i
}

const isTagStart = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 47 || code === 40

const isTagChar = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 45 ||
  code === 46 ||
  code === 95 ||
  code === 47 ||
  code === 43 ||
  code === 64
