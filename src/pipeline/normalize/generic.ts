import type { RawRecord } from '../../schema/record.ts'
import { clockAt, fractionEnd, fractionMs, isDigitCode, pair, withoutYear } from './calendar.ts'
import { type Draft, finish, setIfAbsent, splitTrace } from './draft.ts'
import { readEntities } from './entities.ts'
import { type Lead, readLead } from './lead.ts'
import { toSureLevel } from './level.ts'
import type { Parsed, Parser } from './parser.ts'
import { readTimestamp, type Stamp } from './timestamp.ts'

/**
 * Parses lines of the form "timestamp, attributes, message", as log4j, logback, Python, Go, PostgreSQL, MySQL, Hadoop, Windows servicing and
 * many others write them, without knowing which. Attributes come in any order and with any separators: a level, a process id, a thread
 * in brackets, a logger.
 */
export const genericParser: Parser = {
  name: 'generic',
  parse(record) {
    const { text } = record
    const klog = readKlog(record)
    if (klog) return klog
    const bracket = text.charCodeAt(0) === 91 || text.charCodeAt(0) === 40 ? 1 : 0
    const plain = readTimestamp(text, bracket, record)
    const lead = plain ? undefined : readLead(text)
    const stamp = plain ?? (lead && readTimestamp(text, lead.at, record))
    if (!stamp) return undefined
    let at = stamp.end
    if (bracket && !lead) {
      if (text.charCodeAt(at) !== 93 && text.charCodeAt(at) !== 41) return undefined
      at++
    }
    const next = text.charCodeAt(at)
    // A time needs an end: "2025-01-31T12:00:00abc" is none.
    if (
      at < text.length &&
      next !== 32 &&
      next !== 44 &&
      next !== 58 &&
      next !== 9 &&
      next !== 124 &&
      next !== 91 &&
      next !== 59
    )
      return undefined
    return describe(record, stamp, at, lead)
  },
}

/** Parses the attributes between time and message. */
const describe = (record: RawRecord, stamp: Stamp, from: number, lead: Lead | undefined): Parsed => {
  const { text } = record
  const fields: Draft = { ...lead?.fields }
  const level = lead?.signs?.get(text.charAt(from + 1))
  if (level) fields['log.level'] = level
  let at = skipSeparators(text, level ? from + 2 : from)
  let columns = false
  for (let words = 0; words < 7; words++) {
    const before = at
    // After the level, a bracket and a dash, the message begins in any case.
    const dashed = text.charCodeAt(at - 2) === 45
    if (dashed && fields['log.level'] !== undefined && fields['process.thread.name'] !== undefined) break
    at = text.charCodeAt(at) === 91 ? readBracket(text, at, fields) : readWord(text, at, fields, columns)
    if (at === before) break
    columns = true
    at = skipSeparators(text, at)
  }
  const message = splitTrace(text.slice(at).trimEnd(), fields)
  const program = fields['process.name']
  readEntities(message, typeof program === 'string' ? program : '', fields)
  return finish('generic', stamp, message, fields)
}

/** Parses a bracket: `[main]`, `[WARN]`, `[123]`, `[QuorumPeer[myid=1]/0:0:2181:FastLeaderElection@774]`. Returns `at` if it is part of the message. */
const readBracket = (text: string, at: number, fields: Draft): number => {
  const close = closing(text, at)
  if (close < 0) return at
  const after = text.charCodeAt(close + 1)
  if (close + 1 < text.length && after !== 32 && after !== 58 && after !== 91 && after !== 9 && after !== 44) return at
  const inner = text.slice(at + 1, close).trim()
  const level = fields['log.level'] === undefined ? toSureLevel(inner) : undefined
  if (level) fields['log.level'] = level
  else if (/^\d{1,9}$/.test(inner)) {
    if (fields['process.pid'] !== undefined) return at
    fields['process.pid'] = Number(inner)
  } else if (/^pid[: ]\d{1,9}$/.test(inner)) fields['process.pid'] = Number(inner.slice(4))
  else if (/^[A-Z]{2,4}-\d{3,9}$/.test(inner)) setIfAbsent(fields, 'event.code', inner)
  // vsftpd: [pid 1] [alice] FAIL LOGIN: …
  else if (/^ (?:OK|FAIL) /.test(text.slice(close + 1, close + 7))) setIfAbsent(fields, 'user.name', inner)
  else if (fields['process.thread.name'] === undefined) fields['process.thread.name'] = inner
  else if (fields['log.logger'] === undefined) fields['log.logger'] = inner
  else return at
  return close + 1
}

