import { createRandom, type Random } from '../../lib/random/random.ts'

/** A line of an everyday combination of forms, and what a reader expects of it. */
export interface Variant {
  /** The names of the forms: `kubectl > brackets > iso comma`. */
  readonly forms: string
  readonly line: string
  /** In ms; undefined for a line without a date. */
  readonly time: number | undefined
  /** Whether the forms name no time that is finer than a second. */
  readonly coarse: boolean
  readonly level: string | undefined
  readonly host: string | undefined
  readonly message: string
}

type Form<Value> = readonly [name: string, write: (value: Value) => string]

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const days = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')
const two = (n: number): string => String(n).padStart(2, '0')
const three = (n: number): string => String(n).padStart(3, '0')
const iso = (time: number): string => new Date(time).toISOString()
const parts = (time: number) => {
  const date = new Date(time)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    clock: iso(time).slice(11, 19),
    ms: three(date.getUTCMilliseconds()),
    weekday: days[date.getUTCDay()] ?? '',
  }
}
const halfDay = (clock: string): string => {
  const hours = Number(clock.slice(0, 2))
  return `${hours % 12 || 12}${clock.slice(2)} ${hours < 12 ? 'AM' : 'PM'}`
}
const inZone = (time: number, minutes: number): string => iso(time + minutes * 60_000).slice(0, 23)

/** Times in text, in UTC or with their offset. */
const times: readonly Form<number>[] = [
  ['iso', (t) => iso(t)],
  ['iso without fraction', (t) => `${iso(t).slice(0, 19)}Z`],
  ['iso with offset', (t) => `${inZone(t, 60)}+01:00`],
  ['iso with short offset', (t) => `${inZone(t, -300)}-0500`],
  ['iso with nanoseconds', (t) => `${iso(t).slice(0, 23)}456789Z`],
  ['iso comma', (t) => iso(t).slice(0, 23).replace('T', ' ').replace('.', ',')],
  ['iso space', (t) => iso(t).slice(0, 23).replace('T', ' ')],
  ['iso space zone', (t) => `${iso(t).slice(0, 23).replace('T', ' ')} +0000`],
  ['iso UTC', (t) => `${iso(t).slice(0, 19).replace('T', ' ')} UTC`],
  ['slashes', (t) => `${iso(t).slice(0, 10).replaceAll('-', '/')} ${parts(t).clock}`],
  ['slashes micros', (t) => `${iso(t).slice(0, 10).replaceAll('-', '/')} ${parts(t).clock}.${parts(t).ms}000`],
  [
    'ctime',
    (t) => ((p) => `${p.weekday} ${months[p.month]} ${String(p.day).padStart(2)} ${p.clock} ${p.year}`)(parts(t)),
  ],
  ['tomcat', (t) => ((p) => `${two(p.day)}-${months[p.month]}-${p.year} ${p.clock}.${p.ms}`)(parts(t))],
  ['dots', (t) => ((p) => `${two(p.day)}.${two(p.month + 1)}.${p.year} ${p.clock}`)(parts(t))],
  ['12 hours', (t) => ((p) => `${months[p.month]} ${p.day}, ${p.year} ${halfDay(p.clock)}`)(parts(t))],
  ['American', (t) => ((p) => `${two(p.month + 1)}/${two(p.day)}/${p.year} ${halfDay(p.clock)}`)(parts(t))],
  ['day month year', (t) => ((p) => `${two(p.day)} ${months[p.month]} ${p.year} ${p.clock}`)(parts(t))],
  ['day month year, comma', (t) => ((p) => `${two(p.day)} ${months[p.month]} ${p.year} ${p.clock},${p.ms}`)(parts(t))],
  ['mail', (t) => ((p) => `${p.weekday}, ${two(p.day)} ${months[p.month]} ${p.year} ${p.clock} +0000`)(parts(t))],
  ['http', (t) => ((p) => `${p.weekday}, ${two(p.day)} ${months[p.month]} ${p.year} ${p.clock} GMT`)(parts(t))],
  ['access log', (t) => ((p) => `${two(p.day)}/${months[p.month]}/${p.year}:${p.clock} +0000`)(parts(t))],
  ['joined date', (t) => ((p) => `${iso(t).slice(0, 10).replaceAll('-', '')} ${p.clock}.${p.ms}`)(parts(t))],
  ['epoch', (t) => String(Math.floor(t / 1000))],
  ['epoch ms', (t) => String(t)],
  ['epoch with fraction', (t) => (t / 1000).toFixed(3)],
  [
    'ctime with zone',
    (t) => ((p) => `${p.weekday} ${months[p.month]} ${two(p.day)} ${p.clock} UTC ${p.year}`)(parts(t)),
  ],
  ['iso minutes offset', (t) => `${inZone(t, 330).slice(0, 19)}+05:30`],
  ['iso bare', (t) => iso(t).slice(0, 23)],
  ['dots ms', (t) => ((p) => `${two(p.day)}.${two(p.month + 1)}.${p.year} ${p.clock}.${p.ms}`)(parts(t))],
  ['compact', (t) => `${iso(t).slice(0, 19).replaceAll(/[-:]/g, '')}Z`],
]
const coarseTimes = new Set([
  '12 hours',
  'American',
  'day month year',
  'mail',
  'http',
  'access log',
  'epoch',
  'ctime with zone',
  'iso minutes offset',
  'iso without fraction',
  'iso UTC',
  'slashes',
  'ctime',
  'dots',
  'compact',
])

