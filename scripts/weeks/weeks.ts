import { createRandom, type Random } from '../../src/lib/random/random.ts'
import { type LineFormat, lineFormats, syslogHead, type Work } from './line-formats.ts'
import { pickOne } from './pick-one.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** A Monday. */
const monday = Date.UTC(2026, 8, 7)

/** Some days of logs, by source. */
export interface GeneratedWeek {
  /** The kind of trouble, and the variation of it. */
  readonly name: string
  readonly sources: ReadonlyMap<string, readonly string[]>
  /** When the trouble begins and what a finding about it must mention; absent in quiet weeks. */
  readonly trouble?: { readonly from: number; readonly mentions: RegExp }
  /** Findings before this time are the price of learning. */
  readonly judgedFrom: number
}

export type Line = readonly [time: number, text: string]

/** The traffic of a service, drawn once for each week. */
export interface Traffic {
  readonly from: number
  readonly days: number
  readonly perDay: number
  readonly routes: readonly (readonly [route: string, share: number])[]
  /** The usual share of failures. */
  readonly failures: number
  /** The usual median of durations, in ms, and the width of their distribution. */
  readonly took: number
  readonly spread: number
}

/** How the trouble changes the traffic. `grown` runs from 0 to 1. */
interface Change {
  readonly failures?: (usual: number, grown: number, route: string) => number
  readonly took?: (usual: number, grown: number, route: string, random: Random) => number
  readonly volume?: (grown: number) => number
}

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
const between = (random: Random, low: number, high: number): number => low + random.next() * (high - low)

export const drawTraffic = (random: Random): Traffic => ({
  from: monday + random.below(7) * day,
  days: 7 + random.below(8),
  perDay: pickOne(random, [300, 700, 1500, 3000]),
  routes: [
    ['/', 0.3],
    ['/items/:id', 0.35],
    ['/search', 0.15],
    ['/api/v1/orders', 0.12],
    ['/checkout', 0.08],
  ],
  failures: pickOne(random, [0.0005, 0.001, 0.004]),
  took: between(random, 20, 400),
  spread: between(random, 0.3, 0.8),
})

/** Draws the times of so many events a day, with the rhythm of days and weeks and with noise by the hour. */
export const drawTimes = (
  random: Random,
  { from, days, perDay }: Traffic,
  volume: (time: number) => number,
): number[] => {
  const swing = between(random, 0, 0.8)
  const peak = 10 + random.below(10)
  const weekend = between(random, 0.3, 1.1)
  const noise = between(random, 0.05, 0.3)
  return Array.from({ length: days * 24 }, (_, i) => from + i * hour).flatMap((start) => {
    const weekday = Math.floor(start / day + 4) % 7
    const daily = 1 + swing * Math.cos((2 * Math.PI * (((start / hour) % 24) - peak)) / 24)
    const rest = weekday === 0 || weekday === 6 ? weekend : 1
    const mean = (perDay / 24) * daily * rest * volume(start) * Math.exp(noise * normal(random))
    const count = Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
    return Array.from({ length: count }, () => start + random.next() * hour)
  })
}

export const drawLines = (
  random: Random,
  traffic: Traffic,
  format: LineFormat,
  change: Change,
  from: number,
): Line[] => {
  const end = traffic.from + traffic.days * day
  const grownAt = (time: number): number => Math.max(0, Math.min(1, (time - from) / (end - from)))
  const rhythm = between(random, 0, 0.3)
  const routeOf = (): string => {
    let left = random.next()
    for (const [route, share] of traffic.routes) {
      left -= share
      if (left < 0) return route
    }
    return '/'
  }
  const lines = drawTimes(random, traffic, (time) => change.volume?.(grownAt(time)) ?? 1).map((time): Line => {
    const grown = grownAt(time)
    const route = routeOf()
    const failing = change.failures?.(traffic.failures, grown, route) ?? traffic.failures
    const daily = traffic.took * (1 + rhythm * Math.sin((2 * Math.PI * time) / day))
    const median = change.took?.(daily, grown, route, random) ?? daily
    const status = random.next() < failing ? 500 + 2 * random.below(3) : random.next() < 0.03 ? 404 : 200
    const work: Work = { time, route, status, took: median * Math.exp(traffic.spread * normal(random)) }
    return [time, format(work, random)]
  })
  return lines
}