/** Parses a level, a number before one, `logger:`, or a name in a column. Returns `at` if the message begins there. */
const readWord = (text: string, at: number, fields: Draft, columns: boolean): number => {
  let end = at
  while (end < at + 200 && end < text.length && !isEnd(text.charCodeAt(end))) end++
  if (end === at || end >= at + 200) return at
  const word = text.slice(at, end)
  const bare = word.endsWith(':') || word.endsWith('|') ? word.slice(0, -1) : word
  if (fields['log.level'] === undefined) {
    const level = levelOf(bare, columns || text.charCodeAt(end) === 9 || bare !== word)
    if (level) {
      fields['log.level'] = level
      return end
    }
    // HDFS, MySQL: a thread's number before the level. Python: a logger's name before it. PostgreSQL: user@database before it.
    const following = skipSeparators(text, end)
    const next = wordFrom(text, following)
    const leads = levelOf(next.replace(/[[\]:]/g, ''), true) !== undefined
    if (!leads) return at
    if (/^\d{1,9}$/.test(bare)) setIfAbsent(fields, 'process.pid', Number(bare))
    else if (/^[\w.-]{1,64}@[\w.-]{1,64}$/.test(bare))
      setIfAbsent(fields, 'user.name', bare.slice(0, bare.indexOf('@')))
    else if (isName(bare)) setIfAbsent(fields, 'log.logger', bare)
    else return at
    return end
  }
  if (fields['log.logger'] !== undefined) return at
  // A number after the level, before `---` or a bracket, is Spring Boot's process id.
  if (/^\d{1,9}$/.test(bare) && text.startsWith(' --- ', end)) {
    setIfAbsent(fields, 'process.pid', Number(bare))
    return end + 4
  }
  const wide =
    text.charCodeAt(end) === 32 &&
    (text.charCodeAt(end + 1) === 32 || text.startsWith(' - ', end) || text.startsWith(' : ', end))
  const named = word.endsWith(':') && (end >= text.length || text.charCodeAt(end) === 32)
  if (!(named || (wide && word === bare)) || !isName(bare)) return at
  // "Notification: 1" is a message, "dfs.DataNode: …" and "CBS    Loaded" are not.
  if (
    named &&
    !alwaysNamed(text) &&
    !/[.$/]/.test(bare) &&
    !/^[a-z][\w-]{1,40}$/.test(bare) &&
    !/^[A-Z][a-z]+[A-Z]/.test(bare)
  )
    return at
  fields['log.logger'] = bare
  return end
}

/** Whether a date is in the short format of Hadoop and Spark, always followed by level and logger. */
const alwaysNamed = (text: string): boolean => text.charCodeAt(2) === 47 && text.charCodeAt(5) === 47

/** Parses a level in text: in capitals, or in the position of an attribute. */
const levelOf = (word: string, sure: boolean): string | undefined => {
  if (special.has(word)) return special.get(word)
  const level = toSureLevel(word)
  return level && (sure || word === word.toUpperCase() || /^[A-Z][a-z]+$/.test(word)) ? level : undefined
}

/** Level words of PostgreSQL, MySQL and loguru. */
const special: ReadonlyMap<string, string> = new Map([
  ['LOG', 'info'],
  ['DETAIL', 'info'],
  ['HINT', 'info'],
  ['CONTEXT', 'info'],
  ['STATEMENT', 'info'],
  ['DEBUG1', 'debug'],
  ['Note', 'notice'],
  ['System', 'info'],
  ['SUCCESS', 'info'],
])

/** glog and klog: `I0102 15:04:05.000000    1234 file.go:12] message`. */
const readKlog = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  if (text.charCodeAt(5) !== 32 || !isDigitCode(text.charCodeAt(1))) return undefined
  const level = klogLevels.get(text.charAt(0))
  if (level === undefined) return undefined
  const clock = clockAt(text, 6)
  const month = pair(text, 1)
  if (clock < 0 || month < 1 || month > 12) return undefined
  const end = fractionEnd(text, 14)
  const time = withoutYear(month, pair(text, 3), clock + fractionMs(text, 14, end), record)
  const close = text.indexOf('] ', end)
  if (time === -Infinity || close < 0 || close > 300) return undefined
  const [pid = '', origin = ''] = text.slice(end, close).trim().split(/ +/)
  const fields: Draft = { 'log.level': level, 'process.thread.id': Number(pid) || 0, 'log.origin.file.name': origin }
  const message = splitTrace(text.slice(close + 2), fields)
  readEntities(message, '', fields)
  return finish('generic/klog', { time, guessed: true }, message, fields)
}

const klogLevels: ReadonlyMap<string, string> = new Map([
  ['D', 'debug'],
  ['E', 'error'],
  ['F', 'crit'],
  ['I', 'info'],
  ['W', 'warning'],
])

/** Returns the matching closing bracket, with nesting; −1 if it is not near. */
const closing = (text: string, open: number): number => {
  let depth = 0
  for (let i = open; i < text.length && i < open + 256; i++) {
    const code = text.charCodeAt(i)
    if (code === 91) depth++
    else if (code === 93 && --depth === 0) return i
  }
  return -1
}

const wordFrom = (text: string, at: number): string => {
  let end = at
  while (end < at + 24 && end < text.length && !isEnd(text.charCodeAt(end))) end++
  return text.slice(at, end)
}

/** Whether a word can name a logger: letters, dots, dollar signs and similar, no space, not a number. */
const isName = (word: string): boolean =>
  word.length >= 2 && word.length <= 120 && /^[A-Za-z_][\w.$/@-]*(?::\w+)*(?::\d+)?$/.test(word)

const skipSeparators = (text: string, at: number): number => {
  let i = at
  for (;;) {
    const code = text.charCodeAt(i)
    const blank = code === 32 || code === 9
    const dash =
      (code === 45 || code === 124 || code === 58 || code === 44) &&
      (isEnd(text.charCodeAt(i + 1)) || code === 44 || code === 124)
    if (!blank && !dash) return i
    i++
  }
}

const isEnd = (code: number): boolean =>
  code === 32 || code === 9 || code === 10 || code === 13 || code === 44 || code === 124