/** Spellings of levels, with ours. */
const levels: readonly (readonly [spelling: string, level: string])[] = [
  ['ERROR', 'error'],
  ['error', 'error'],
  ['Error', 'error'],
  ['ERR', 'error'],
  ['WARN', 'warning'],
  ['WARNING', 'warning'],
  ['warn', 'warning'],
  ['Warning', 'warning'],
  ['INFO', 'info'],
  ['info', 'info'],
  ['Information', 'info'],
  ['DEBUG', 'debug'],
  ['debug', 'debug'],
  ['TRACE', 'debug'],
  ['FATAL', 'crit'],
  ['CRITICAL', 'crit'],
  ['NOTICE', 'notice'],
]

const messages = [
  'Card declined for order 4711',
  'Connection to db-7 lost, retrying in 5 s',
  'Cache rebuilt in 812 ms',
  'Disk /dev/sda1 is 91% full',
  'Started worker 3 of 8',
  'Job finished (14 rows)',
]
const hosts = ['web-01', 'db-7.corp.example', 'ip-10-0-3-7', 'ns1', 'PRINT01']

interface Content {
  readonly stamp: string
  readonly time: number
  readonly level: string
  readonly message: string
}

/** Layouts of plain text. */
const layouts: readonly Form<Content>[] = [
  ['words', ({ stamp, level, message }) => `${stamp} ${level.toUpperCase()} ${message}`],
  ['brackets', ({ stamp, level, message }) => `${stamp} [${level}] ${message}`],
  ['time in brackets', ({ stamp, level, message }) => `[${stamp}] [${level}] ${message}`],
  ['bracketed time, colon', ({ stamp, level, message }) => `[${stamp}] ${level}: ${message}`],
  ['java', ({ stamp, level, message }) => `${stamp} ${level.toUpperCase()} [main] com.acme.Pay - ${message}`],
  ['level first', ({ stamp, level, message }) => `${level.toUpperCase()} ${stamp} ${message}`],
  ['level first in brackets', ({ stamp, level, message }) => `[${level.toUpperCase()}] ${stamp} ${message}`],
  ['dashes', ({ stamp, level, message }) => `${stamp} - pay - ${level.toUpperCase()} - ${message}`],
  ['pipes', ({ stamp, level, message }) => `${stamp} | ${level.toUpperCase()} | ${message}`],
  ['tabs', ({ stamp, level, message }) => `${stamp}\t${level}\t${message}`],
  ['logfmt', ({ stamp, level, message }) => `time="${stamp}" level=${level} msg="${message}"`],
  ['logfmt ts', ({ stamp, level, message }) => `ts="${stamp}" lvl=${level} message="${message}" attempt=3`],
]

/** Layouts of JSON, which may name a host and write epochs. */
const jsonLayouts: readonly Form<Content & { readonly host: string }>[] = [
  ['pino', ({ time, message, host }) => JSON.stringify({ level: 50, time, pid: 7, hostname: host, msg: message })],
  ['winston', ({ stamp, level, message }) => JSON.stringify({ level, message, timestamp: stamp })],
  ['zap', ({ time, level, message }) => JSON.stringify({ level, ts: time / 1000, caller: 'a/b.go:12', msg: message })],
  [
    'ecs',
    ({ time, level, message, host }) =>
      JSON.stringify({ '@timestamp': iso(time), 'log.level': level, message, host: { name: host } }),
  ],
  [
    'logback',
    ({ time, level, message }) =>
      JSON.stringify({
        '@timestamp': iso(time),
        '@version': '1',
        message,
        logger_name: 'a.B',
        level: level.toUpperCase(),
      }),
  ],
  ['serilog', ({ time, level, message }) => JSON.stringify({ '@t': iso(time), '@mt': message, '@l': level, a: 1 })],
  ['google', ({ stamp, level, message }) => JSON.stringify({ severity: level.toUpperCase(), message, time: stamp })],
  [
    'bunyan',
    ({ time, message, host }) =>
      JSON.stringify({ name: 'pay', hostname: host, pid: 7, level: 50, msg: message, time: iso(time), v: 0 }),
  ],
  ['python', ({ stamp, level, message }) => JSON.stringify({ asctime: stamp, name: 'pay', levelname: level, message })],
  ['structlog', ({ stamp, level, message }) => JSON.stringify({ event: message, level, timestamp: stamp })],
  ['slog', ({ time, level, message }) => JSON.stringify({ time: iso(time), level: level.toUpperCase(), msg: message })],
  [
    'own names',
    ({ stamp, level, message, host }) =>
      JSON.stringify({ when: stamp, sev: level, text: message, server: 1, machine: host }),
  ],
  [
    'nested',
    ({ time, level, message, host }) => JSON.stringify({ meta: { ts: iso(time), host }, log: { level, message } }),
  ],
]
/** Layouts whose level is fixed, and those that name a host. */
const fixedLevels = new Set(['pino', 'bunyan'])
const withHost = new Set(['pino', 'ecs', 'bunyan', 'own names'])

