import { createRandom, type Random } from '../../src/lib/random/random.ts'
import { syslogHead } from './line-formats.ts'
import type { GeneratedWeek, Line } from './weeks.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** A Monday. */
const monday = Date.UTC(2026, 8, 7)
const days = 21

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
const between = (random: Random, low: number, high: number): number => low + random.next() * (high - low)
const iso = (time: number): string => new Date(time).toISOString()

/** The numbers of one line: how long its work took, and how much it was. */
interface Numbers {
  readonly time: number
  readonly route: string
  readonly took: number
  readonly amount: number
}

/** A program whose lines contain numbers. */
interface Program {
  readonly name: string
  /** Lines per day; programs that report in a fixed interval have one instead. */
  readonly perDay?: number
  readonly every?: number
  readonly format: (numbers: Numbers, random: Random) => string
  /** A finding about the number must mention this. */
  readonly mentions: RegExp
  /** Which number changes. */
  readonly changes: 'took' | 'amount'
  readonly factors: readonly number[]
  /** How far the number follows the traffic of the hour. */
  readonly follows?: number
}

const access = ({ time, route, took, amount }: Numbers, random: Random, tail: boolean): string => {
  const stamp = `${new Date(time).toUTCString().slice(5, 16).replaceAll(' ', '/')}:${iso(time).slice(11, 19)} +0000`
  const status = random.next() < 0.004 ? 503 : random.next() < 0.03 ? 404 : 200
  const path = route.replace(':id', String(1000 + random.below(9000)))
  return `10.0.${random.below(60)}.${random.below(250)} - - [${stamp}] "GET ${path} HTTP/1.1" ${status} ${Math.round(amount)} "-" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"${tail ? ` ${(took / 1000).toFixed(3)}` : ''}`
}
const pathOf = (route: string, random: Random) => route.replace(':id', String(1000 + random.below(9000)))

const programs: readonly Program[] = [
  {
    name: 'request time in an access log',
    perDay: 4000,
    format: (work, random) => access(work, random, true),
    mentions: /slow|took|duration/,
    changes: 'took',
    factors: [6, 4],
  },
  {
    name: 'response size in an access log',
    perDay: 4000,
    format: (work, random) => access(work, random, false),
    mentions: /bytes|size/,
    changes: 'amount',
    factors: [8, 0.1],
  },
  {
    name: 'duration_ms in JSON',
    perDay: 3000,
    format: ({ time, route, took, amount }, random) =>
      JSON.stringify({
        ts: iso(time),
        level: random.next() < 0.004 ? 'error' : 'info',
        service: 'shop-api',
        msg: 'request completed',
        path: pathOf(route, random),
        duration_ms: Math.round(took * 10) / 10,
        bytes: Math.round(amount),
        user_id: random.below(100_000),
      }),
    mentions: /slow|took|duration/,
    changes: 'took',
    factors: [6, 4],
  },
  {
    name: 'bytes in JSON',
    perDay: 3000,
    format: ({ time, took, amount }, random) =>
      JSON.stringify({
        '@timestamp': iso(time),
        level: 'info',
        service: 'exporter',
        message: 'chunk written',
        chunk: random.below(1e6),
        bytes: Math.round(amount),
        elapsed_ms: Math.round(took),
      }),
    mentions: /bytes/,
    changes: 'amount',
    factors: [8, 0.1],
  },
  {
    name: 'latency in logfmt',
    perDay: 1500,
    format: ({ time, route, took }, random) =>
      `time=${iso(time)} level=info app=gateway msg="request handled" route=${pathOf(route, random)} status=200 latency=${took.toFixed(1)}ms`,
    mentions: /slow|took|duration/,
    changes: 'took',
    factors: [6, 4],
  },
  {
    name: 'rows in logfmt',
    perDay: 1500,
    format: ({ time, amount }, random) =>
      `time=${iso(time)} level=info app=indexer msg="batch indexed" batch=${random.below(1e6)} rows=${Math.round(amount / 50)} shard=${random.below(8)}`,
    mentions: /rows/,
    changes: 'amount',
    factors: [8, 0.1],
  },
  {
    name: 'time of a worker in syslog',
    perDay: 1200,
    format: ({ time, took }, random) =>
      `${syslogHead(time, 'app-2', `order-worker[${700 + random.below(4)}]`)} processed order ${1000 + random.below(9000)} in ${Math.round(took)} ms`,
    mentions: /slow|took|duration/,
    changes: 'took',
    factors: [6, 4],
  },
  {
    name: 'queue_depth in logfmt',
    every: 2 * minute,
    format: ({ time, amount }) =>
      `time=${iso(time)} level=info app=broker msg=stats queue_depth=${Math.round(amount / 400)} consumers=12 uptime=${Math.round(time / 1000 - 1.7e9)}`,
    mentions: /queue/,
    changes: 'amount',
    factors: [6],
    follows: 1,
  },
  {
    name: 'queue length in syslog',
    every: 5 * minute,
    format: ({ time, amount }) =>
      `${syslogHead(time, 'mx-1', 'qmon[411]')} queue length ${Math.round(amount / 400)}, 4 workers busy`,
    mentions: /queue/,
    changes: 'amount',
    factors: [6],
    follows: 1,
  },
  {
    name: 'records in syslog',
    every: 10 * minute,
    format: ({ time, amount }) =>
      `${syslogHead(time, 'etl-1', 'import[911]')} imported ${Math.round(amount / 10)} records from feed`,
    mentions: /records/,
    changes: 'amount',
    factors: [6, 0.1],
    follows: 1,
  },
  {
    name: 'connections in JSON',
    every: minute,
    format: ({ time, amount }) =>
      JSON.stringify({
        ts: iso(time),
        level: 'info',
        service: 'pgbouncer',
        msg: 'pool stats',
        active_connections: Math.round(amount / 500),
        max_connections: 400,
      }),
    mentions: /connections/,
    changes: 'amount',
    factors: [5],
    follows: 1,
  },
]

