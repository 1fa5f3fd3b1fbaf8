import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import type { ClusterRun } from './cluster-run.ts'

/** The cost of one event. CPU in microseconds. */
interface EventCost {
  readonly serverCpu: number
  readonly workerCpu: number
  readonly databaseCpu: number
  /** Bytes of the write-ahead log of the database. */
  readonly walBytes: number
  readonly statements: number
  /** Messages in the queue. */
  readonly jobs: number
  /** Compressed events, which may be in object storage. */
  readonly blockBytes: number
  /** Filters and indexes, which stay in the database. */
  readonly indexBytes: number
  /** CPU of the one worker of facts; the same for detections and alerts. */
  readonly factsCpu: number
  readonly detectionsCpu: number
  readonly alertsCpu: number
}

/** The machines that the table assumes. */
const databaseCores = 32
const walPerSecond = 500e6
/** A thread that is busier than this falls behind when the load varies. */
const busiest = 0.7
const rates = [1_000, 10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000]
const daySeconds = 86_400

/** Calculates the cost of an event from a run. */
export const costOf = ({ accepting, working, lanes, stored }: ClusterRun): EventCost => {
  const each = (amount: number, { records }: { readonly records: number }) => amount / records
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
  const both = (of: (spent: ClusterRun['working']) => number) =>
    each(of(accepting), accepting) + each(of(working), working)
  const lane = (topic: keyof typeof lanes) => (lanes[topic].cpu / stored.events) * 1e6
  return {
    serverCpu: each(sum(accepting.cpu), accepting) * 1e6,
    workerCpu: each(sum(working.cpu), working) * 1e6,
    databaseCpu: both(({ databaseCpu }) => databaseCpu) * 1e6,
    walBytes: both(({ walBytes }) => walBytes),
    statements: both(({ statements }) => statements),
    jobs: both(({ jobs }) => jobs),
    blockBytes: stored.blocks / stored.events,
    indexBytes: stored.rows / stored.events,
    factsCpu: lane('facts'),
    detectionsCpu: lane('detections'),
    alertsCpu: lane('alerts'),
  }
}

/** The resources of which there is only one, and the rate at which each is used up, in events a second; the scarcest first. */
const limitsOf = (cost: EventCost) =>
  [
    { name: `CPU of a database with ${databaseCores} cores`, rate: (databaseCores * busiest * 1e6) / cost.databaseCpu },
    { name: `write-ahead log at ${walPerSecond / 1e6} MB/s`, rate: walPerSecond / cost.walBytes },
    { name: 'the worker of `facts`', rate: (busiest * 1e6) / cost.factsCpu },
    { name: 'the worker of `detections`', rate: (busiest * 1e6) / cost.detectionsCpu },
    { name: 'the worker of `alerts`', rate: (busiest * 1e6) / cost.alertsCpu },
  ].toSorted((a, b) => a.rate - b.rate)

const round = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2)))

/** Prints the cost of an event, and what rates up to a million events a second need. */
export const renderSizing = (cost: EventCost, events: number): string => {
  const limits = limitsOf(cost)
  const cores = (micros: number, rate: number) => round(Math.max(1, Math.ceil((micros * rate) / 1e6 / busiest)))
  const rows = rates.map((rate) => {
    const reached = limits.find((limit) => limit.rate < rate)
    return [
      round(rate),
      cores(cost.serverCpu, rate),
      cores(cost.workerCpu, rate),
      cores(cost.databaseCpu, rate),
      `${round((cost.walBytes * rate) / 1e6)} MB/s`,
      `${round((cost.blockBytes * rate * daySeconds) / 1e9)} GB + ${round((cost.indexBytes * rate * daySeconds) / 1e9)} GB`,
      reached ? reached.name : '–',
    ]
  })
  const table = (head: readonly string[], lines: readonly (readonly string[])[]) =>
    [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n')
  return `Measured with \`npm run bench -- scale\` on ${cpus()[0]?.model.trim()} (${cpus().length} cores, load ${loadavg()[0]?.toFixed(0)} of this and other programs), ${round(events)} mixed lines in
requests of 5,000, PostgreSQL on the same machine. CPU times are those of the kernel.

${table(
  ['one event costs', ''],
  [
    ['CPU of a server', `${round(cost.serverCpu)} µs`],
    ['CPU of a worker', `${round(cost.workerCpu)} µs`],
    ['CPU of the database', `${round(cost.databaseCpu)} µs`],
    ['write-ahead log', `${round(cost.walBytes)} bytes`],
    ['statements', `${round(cost.statements * 1_000)} per 1,000 events`],
    ['messages in the queue', `${round(cost.jobs * 1_000)} per 1,000 events`],
    ['stored', `${round(cost.blockBytes)} bytes, and ${round(cost.indexBytes)} bytes of index`],
    ['CPU of the one worker of `facts`', `${round(cost.factsCpu)} µs`],
    ['CPU of the one worker of `detections`', `${round(cost.detectionsCpu)} µs`],
    ['CPU of the one worker of `alerts`', `${round(cost.alertsCpu)} µs`],
  ],
)}

Cores that are busy for ${busiest * 100} % of the time:

${table(['events/s', 'server cores', 'worker cores', 'database cores', 'write-ahead log', 'stored a day', 'first limit'], rows)}

${limits.map(({ name, rate }, index) => `${index + 1}. ${capital(name)} is used up at ${round(rate)} events/s.`).join('\n')}

Add servers and workers for their cores. The limits are per installation: beyond the first, give the sources to several installations. The lines are
synthetic, and one of 50 is a failed login: real lines compress less, quieter ones cost less. An alert that grows is written every three seconds at
most, whatever the rate, so the costs of \`detections\`, \`alerts\` and the database are upper bounds, and higher on a busy machine. In alerts instead of events, the
worker of \`alerts\` is used up at about 400 a second: \`npm run bench -- alerts\`.
`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const [begin, end] = ['<!-- sizing: generated by `npm run bench -- scale --write` -->', '<!-- end of sizing -->']

/** Writes the tables into docs/scale.md. */
export const writeSizing = (text: string): void => {
  const file = join(import.meta.dirname, '../docs/scale.md')
  const [before, rest] = readFileSync(file, 'utf8').split(begin)
  const [, after] = rest?.split(end) ?? []
  if (before === undefined || after === undefined) throw new Error(`${file} has no place for the sizing.`)
  writeFileSync(file, `${before}${begin}\n\n${text}\n${end}${after}`)
}