interface Wrapped {
  readonly line: string
  readonly time: number
  readonly host: string
}

/** Wrappers of lines: their name, and whether they have a time and a host of their own. */
const wrappers: readonly (readonly [
  name: string,
  wrap: (inner: Wrapped) => string,
  dated: boolean,
  hosted: boolean,
])[] = [
  ['bare', ({ line }) => line, false, false],
  ['compose', ({ line }) => `web-1  | ${line}`, false, false],
  ['kubectl', ({ line }) => `[pod/web-7d9f8b-x2x/web] ${line}`, false, false],
  ['pm2', ({ line }) => `0|web  | ${line}`, false, false],
  ['cri', ({ line, time }) => `${iso(time).slice(0, 23)}456789Z stdout F ${line}`, true, false],
  ['docker', ({ line, time }) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: iso(time) }), true, false],
  [
    'journald',
    ({ line, time, host }) =>
      JSON.stringify({
        MESSAGE: line,
        _HOSTNAME: host,
        __REALTIME_TIMESTAMP: String(time * 1000),
        SYSLOG_IDENTIFIER: 'web',
      }),
    true,
    true,
  ],
  ['syslog 5424', ({ line, time, host }) => `<14>1 ${iso(time)} ${host} web 7 - - ${line}`, true, true],
  [
    'syslog 3164',
    ({ line, time, host }) =>
      ((p) => `<14>${months[p.month]} ${String(p.day).padStart(2)} ${p.clock} ${host} web[7]: ${line}`)(parts(time)),
    true,
    true,
  ],
  ['syslog file', ({ line, time, host }) => `${iso(time).slice(0, 23)}000+00:00 ${host} web[7]: ${line}`, true, true],
  [
    'filebeat',
    ({ line, time, host }) =>
      JSON.stringify({ '@timestamp': iso(time), message: line, host: { name: host }, agent: { type: 'filebeat' } }),
    true,
    true,
  ],
  ['heroku', ({ line, time }) => `${iso(time).slice(0, 23)}000+00:00 app[web.1]: ${line}`, true, false],
]

const one = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[random.below(items.length)]
  if (item === undefined) throw new Error('There is nothing to choose from.')
  return item
}

/** Creates so many combinations of forms around a time. The same seed gives the same ones. */
export const everydayVariants = (count: number, seed: number, around: number): readonly Variant[] => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const time = around - random.below(20 * 86_400_000)
    const host = one(random, hosts)
    const message = one(random, messages)
    const [spelling, level] = one(random, levels)
    const [timeName, writeTime] = one(random, times)
    const [wrapName, wrap, dated, hosted] = one(random, wrappers)
    const undated = random.below(8) === 0
    const isJson = !undated && random.below(3) === 0
    const content = { stamp: writeTime(time), time, level: spelling, message }
    if (isJson) {
      const [name, write] = one(random, jsonLayouts)
      const named = withHost.has(name)
      return {
        forms: `${wrapName} > ${name} > ${timeName}`,
        line: wrap({ line: write({ ...content, host }), time, host }),
        time,
        coarse: coarseTimes.has(timeName) || wrapName === 'syslog 3164',
        level: fixedLevels.has(name) ? 'error' : level,
        host: named || hosted ? host : undefined,
        message,
      }
    }
    const [name, write] = one(random, layouts)
    const line = undated ? `${spelling.toUpperCase()}: ${message}` : write(content)
    return {
      forms: `${wrapName} > ${undated ? 'undated' : `${name} > ${timeName}`}`,
      line: wrap({ line, time, host }),
      time: undated && !dated ? undefined : time,
      coarse: coarseTimes.has(timeName) || wrapName === 'syslog 3164',
      level,
      host: hosted ? host : undefined,
      message,
    }
  })
}