const routes = ['/', '/items/:id', '/search', '/api/v1/orders', '/checkout'] as const

interface Drawn {
  readonly from: number
  readonly swing: number
  readonly peak: number
  readonly weekend: number
  readonly median: number
  readonly spread: number
  readonly amount: number
  readonly amountSpread: number
  readonly load: number
  readonly tail: number
}

const draw = (random: Random, from: number): Drawn => ({
  from,
  swing: between(random, 0.2, 0.85),
  peak: 10 + random.below(8),
  weekend: between(random, 0.3, 1),
  median: between(random, 15, 300),
  spread: between(random, 0.3, 1),
  amount: between(random, 3000, 30_000),
  amountSpread: between(random, 0.3, 1.2),
  load: between(random, 0, 0.3),
  tail: between(random, 0.002, 0.02),
})

/** The share of the usual traffic at a time: a rhythm of day and week, and holidays. */
const trafficAt = ({ swing, peak, weekend }: Drawn, time: number, holiday: number | undefined): number => {
  const weekday = Math.floor(time / day + 4) % 7
  const rests = weekday === 0 || weekday === 6 || Math.floor(time / day) * day === holiday
  return (1 + swing * Math.cos((2 * Math.PI * (((time / hour) % 24) - peak)) / 24)) * (rests ? weekend : 1)
}

interface Trouble {
  readonly from: number
  readonly until: number
  readonly factor: number
  readonly route?: string
}

interface Ordinary {
  readonly holiday?: number
  /** A weekly batch makes everything so many times slower and larger for two hours on Sundays. */
  readonly batch?: number
}

