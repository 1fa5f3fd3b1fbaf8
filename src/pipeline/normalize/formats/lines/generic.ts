import { minute } from '../../../../lib/units/time.ts'
import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, setIfAbsent, splitTrace } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { stunnelMark } from '../../entities/stunnel.ts'
import { isTranslatedLevel, numberToLevel, toSureLevel } from '../../fields/level.ts'
import { isSmall } from '../../letters.ts'
import type { Parsed, Parser } from '../../parser.ts'
import {
  clockAt,
  fractionEnd,
  fractionMs,
  isDigitCode,
  midnight,
  pair,
  quad,
  withoutYear,
} from '../../time/calendar.ts'
import { readTimestamp, type Stamp } from '../../time/timestamp.ts'
import { readDotnet, startsLikeDotnet } from './dotnet-console.ts'
import { type Lead, readLead } from './lead.ts'
import { readNagiosAlert } from './nagios.ts'

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
    if (startsLikeDotnet(text)) return describe(record, undefined, 0, {}, 'generic/dotnet')
    const uptime =
      text.charCodeAt(0) === 91
        ? /^\[ {0,8}(\d{1,9}\.(?:\d{6}|\d{3}s|\d{3}(?=\] \()))\] ?/.exec(text.slice(0, 32))
        : null
    const chromium = text.charCodeAt(0) === 91 ? readChromium(record) : undefined
    if (chromium) return chromium
    // The kernel's clock is not the time of day.
    if (uptime) {
      const fields: Draft = { 'host.uptime': Number.parseFloat(uptime[1] ?? '') }
      const marker = xorgLevels.get(text.slice(uptime[0].length, uptime[0].length + 5))
      if (marker) fields['log.level'] = marker
      return describe(record, undefined, uptime[0].length + (marker ? 5 : 0), fields, 'generic/uptime')
    }
    const bracket = text.charCodeAt(0) === 91 || text.charCodeAt(0) === 40 ? 1 : 0
    const plain = readTimestamp(text, bracket, record)
    const lead = plain ? undefined : readLead(text)
    const stamp = plain ?? (lead && readTimestamp(text, lead.at, record))
    if (!stamp) return readProcessUptime(record) ?? readClockOnly(record, bracket)
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
    return describe(record, stamp, at, { ...lead?.fields }, 'generic', lead?.signs)
  },
}

/** Parses a line with the seconds since its program began, as the daemons of NUT write it: `0.006348\t[D1] debug level is 1`. */
const readProcessUptime = (record: RawRecord): Parsed | undefined => {
  const point = record.text.indexOf('.')
  if (point < 1 || point > 6 || record.text.charCodeAt(point + 7) !== 9) return undefined
  const found = /^(\d{1,6}\.\d{6})\t(\[D\d\] )?/.exec(record.text.slice(0, 20))
  if (!found) return undefined
  const fields: Draft = { 'process.uptime': Number(found[1]), ...(found[2] !== undefined && { 'log.level': 'debug' }) }
  return describe(record, undefined, found[0].length, fields, 'generic/uptime')
}

/** Parses a line with a time of day but no date, which is undated: `09:32:20.123 [main] DEBUG …`, `[09:32:20 ERR] …`. */
const readClockOnly = (record: RawRecord, bracket: number): Parsed | undefined => {
  const { text } = record
  const short = bracket === 0 && isDigitCode(text.charCodeAt(0)) ? /^\d{1,2}:\d\d[AP]M /.exec(text.slice(0, 8)) : null
  if (short) return describe(record, undefined, short[0].length - 1, {}, 'generic/clock')
  const seconds = clockAt(text, bracket)
  if (seconds < 0) return undefined
  const end = fractionEnd(text, bracket + 8)
  const clock = seconds + fractionMs(text, bracket + 8, end)
  const fields: Draft = {}
  if (bracket === 0) {
    const next = text.charCodeAt(end)
    if (next !== 32 && next !== 9 && next !== 124) return undefined
    const parsed = { ...describe(record, undefined, end, fields, 'generic/clock'), clock }
    return fields['log.level'] !== undefined || startsColumn(text, end) ? parsed : undefined
  }
  const close = text.indexOf(']', end)
  if (close < 0 || close > end + 12) return undefined
  const level = toSureLevel(text.slice(end, close).trim())
  if (level) fields['log.level'] = level
  return { ...describe(record, undefined, close + 1, fields, 'generic/clock'), clock }
}