const inOrder = (lines: readonly Line[]): string[] => [...lines].sort(([a], [b]) => a - b).map(([, text]) => text)

/** Lines of daemons that log a little all the time. */
const drawSyslog = (random: Random, from: number, days: number, host: string, perDay: number): Line[] =>
  Array.from({ length: Math.round(days * perDay) }, (): Line => {
    const time = from + random.next() * days * day
    const text = pickOne<() => string>(random, [
      () =>
        `${syslogHead(time, host, `CRON[${random.below(30_000)}]`)} (root) CMD (   cd / && run-parts --report /etc/cron.hourly)`,
      () =>
        `${syslogHead(time, host, 'systemd[1]')} Started session-${random.below(9000)}.scope - Session of User kim.`,
      () => `${syslogHead(time, host, 'dhclient[611]')} DHCPACK of 10.20.0.${random.below(250)} from 10.20.0.1`,
      () => `${syslogHead(time, host, 'chronyd[702]')} Selected source 10.20.0.${random.below(9)}`,
      () => `${syslogHead(time, host, 'postfix/qmgr[1201]')} ${random.below(1e9).toString(16)}: removed`,
    ])()
    return [time, text]
  })

/** Courses of a degradation: how `grown` changes a quantity by a factor. */
const linear = (factor: number) => (grown: number) => 1 + (factor - 1) * grown
const exponential = (factor: number) => (grown: number) => factor ** grown
const courseOf = (random: Random, factor: number) => pickOne(random, [linear, exponential])(factor)

const formatNames = Object.keys(lineFormats)
const timedFormats = formatNames.slice(1)

/** Slow degradations, by name; each draws its own traffic, format and course. */
const degradations: Readonly<
  Record<string, (random: Random) => { formats: readonly string[]; change: Change; mentions: RegExp }>
> = {
  'share of errors': (random) => {
    const course = courseOf(random, between(random, 25, 120))
    return {
      formats: formatNames,
      change: { failures: (usual, grown) => Math.min(0.15, usual * course(grown) + 0.08 * grown) },
      mentions: /error/i,
    }
  },
  'share of errors of one route': (random) => ({
    formats: formatNames.slice(0, 4),
    change: {
      failures: (usual, grown, route) =>
        route === '/checkout' ? usual + 0.35 * grown ** pickOne(random, [1, 1, 1]) : usual,
    },
    mentions: /error/i,
  }),
  durations: (random) => {
    const course = courseOf(random, between(random, 3, 6))
    return {
      formats: timedFormats,
      change: { took: (usual, grown) => usual * course(grown) },
      mentions: /slow|ms|\bs\b|second|took|duration/i,
    }
  },
  'durations of the slowest tenth': (random) => {
    const factor = between(random, 6, 15)
    return {
      formats: timedFormats,
      change: { took: (usual, grown, _route, draw) => (draw.next() < 0.12 ? usual * (1 + factor * grown) : usual) },
      mentions: /slow|ms|\bs\b|second|took|duration/i,
    }
  },
  'falling throughput': (random) => {
    const left = between(random, 0.15, 0.35)
    return {
      formats: formatNames,
      change: { volume: (grown) => 1 - (1 - left) * grown },
      mentions: /fewer|less|log lines|drop|fell/i,
    }
  },
}

const linesOf = (random: Random, formats: readonly string[]): readonly [name: string, format: LineFormat] => {
  const name = formats[random.below(formats.length)] ?? ''
  return [name, lineFormats[name] ?? (() => '')]
}