const linesOf = (
  random: Random,
  program: Program,
  drawn: Drawn,
  trouble: Trouble | undefined,
  { holiday, batch = 1 }: Ordinary,
): Line[] => {
  const end = drawn.from + days * day
  const bursts = Array.from({ length: days }, () => drawn.from + random.next() * days * day)
  const times: number[] = []
  if (program.every) {
    for (let time = drawn.from; time < end; time += program.every) times.push(time + random.next() * 2000)
  } else {
    for (let start = drawn.from; start < end; start += hour) {
      const mean = ((program.perDay ?? 0) / 24) * trafficAt(drawn, start, holiday) * Math.exp(0.15 * normal(random))
      const count = Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
      for (let i = 0; i < count; i++) times.push(start + random.next() * hour)
    }
    times.sort((a, b) => a - b)
  }
  let [walk, hourOfWalk] = [0, 0]
  return times.map((time): Line => {
    // A slow wander of the level by the hour.
    if (Math.floor(time / hour) !== hourOfWalk) {
      hourOfWalk = Math.floor(time / hour)
      walk = 0.8 * walk + 0.08 * normal(random)
    }
    const route = routes[random.below(routes.length)] ?? '/'
    const load = trafficAt(drawn, time, holiday)
    const isBatch = new Date(time).getUTCDay() === 0 && [2, 3].includes(new Date(time).getUTCHours())
    const isBurst = bursts.some((at) => time >= at && time < at + 5 * minute)
    const ordinary = Math.exp(walk) * (isBatch ? batch : 1) * (isBurst ? 2.5 : 1)
    const heavy = random.next() < drawn.tail ? 1 / (0.02 + random.next()) : 1
    const isTrouble =
      trouble && time >= trouble.from && time < trouble.until && (!trouble.route || trouble.route === route)
    const factor = isTrouble ? trouble.factor : 1
    const ofRoute = 1 + routes.indexOf(route) * 0.6
    const took =
      drawn.median * ofRoute * ordinary * heavy * load ** drawn.load * Math.exp(drawn.spread * normal(random))
    const amount =
      drawn.amount *
      (program.follows ? 1 : ofRoute) *
      ordinary *
      load ** (program.follows ?? 0) *
      Math.exp((program.every ? drawn.amountSpread / 2 : drawn.amountSpread) * normal(random))
    const numbers = {
      time,
      route,
      took: program.changes === 'took' ? took * factor : took,
      amount: program.changes === 'amount' ? amount * factor : amount,
    }
    return [time, program.format(numbers, random)]
  })
}

const textsOf = (...lines: readonly Line[][]): string[] =>
  lines
    .flat()
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text)

/** Weeks in which a number in log lines changes suddenly for three hours: by a large factor, of all requests or of one route. */
export const generateSuddenChanges = (seed: number): GeneratedWeek[] =>
  programs.flatMap((program, i) => {
    const variants = [
      ...program.factors.map((factor) => ({ factor, route: undefined })),
      ...(program.changes === 'took' && program.perDay && program.perDay >= 3000
        ? [{ factor: 8, route: routes[2] }]
        : []),
    ]
    return variants.map(({ factor, route }, variant) => {
      const random = createRandom(seed * 10_007 + i * 101 + variant)
      const drawn = draw(random, monday + random.below(7) * day)
      const from = drawn.from + (15 + random.below(5)) * day + between(random, 7, 19) * hour
      const trouble = { from, until: from + 3 * hour, factor, ...(route !== undefined && { route }) }
      const lines = linesOf(random, program, drawn, trouble, {})
      return {
        name: `${program.name} ×${factor}${route === undefined ? '' : ` of ${route}`}`,
        sources: new Map([['app.log', textsOf(lines)]]),
        trouble: { from, mentions: program.mentions },
        judgedFrom: drawn.from + 2 * day,
      }
    })
  })

/** The same weeks without trouble: plain, with a holiday, with a weekly batch, or begun at a weekend. */
export const generateQuietNumbers = (seed: number): GeneratedWeek[] =>
  programs.flatMap((program, i) =>
    ['plain', 'holiday', 'weekly batch', 'begun at a weekend'].map((kind, variant) => {
      const random = createRandom(seed * 20_011 + i * 101 + variant)
      const isOffice = kind !== 'plain'
      const drawn = {
        ...draw(random, monday + (kind === 'begun at a weekend' ? 5 : random.below(7)) * day),
        ...(isOffice && { weekend: between(random, 0.02, 0.2), swing: between(random, 0.7, 0.95), peak: 13 }),
      }
      // A Wednesday.
      const holiday = kind === 'holiday' ? monday + 16 * day : undefined
      const lines = linesOf(random, program, drawn, undefined, {
        ...(holiday !== undefined && { holiday }),
        ...(kind === 'weekly batch' && { batch: between(random, 3, 10) }),
      })
      return {
        name: `${program.name}, ${kind}`,
        sources: new Map([['app.log', textsOf(lines)]]),
        judgedFrom: drawn.from,
      }
    }),
  )
