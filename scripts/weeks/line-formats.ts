import type { Random } from '../../src/lib/random/random.ts'

/** A request that a service answered, or a task that it did. */
export interface Work {
  readonly time: number
  readonly route: string
  readonly status: number
  /** In ms. */
  readonly took: number
}

/** Writes one task as a line of a log. */
export type LineFormat = (work: Work, random: Random) => string

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')
const clockTime = (date: Date): string =>
  `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
const iso = (time: number): string => new Date(time).toISOString()

/** The header of a syslog line as rsyslog writes it to a file. */
export const syslogHead = (time: number, host: string, program: string): string => {
  const date = new Date(time)
  return `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${clockTime(date)} ${host} ${program}:`
}

const clientOf = (random: Random): string => `10.${random.below(4)}.${random.below(60)}.${random.below(250)}`
const targetOf = (route: string, random: Random): string => route.replace(':id', String(1000 + random.below(9000)))
const agents = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1',
  'okhttp/4.12.0',
]
const methodOf = (route: string): string => (/checkout|login|orders$/.test(route) ? 'POST' : 'GET')

const combined =
  (tail: (took: number) => string): LineFormat =>
  ({ time, route, status, took }, random) => {
    const date = new Date(time)
    const stamp = `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${clockTime(date)} +0000`
    const request = `${methodOf(route)} ${targetOf(route, random)} HTTP/1.1`
    const agent = agents[random.below(agents.length)]
    return `${clientOf(random)} - - [${stamp}] "${request}" ${status} ${200 + random.below(20_000)} "-" "${agent}"${tail(took)}`
  }

const failureWords = [
  'upstream connect error',
  'database connection lost',
  'unexpected null in cart',
  'lock wait exceeded',
]

/** Formats of services that answer requests. All but the first say how long an answer took. */
export const lineFormats: Readonly<Record<string, LineFormat>> = {
  'access log': combined(() => ''),
  'access log with times': combined((took) => ` ${(took / 1000).toFixed(3)}`),
  'JSON of an application': ({ time, route, status, took }, random) =>
    JSON.stringify({
      ts: iso(time),
      level: status >= 500 ? 'error' : 'info',
      service: 'shop-api',
      msg: status >= 500 ? failureWords[random.below(failureWords.length)] : 'request completed',
      method: methodOf(route),
      path: targetOf(route, random),
      status,
      duration_ms: Math.round(took * 10) / 10,
    }),
  logfmt: ({ time, route, status, took }, random) =>
    `time=${iso(time)} level=${status >= 500 ? 'error' : 'info'} app=gateway msg="request handled" route=${targetOf(route, random)} status=${status} latency=${took.toFixed(1)}ms`,
  'syslog of a worker': ({ time, route, status, took }, random) => {
    const head = syslogHead(time, 'app-2', `order-worker[${700 + random.below(4)}]`)
    const kind = route.split('/')[1]
    return status >= 500
      ? `${head} ERROR could not process ${kind} ${1000 + random.below(9000)}: ${failureWords[random.below(failureWords.length)]}`
      : `${head} INFO processed ${kind} ${1000 + random.below(9000)} in ${Math.round(took)} ms`
  },
}