/** Generates weeks with slow degradations: some normal days, then one to two weeks in which something gets worse. */
export const generateDegradations = (seed: number): GeneratedWeek[] =>
  Object.entries(degradations).map(([kind, draw], i) => {
    const random = createRandom(seed * 1000 + i)
    const { formats, change, mentions } = draw(random)
    const [format, write] = linesOf(random, formats)
    const drawn = drawTraffic(random)
    // Throughput has a rhythm by the week, so its trend shows against an earlier week only.
    const before = kind === 'falling throughput' ? 7 + random.below(7) : random.below(6)
    const traffic = { ...drawn, days: Math.max(drawn.days, before + 7) }
    const from = traffic.from + before * day
    const lines = drawLines(random, traffic, write, change, from)
    return {
      name: `${kind} (${format}, ${traffic.perDay} a day, ${before} normal days)`,
      sources: new Map([[format.startsWith('access') ? 'access.log' : 'app.log', inOrder(lines)]]),
      trouble: { from, mentions },
      judgedFrom: from,
    }
  })

/** Generates the same traffic without trouble. */
export const generateQuietTraffic = (seed: number): GeneratedWeek[] =>
  Object.entries(lineFormats).map(([format, write], i) => {
    const random = createRandom(seed * 1000 + 100 + i)
    const drawn = drawTraffic(random)
    const traffic = { ...drawn, days: 14, failures: pickOne(random, [drawn.failures, 0.01, 0.03]) }
    return {
      name: `quiet traffic (${format}, ${traffic.perDay} a day, ${traffic.failures} failures)`,
      sources: new Map([['app.log', inOrder(drawLines(random, traffic, write, {}, traffic.from))]]),
      judgedFrom: traffic.from,
    }
  })

const jobPrograms = ['pg-backup', 'report-export', 'etl-load', 'search-reindex', 'invoice-run'] as const

/** Draws the runs of a nightly or weekly job: a start, many steps, an end. */
const drawJob = (random: Random, runs: readonly number[], host: string): Line[] => {
  const program = pickOne(random, jobPrograms)
  const steps = pickOne(random, [0, 3, 40, 300])
  const table = ['orders', 'users', 'items', 'events', 'stock']
  return runs.flatMap((start): Line[] => {
    const pid = random.below(30_000)
    const head = (time: number) => syslogHead(time, host, `${program}[${pid}]`)
    const took = between(random, 3, 20) * minute
    const count = Math.round(steps * between(random, 0.8, 1.3))
    return [
      [start, `${head(start)} Starting ${program} run`],
      ...Array.from({ length: count }, (_, i): Line => {
        const time = start + (took * (i + 1)) / (count + 2)
        return [time, `${head(time)} table ${table[i % table.length]}: ${random.below(90_000)} rows done`]
      }),
      [start + took, `${head(start + took)} Finished ${program} run: ${random.below(9_000)} MB written`],
    ]
  })
}

/** Generates weeks with a nightly or a weekly job, that at last is missing, late, or neither. */
export const generateJobs = (seed: number): GeneratedWeek[] =>
  (['punctual', 'missing', 'late'] as const).flatMap((outcome, i) =>
    (['nightly', 'working days', 'weekly'] as const).map((rhythm, j): GeneratedWeek => {
      const random = createRandom(seed * 1000 + 200 + 10 * i + j)
      const from = monday + random.below(7) * day
      const days = rhythm === 'weekly' ? 36 : 18
      const at = between(random, 0, 5) * hour
      const jitter = between(random, 0, 6) * minute
      const weekday = random.below(7)
      const dates = Array.from({ length: days }, (_, n) => from + n * day).filter((date) => {
        const dayOfWeek = Math.floor(date / day + 4) % 7
        return rhythm === 'nightly' || (rhythm === 'weekly' ? dayOfWeek === weekday : dayOfWeek > 0 && dayOfWeek < 6)
      })
      const runs = dates.map((date) => date + at + jitter * random.next())
      const last = runs.at(-1) ?? from
      const shown =
        outcome === 'punctual'
          ? runs
          : outcome === 'missing'
            ? runs.slice(0, -1)
            : [...runs.slice(0, -1), last + between(random, 5, 8) * hour]
      const lines = [...drawSyslog(random, from, days, 'db-1', 150), ...drawJob(random, shown, 'db-1')]
      return {
        name: `${rhythm} job, ${outcome}`,
        sources: new Map([['syslog', inOrder(lines)]]),
        ...(outcome !== 'punctual' && {
          trouble: { from: last, mentions: new RegExp(jobPrograms.join('|')) },
        }),
        judgedFrom: outcome === 'punctual' ? (runs[2] ?? from) - hour : last,
      }
    }),
  )