/** Whether exactly two spaces divide a clock from a text, as in Informix's log. Wider gaps are tables, such as those of sar. */
const startsColumn = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at + 2) | 32
  return text.startsWith('  ', at) && code >= 97 && code <= 122
}

/** Parses the attributes between time and message. Adds to the fields read before the time. */
export const describe = (
  record: RawRecord,
  stamp: Stamp | undefined,
  from: number,
  fields: Draft,
  format: string,
  signs?: Lead['signs'],
): Parsed => {
  const { text } = record
  const level = signs?.get(text.charAt(from + 1))
  if (level) fields['log.level'] = level
  let at = skipSeparators(text, level ? from + 2 : from)
  const said = readDotnet(text, at, fields)
  if (said !== undefined) {
    readEntities(said, '', fields)
    return finish(format, stamp, said, fields)
  }
  at = readTopics(text, at, fields)
  let columns = false
  const isNagios = readNagiosAlert(text, at, fields)
  for (let words = 0; words < 7 && !isNagios; words++) {
    const before = at
    // After the level, a bracket and a dash, the message begins in any case.
    const dashed = text.charCodeAt(at - 2) === 45
    if (dashed && fields['log.level'] !== undefined && fields['process.thread.name'] !== undefined) break
    at = text.charCodeAt(at) === 91 ? readBracket(text, at, fields) : readWord(text, at, fields, columns)
    if (at === before) break
    columns = true
    at = skipSeparators(text, at)
  }
  if (fields['log.level'] === undefined) at = readLetteredLevel(text, at, fields)
  const message = splitTrace(text.slice(at).trim(), fields)
  const program = fields['process.name']
  readEntities(message, typeof program === 'string' ? program : '', fields)
  return finish(format, stamp, message, fields)
}

/** Parses RouterOS's topics: `system,error,critical login failure`. The last level is the most severe. Returns the message's position. */
const readTopics = (text: string, at: number, fields: Draft): number => {
  let end = at
  while (isSmall(text.charCodeAt(end))) end++
  if (end === at || text.charCodeAt(end) !== 44 || !isSmall(text.charCodeAt(end + 1))) return at
  const list = /^[a-z\d]+(?:,[a-z\d!-]+){1,5}(?= )/.exec(text.slice(at, at + 80))?.[0]
  const levels = list?.split(',').flatMap((topic) => toSureLevel(topic) ?? []) ?? []
  const level = levels.at(-1)
  if (list === undefined || level === undefined) return at
  fields['log.level'] = level
  fields['log.logger'] = text.slice(at, end)
  return at + list.length + 1
}

/**
 * Parses attributes with the level in a form that few programs share: logcat's `1709  4711 E Power: `, `W/Activity( 1709): `, MongoDB's
 * `E  NETWORK  [conn] `, PostgreSQL's `10.0.0.5(5432):app@shop:[4711]:ERROR:  `, logread's `daemon.err dnsmasq[1]: `, java.util.logging's second line. Returns the message's
 * position.
 */
