import { createRandom, type Random } from '../../src/lib/random/random.ts'
import { lineFormats, syslogHead } from './line-formats.ts'
import { drawLines, drawTimes, drawTraffic, type GeneratedWeek, type Line, type Traffic } from './weeks.ts'

const minute = 60_000
const day = 24 * 60 * minute

/** The lines of a trouble and what a finding about it must mention. */
interface Drawn {
  readonly lines: readonly Line[]
  readonly mentions: RegExp
}
type Draw = (random: Random, traffic: Traffic, grownAt: (time: number) => number) => Drawn

/** The times of a status line that a program writes every few minutes. */
const statusTimes = (random: Random, { from, days }: Traffic): number[] => {
  const every = (2 + random.below(9)) * minute
  return Array.from({ length: Math.floor((days * day) / every) }, (_, i) => from + i * every + random.below(5000))
}

/** The rhythm of days, and of weeks with quiet weekends. */
const rhythmAt = (time: number): number => {
  const weekday = Math.floor(time / day + 4) % 7
  return (1 + 0.4 * Math.sin((2 * Math.PI * time) / day)) * (weekday === 0 || weekday === 6 ? 0.4 : 1)
}
const noisy = (random: Random): number => 0.7 + 0.6 * random.next()
const iso = (time: number): string => new Date(time).toISOString()

const creeping = 'durations that creep over two weeks'

const further: Readonly<Record<string, Draw>> = {
  'growing queue': (random, traffic, grownAt) => {
    const factor = 4 + random.below(10)
    const usual = 10 + random.below(200)
    return {
      lines: statusTimes(random, traffic).map((time): Line => {
        const depth = Math.round(usual * rhythmAt(time) * noisy(random) * (1 + (factor - 1) * grownAt(time)))
        const fields = { ts: iso(time), level: 'info', service: 'mailer', msg: 'queue status', queue_depth: depth }
        return [time, JSON.stringify({ ...fields, workers: 4 })]
      }),
      mentions: /queue/i,
    }
  },
  'growing memory in the text': (random, traffic, grownAt) => {
    const factor = 2.5 + 3 * random.next()
    const usual = 200 + random.below(800)
    return {
      lines: statusTimes(random, traffic).map((time): Line => {
        const used = Math.round(usual * (0.9 + 0.2 * random.next()) * factor ** grownAt(time))
        return [
          time,
          `${syslogHead(time, 'app-2', 'indexer[412]')} INFO heap used ${used} MB of 8192 MB, gc took 12 ms`,
        ]
      }),
      mentions: /heap|memory/i,
    }
  },
  [creeping]: (random, traffic) => {
    const factor = 2.2 + 2 * random.next()
    const change = { took: (usual: number, grown: number) => usual * factor ** grown }
    const write = lineFormats['JSON of an application'] ?? (() => '')
    const from = traffic.from + traffic.days * day - 14 * day
    return { lines: drawLines(random, traffic, write, change, from), mentions: /slow/i }
  },
  'timeouts of one host of five': (random, traffic, grownAt) => ({
    lines: ['api-1', 'api-2', 'api-3', 'api-4', 'api-5'].flatMap((host) =>
      drawTimes(random, { ...traffic, perDay: Math.max(300, traffic.perDay / 3) }, () => 1).map((time): Line => {
        const isOut = random.next() < 0.001 + (host === 'api-3' ? 0.25 * grownAt(time) : 0)
        const head = syslogHead(time, host, `gateway[${600 + random.below(3)}]`)
        const id = 1000 + random.below(9000)
        return [time, isOut ? `${head} ERROR request ${id} timed out` : `${head} INFO request ${id} done`]
      }),
    ),
    mentions: /api-3/,
  }),
  'share of retries': (random, traffic, grownAt) => ({
    lines: drawTimes(random, traffic, () => 1).flatMap((time): Line[] => {
      const id = 1000 + random.below(9000)
      const done: Line = [time, `${syslogHead(time, 'app-2', 'uploader[77]')} INFO uploaded part ${id} of batch`]
      if (random.next() >= 0.01 + 0.25 * grownAt(time)) return [done]
      return [
        [time - 900, `${syslogHead(time - 900, 'app-2', 'uploader[77]')} WARN retrying part ${id}, attempt 2`],
        done,
      ]
    }),
    mentions: /retry|warning/i,
  }),
}

/** Generates weeks with slow degradations of other shapes: what a service reports about itself, one host of several, retries. */
export const generateFurtherDegradations = (seed: number): GeneratedWeek[] =>
  Object.entries(further).map(([kind, draw], i) => {
    const random = createRandom(seed * 1000 + 600 + i)
    const drawn = drawTraffic(random)
    const before = 5 + random.below(5)
    const traffic = { ...drawn, days: before + (kind === creeping ? 14 : 9) }
    const from = traffic.from + before * day
    const end = traffic.from + traffic.days * day
    const { lines, mentions } = draw(random, traffic, (time) => Math.max(0, (time - from) / (end - from)))
    return {
      name: `${kind} (${lines.length} lines, ${before} normal days)`,
      sources: inOneFile(lines),
      trouble: { from, mentions },
      judgedFrom: from,
    }
  })

/** Generates the same services for three weeks without trouble. */
export const generateQuietServices = (seed: number): GeneratedWeek[] =>
  Object.entries(further)
    .filter(([kind]) => kind !== creeping)
    .map(([kind, draw], i) => {
      const random = createRandom(seed * 1000 + 700 + i)
      const traffic = { ...drawTraffic(random), days: 21 }
      const { lines } = draw(random, traffic, () => 0)
      return { name: `no ${kind} (${lines.length} lines)`, sources: inOneFile(lines), judgedFrom: traffic.from }
    })

const inOneFile = (lines: readonly Line[]): ReadonlyMap<string, readonly string[]> =>
  new Map([['app.log', lines.toSorted(([a], [b]) => a - b).map(([, text]) => text)]])