/** Generates weeks of several files, of which one ends early, or of a program that stops within one file. */
export const generateSilences = (seed: number): GeneratedWeek[] =>
  (['a source', 'a program', 'a host', 'nothing'] as const).map((which, i) => {
    const random = createRandom(seed * 1000 + 300 + i)
    const traffic = { ...drawTraffic(random), days: 6 }
    const end = traffic.from + traffic.days * day
    const stop = end - between(random, 26, 40) * hour
    const until = (lines: readonly Line[], stopped: boolean) => lines.filter(([time]) => !stopped || time < stop)
    const [format, write] = linesOf(random, formatNames.slice(0, 4))
    const app = drawLines(random, traffic, write, {}, traffic.from)
    const hosts = ['db-1', 'db-2', 'db-3'].map((host) => drawSyslog(random, traffic.from, 6, host, 400))
    const agent = drawTimes(random, { ...traffic, perDay: 300 }, () => 1).map(
      (time): Line => [time, `${syslogHead(time, 'db-2', 'collector[88]')} sent ${random.below(500)} metrics`],
    )
    const syslog = [
      ...hosts.flatMap((lines, n) => until(lines, which === 'a host' && n === 1)),
      ...until(agent, which === 'a program' || which === 'a host'),
    ]
    return {
      name: `${which} falls silent (${format}, ${traffic.perDay} a day)`,
      sources: new Map([
        ['app.log', inOrder(until(app, which === 'a source'))],
        ['syslog', inOrder(syslog)],
      ]),
      ...(which !== 'nothing' && {
        trouble: {
          from: stop - hour,
          mentions: { 'a source': /app\.log|shop-api|gateway/, 'a program': /collector/, 'a host': /db-2/ }[which],
        },
      }),
      judgedFrom: which === 'nothing' ? traffic.from : stop - hour,
    }
  })

/** Generates days of an application that logs a new error again and again after a deployment. */
export const generateDeployErrors = (seed: number): GeneratedWeek[] =>
  (['JSON of an application', 'logfmt', 'syslog of a worker'] as const).map((format, i) => {
    const random = createRandom(seed * 1000 + 400 + i)
    const traffic = { ...drawTraffic(random), days: 2 + random.below(8) }
    const write = lineFormats[format] ?? (() => '')
    const from = traffic.from + (traffic.days - between(random, 0.5, 1)) * day
    const end = traffic.from + traffic.days * day
    const head = (time: number, level: string, text: string): string =>
      format === 'logfmt'
        ? `time=${new Date(time).toISOString()} level=${level} app=gateway msg="${text}"`
        : format === 'syslog of a worker'
          ? `${syslogHead(time, 'app-2', 'order-worker[900]')} ${level.toUpperCase()} ${text}`
          : JSON.stringify({ ts: new Date(time).toISOString(), level, service: 'shop-api', msg: text })
    const text = pickOne(random, [
      'could not serialize basket: field currency is missing',
      'token signature does not match key 7',
      'migration 0042 not applied: column region does not exist',
      'payment provider answered with an unknown code',
    ])
    const repeats = Array.from({ length: Math.round(((end - from) / hour) * between(random, 2, 30)) }, (): Line => {
      const time = from + random.next() * (end - from)
      return [time, head(time, 'error', text)]
    })
    const lines = [
      ...drawLines(random, traffic, write, {}, traffic.from),
      [from - minute, head(from - minute, 'info', 'starting version 2.14.0')] as Line,
      ...repeats,
    ]
    return {
      name: `new error after a deployment (${format}, ${traffic.perDay} a day, ${repeats.length} times)`,
      sources: new Map([['app.log', inOrder(lines)]]),
      trouble: { from, mentions: new RegExp(text.slice(0, 20)) },
      judgedFrom: from - minute,
    }
  })