const readLetteredLevel = (text: string, at: number, fields: Draft): number => {
  const head = text.slice(at, at + 160)
  const threads = /^(\d{1,7}) +(\d{1,7}) ([DEFIVW]) ([^:]{1,60}?) *: /.exec(head)
  if (threads) {
    fields['process.pid'] = Number(threads[1])
    fields['process.thread.id'] = Number(threads[2])
    return setLettered(fields, threads[3], threads[4], at + threads[0].length)
  }
  const brief = /^([DEFIVW])\/([^(:]{1,60}?) *\( *(\d{1,7})\): /.exec(head)
  if (brief) {
    fields['process.pid'] = Number(brief[3])
    return setLettered(fields, brief[1], brief[2], at + brief[0].length)
  }
  const component = /^([DEFIW])\d? +([A-Z]{3,12}|-) +\[([^\]]{1,60})\] /.exec(head)
  if (component) {
    fields['process.thread.name'] = component[3] ?? ''
    return setLettered(fields, component[1], component[2], at + component[0].length)
  }
  const julLogger = /^([\w.$]{1,80}) [\w<>$]{1,60}\n([A-Z]{4,7}): /.exec(head)
  const julLevel = julLogger && toSureLevel(julLogger[2] ?? '')
  if (julLogger && julLevel) {
    fields['log.level'] = julLevel
    fields['log.logger'] = julLogger[1] ?? ''
    return at + julLogger[0].length
  }
  // fail2ban: `fail2ban.actions        [4711]: NOTICE  `
  const padded = head.includes(' [') ? /^([\w.-]{1,48}) +\[(\d{1,9})\]: ([A-Z]{4,8}) +/.exec(head) : null
  const paddedLevel = padded && levelOf(padded[3] ?? '', true)
  if (padded && paddedLevel) {
    fields['log.level'] = paddedLevel
    fields['log.logger'] = padded[1] ?? ''
    fields['process.pid'] = Number(padded[2])
    return at + padded[0].length
  }
  // iOS: `SpringBoard[52:1f03] `; Unbound: `unbound[4711:0] error: `
  const ios = /^([\w.-]{1,60})\[(\d{1,7}):\w{1,10}\] (?:([a-z]{4,9}): )?/.exec(head)
  if (ios) {
    const iosLevel = toSureLevel(ios[3] ?? '')
    if (iosLevel) fields['log.level'] = iosLevel
    fields['process.name'] = ios[1] ?? ''
    fields['process.pid'] = Number(ios[2])
    return at + (ios[3] === undefined || iosLevel ? ios[0].length : ios[0].length - ios[3].length - 2)
  }
  // ProFTPD: `ftp1 proftpd[4711] 10.0.0.5 (client.example.org[203.0.113.9]): `, with the server before the client, if there is one.
  const served =
    /^([\w.-]{1,64}) ([\w.-]{1,32})\[(\d{1,9})\] (?:\S{1,80} (?=\([^()[\]\s]{1,255}\[[\da-fA-F.:]{3,45}\]\): )|(?<=proftpd\[\d{1,9}\] )\S{1,80}: )/.exec(
      text.slice(at, at + 500),
    )
  if (served) {
    setIfAbsent(fields, 'host.name', served[1] ?? '')
    fields['process.name'] = served[2] ?? ''
    fields['process.pid'] = Number(served[3])
    return at + served[0].length
  }
  const facility = /^[a-z]{2,8}\d?\.([a-z]{3,7}) ([\w./-]{1,48})(?:\[(\d{1,9})\])?: /.exec(head)
  const facilityLevel = facility && toSureLevel(facility[1] ?? '')
  if (facility && facilityLevel) {
    fields['log.level'] = facilityLevel
    fields['process.name'] = facility[2] ?? ''
    if (facility[3]) fields['process.pid'] = Number(facility[3])
    return at + facility[0].length
  }
  // ESXi: `Wa(180) Hostd[4711]: `, with the priority of syslog.
  const priority = /^[A-Z][a-z]\((\d{1,3})\)[+ ] ?([\w./-]{1,48})\[(\d{1,12})\]: /.exec(head)
  const priorityLevel = priority && numberToLevel(Number(priority[1]) % 8)
  if (priority && priorityLevel) {
    fields['log.level'] = priorityLevel
    fields['process.name'] = priority[2] ?? ''
    fields['process.pid'] = Number(priority[3])
    return at + priority[0].length
  }
  // vSphere: `warning wcp [auth/session.go:156] `
  const located = /^([a-z]{4,8}) ([\w.-]{1,48}) \[([\w./-]{1,80}:\d{1,6})\] /.exec(head)
  const locatedLevel = located && toSureLevel(located[1] ?? '')
  if (located && locatedLevel) {
    fields['log.level'] = locatedLevel
    fields['process.name'] = located[2] ?? ''
    fields['log.logger'] = located[3] ?? ''
    return at + located[0].length
  }
  // NSD: `nsd[4711]: error: `
  const own = head.includes(']: ') ? /^([\w.-]{1,32})\[(\d{1,9})\]: ([a-z]{4,9}): /.exec(head) : null
  const ownLevel = own && toSureLevel(own[3] ?? '')
  if (own && ownLevel) {
    fields['log.level'] = ownLevel
    fields['process.name'] = own[1] ?? ''
    fields['process.pid'] = Number(own[2])
    return at + own[0].length
  }
  const stunnel = stunnelMark(text, at)
  if (stunnel) {
    fields['log.level'] = stunnel.level
    fields['process.name'] = 'stunnel'
    return at + stunnel.length
  }
  // ClamAV: `-> WARNING: `, of which rules see the arrow.
  const arrow = head.startsWith('-> ') ? /^-> ([A-Z]{5,7}): /.exec(head) : null
  const arrowLevel = arrow && toSureLevel(arrow[1] ?? '')
  if (arrowLevel) {
    fields['log.level'] = arrowLevel
    return at
  }
  // cloud-init: `util.py[WARNING]: `
  const module = head.includes(']: ') ? /^([\w.-]{1,60})\[([A-Z]{4,8})\]: /.exec(head) : null
  const moduleLevel = module && toSureLevel(module[2] ?? '')
  if (module && moduleLevel) {
    fields['log.level'] = moduleLevel
    fields['log.logger'] = module[1] ?? ''
    return at + module[0].length
  }
  // YaST and zypper: `<3> web-1(4711) [zypp] MediaCurl.cc(evaluate):1175 `
  const zypp = head.startsWith('<') ? /^<([0-3])> ([\w.-]{1,64})\((\d{1,9})\) (?=\[)/.exec(head) : null
  if (zypp) {
    fields['log.level'] = zyppLevels[Number(zypp[1])] ?? 'info'
    setIfAbsent(fields, 'host.name', zypp[2] ?? '')
    fields['process.pid'] = Number(zypp[3])
    return at + zypp[0].length
  }
  // Gitea: `cmd/web.go:242:runWeb() [I] `
  const gitea = head.includes('() [') ? /^(\S{1,100}:\d{1,6}:)\S{1,80}\(\) \[([TDIWEF])\] /.exec(head) : null
  if (gitea) {
    const letter = gitea[2] ?? ''
    return setLettered(fields, letter === 'T' ? 'V' : letter, gitea[1]?.slice(0, -1), at + gitea[0].length)
  }
  // GitHub's and Azure's pipelines: `##[error]Process completed`
  const pipeline = /^##\[([a-z]{5,7})\]/.exec(head)
  const pipelineLevel = pipeline && toSureLevel(pipeline[1] ?? '')
  if (pipeline && pipelineLevel) {
    fields['log.level'] = pipelineLevel
    return at + pipeline[0].length
  }
  const postgres = /[:\] ](\p{Lu}{3,14}): {2}/u.exec(head)
  const postgresLevel = postgres && levelOf(postgres[1] ?? '', true)
  if (postgres && postgresLevel) {
    fields['log.level'] = postgresLevel
    return at + postgres.index + postgres[0].length
  }
  return at
}

/** The markers of X.Org's log. Most of the others are information, too. */
const xorgLevels: ReadonlyMap<string, string> = new Map([
  ['(EE) ', 'error'],
  ['(WW) ', 'warning'],
  ['(II) ', 'info'],
])

/** The levels of YaST's log by number. */
const zyppLevels = ['debug', 'info', 'warning', 'error'] as const

const setLettered = (fields: Draft, letter = '', logger = '', end: number): number => {
  fields['log.level'] = letter === 'V' ? 'debug' : (klogLevels.get(letter) ?? 'info')
  if (logger !== '-') fields['log.logger'] = logger
  return end
}

/** The id that AWS Lambda and Rails give a request. */
const requestId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A logger, a process and a thread in one bracket. */
const loggerOfProcess = /^[\w.-]{1,80}\/\d{1,7}\.\d{1,20}$/

/** The name of a thread of a pool, which is no service: each attempt of a series may come from another one. */
const threadName = /(?:^main|[-#]\d{1,6})$/

/** Parses a bracket: `[main]`, `[WARN]`, `[123]`, `[QuorumPeer[myid=1]/0:0:2181:FastLeaderElection@774]`. Returns `at` if it is part of the message. */
const readBracket = (text: string, at: number, fields: Draft): number => {
  const close = closing(text, at)
  if (close < 0) return at
  const after = text.charCodeAt(close + 1)
  if (close + 1 < text.length && after !== 32 && after !== 58 && after !== 91 && after !== 9 && after !== 44) return at
  const inner = text.slice(at + 1, close).trim()
  // vsftpd: [pid 1] [alice] FAIL LOGIN: …
  // ZNC: [alice] failed to login from …
  if (
    /^ (?:(?:OK|FAIL) [A-Z]+: |(?:connected to|disconnected from) ZNC from |failed to login from )/.test(
      text.slice(close + 1, close + 32),
    )
  ) {
    setIfAbsent(fields, 'user.name', inner)
    return close + 1
  }
  const level = fields['log.level'] === undefined ? levelOf(inner, true) : undefined
  const slash = level ? -1 : inner.lastIndexOf('/')
  // Minecraft: [Server thread/WARN]
  const threadLevel =
    slash > 0 && fields['log.level'] === undefined ? levelOf(inner.slice(slash + 1), false) : undefined
  // WildFly and Quarkus: LEVEL [logger] (thread) message
  const thread =
    after === 32 &&
    fields['log.level'] !== undefined &&
    fields['log.logger'] === undefined &&
    /^[\w$-]+\.[\w.$-]+$/.test(inner)
      ? /^ \(([^()]{1,80})\) /.exec(text.slice(close + 1, close + 90))
      : null
  if (level) fields['log.level'] = level
  else if (threadLevel) {
    fields['log.level'] = threadLevel
    setIfAbsent(fields, 'process.thread.name', inner.slice(0, slash))
  } else if (thread) {
    fields['log.logger'] = inner
    setIfAbsent(fields, 'process.thread.name', thread[1] ?? '')
    return close + 1 + thread[0].length
  } else if (/^\d{1,9}$/.test(inner)) {
    if (fields['process.pid'] !== undefined) return at
    fields['process.pid'] = Number(inner)
  } else if (/^pid[: ]\d{1,9}$/.test(inner)) fields['process.pid'] = Number(inner.slice(4))
  else if (/^[A-Z]{2,4}-\d{3,9}$/.test(inner)) setIfAbsent(fields, 'event.code', inner)
  // Rails' tag of a request
  else if (inner.length === 36 && requestId.test(inner)) setIfAbsent(fields, 'http.request.id', inner)
  else if (slash > 0 && loggerOfProcess.test(inner)) {
    // Kea: INFO  [kea-dhcp4.leases/4711.139633536836096] …
    fields['log.logger'] = inner.slice(0, slash)
    setIfAbsent(fields, 'process.pid', Number.parseInt(inner.slice(slash + 1), 10))
  } else if (fields['process.thread.name'] === undefined) fields['process.thread.name'] = inner
  else if (
    fields['service.name'] === undefined &&
    /^ [\w.$]{1,80} *: /.test(text.slice(close + 1, close + 90)) &&
    (threadName.test(inner) || !threadName.test(String(fields['process.thread.name'])))
  ) {
    // Spring Boot 3: [application] [thread] logger : message
    fields['service.name'] = fields['process.thread.name']
    fields['process.thread.name'] = inner
  } else if (fields['log.logger'] === undefined) fields['log.logger'] = inner
  else return at
  return close + 1
}

/** Parses a level, a number before one, `logger:`, or a name in a column. Returns `at` if the message begins there. */
const readWord = (text: string, at: number, fields: Draft, columns: boolean): number => {
  let end = at
  while (end < at + 200 && end < text.length && !isEnd(text.charCodeAt(end))) end++
  if (end === at || end >= at + 200) return at
  const word = text.slice(at, end)
  // AWS Lambda's request id
  if (word.length === 36 && requestId.test(word)) {
    setIfAbsent(fields, 'http.request.id', word)
    return end
  }
  const bare = word.endsWith(':') || word.endsWith('|') ? word.slice(0, -1) : word
  if (fields['log.level'] === undefined) {
    // Monit: error    : 'web' process is not running
    const isPadded = bare === word && /^ {1,8}: /.test(text.slice(end, end + 10))
    const level = levelOf(bare, columns || text.charCodeAt(end) === 9 || bare !== word || isPadded)
    if (level) {
      fields['log.level'] = level
      return end
    }
    if (bare !== word) {
      // Icinga 2: critical/cli: …
      const facility = /^([a-z]{5,11})\/([\w-]{1,40})$/.exec(bare)
      const facilityLevel = facility && toSureLevel(facility[1] ?? '')
      if (facility && facilityLevel) {
        fields['log.level'] = facilityLevel
        fields['log.logger'] = facility[2] ?? ''
        return end
      }
      // Monolog: shop.ERROR: …
      const dot = bare.lastIndexOf('.')
      const channelLevel = dot > 0 ? levelOf(bare.slice(dot + 1), false) : undefined
      if (channelLevel) {
        fields['log.level'] = channelLevel
        fields['log.logger'] = bare.slice(0, dot)
        return end
      }
    }
    // ClickHouse: {query} <Error>; Airflow: {file.py:42} ERROR
    if (word.charCodeAt(0) === 60 && word.endsWith('>')) {
      const angled = levelOf(word.slice(1, -1), true)
      if (angled) {
        fields['log.level'] = angled
        return end
      }
    }
    // Asterisk: NOTICE[881][C-00000001]:
    const numbered = /^([A-Z]{4,8})\[(\d{1,9})\](?:\[[\w-]{1,24}\])?:?$/.exec(word)
    const numberedLevel = numbered && levelOf(numbered[1] ?? '', true)
    if (numbered && numberedLevel) {
      fields['log.level'] = numberedLevel
      setIfAbsent(fields, 'process.thread.id', Number(numbered[2]))
      return end
    }
    // HDFS, MySQL: a thread's number before the level. Python: a logger's name before it. PostgreSQL: user@database before it.
    const following = skipSeparators(text, end)
    const next = wordFrom(text, following)
    const leads = levelOf(next.replace(/[[\]:<>]/g, ''), true) !== undefined
    if (!leads) return at
    if (/^\{[^}]{0,80}\}$/.test(word)) {
      if (word !== '{}') setIfAbsent(fields, 'log.origin.file.name', word.slice(1, -1))
      return end
    }
    // macOS: a thread's number in hexadecimal; Veeam: <01>
    if (/^0x[0-9a-f]{1,16}$|^<\d{1,9}>$/.test(bare)) {
      setIfAbsent(fields, 'process.thread.id', Number(bare.replace(/[<>]/g, '')))
      return end
    }
    // Privoxy: the same without a prefix. Digits alone are some other number.
    if (/^(?=.*[a-f])[0-9a-f]{8,13}$/.test(bare)) {
      setIfAbsent(fields, 'process.thread.id', Number(`0x${bare}`))
      return end
    }
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
    (text.charCodeAt(end + 1) === 32 ||
      text.startsWith(' - ', end) ||
      text.startsWith(' -- ', end) ||
      text.startsWith(' : ', end))
  // NLog: |ERROR|Shop.Pay|message
  const column = text.charCodeAt(end) === 124 && text.charCodeAt(at - 1) === 124
  const named = word.endsWith(':') && (end >= text.length || text.charCodeAt(end) === 32)
  if (!(named || column || (wide && word === bare)) || !isName(bare)) return at
  // Supervisor: "spawned: 'shop' with pid 4711"
  if (named && /^[a-z]{4,12}ed$/.test(bare)) return at
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
  return text.startsWith(' -- ', end) ? end + 3 : end
}

/** Whether a date is in the short format of Hadoop and Spark, always followed by level and logger. */
const alwaysNamed = (text: string): boolean => text.charCodeAt(2) === 47 && text.charCodeAt(5) === 47

/** Parses a level in text: in capitals, or in the position of an attribute. */
const levelOf = (word: string, sure: boolean): string | undefined => {
  if (special.has(word)) return special.get(word)
  const level = toSureLevel(word)
  if (level === undefined || sure || word === word.toUpperCase()) return level
  // In a sentence, "Fehler" begins many messages.
  return /^[A-Z][a-z]+$/.test(word) && !isTranslatedLevel(word) ? level : undefined
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
  if (!isDigitCode(text.charCodeAt(1))) return undefined
  const withYear = text.charCodeAt(9) === 32
  const at = withYear ? 5 : 1
  if (text.charCodeAt(at + 4) !== 32) return undefined
  const level = klogLevels.get(text.charAt(0))
  if (level === undefined) return undefined
  const clock = clockAt(text, at + 5)
  const month = pair(text, at)
  if (clock < 0 || month < 1 || month > 12) return undefined
  const end = fractionEnd(text, at + 13)
  const timeOfDay = clock + fractionMs(text, at + 13, end)
  const time = withYear
    ? midnight(quad(text, 1), month, pair(text, at + 2)) + timeOfDay - (record.zoneMinutes ?? 0) * minute
    : withoutYear(month, pair(text, at + 2), timeOfDay, record)
  const close = text.indexOf('] ', end)
  if (time === -Infinity || close < 0 || close > 300) return undefined
  const [pid = '', origin = ''] = text.slice(end, close).trim().split(/ +/)
  const fields: Draft = { 'log.level': level, 'process.thread.id': Number(pid) || 0, 'log.origin.file.name': origin }
  const message = splitTrace(text.slice(close + 2), fields)
  readEntities(message, '', fields)
  return finish('generic/klog', { time, guessed: true }, message, fields)
}

/** Chromium: `[4711:5001:1210/093220.123456:ERROR:gpu_init.cc(42)] message`. */
const readChromium = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  const head =
    /^\[(\d{1,9}):(\d{1,9}):(\d\d)(\d\d)\/(\d\d)(\d\d)(\d\d)\.(\d{3})\d*:([A-Z]{4,7})\d?:([^\]]{1,100})\] /.exec(
      text.slice(0, 200),
    )
  const level = head && toSureLevel(head[9] ?? '')
  if (!head || !level) return undefined
  const [pid = 0, thread = 0, month = 0, dayOfMonth = 0] = head.slice(1, 5).map(Number)
  const clock = clockAt(`${head[5]}:${head[6]}:${head[7]}`, 0)
  const time = clock < 0 ? -Infinity : withoutYear(month, dayOfMonth, clock + Number(head[8]), record)
  if (time === -Infinity) return undefined
  const fields: Draft = {
    'log.level': level,
    'process.pid': pid,
    'process.thread.id': thread,
    'log.origin.file.name': head[10] ?? '',
  }
  const message = splitTrace(text.slice(head[0].length), fields)
  readEntities(message, '', fields)
  return finish('generic/chromium', { time, guessed: true }, message, fields)
}

export const klogLevels: ReadonlyMap<string, string> = new Map([
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
