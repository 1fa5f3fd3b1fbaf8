import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { smallHeap, smallPools } from '../bin/small-heap.cjs'
import { startApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import type { Event } from '../src/schema/event/event.ts'
import { openStore } from '../src/store/open-store.ts'
import '../src/v8-flags.ts'
import { type CorpusName, corpusLines, corpusNames } from './corpora.ts'
import { median } from './median.ts'
import { readBenchOptions } from './options.ts'
import { startStopwatch } from './stopwatch.ts'

// End to end against the raw limit, for each corpus: the same lines once through the whole pipeline (accepted durably, parsed, mined,
// scored, stored, searchable), and once as bare better-sqlite3 inserts of their parsed rows with two indexes. A share of 1 means that
// the pipeline takes no more CPU time than storing plain rows. Rounds alternate in separate processes, because the speed of
// a shared machine varies. The pipeline has the small heap of a server, but compiles TypeScript in memory, which takes about 150 MB that
// a server does not need. The result is the median of the rounds; the worst corpus counts.
// V8 compiles most of the pipeline during the first 100,000 lines or more, while rows are inserted by compiled code from the start: the
// second half of the lines is measured on its own too (`warm_…`).
const options = readBenchOptions()
const total = options.number('lines', 300_000)
const rounds = options.number('rounds', 3)
const seed = options.number('seed', 1)
const batchSize = 4_096

const cost = z.object({ seconds: z.number(), cpu: z.number(), warmCpu: z.number() })
const pipelineCost = cost.extend({
  accepted: z.number(),
  stored: z.number(),
  stallMs: z.number(),
  rawBytes: z.number(),
  databaseBytes: z.number(),
  peakBytes: z.number(),
  stages: z.array(z.object({ name: z.string(), seconds: z.number() })).readonly(),
})

/** A body as a sender posts it: its place in the file of all lines, and the source of each line. */
interface Body {
  readonly sources: readonly string[]
  readonly start: number
  readonly length: number
}

/** Writes the bodies to a file: in memory they would count as memory of the pipeline. */
const writeBodies = (corpus: CorpusName, file: number): readonly Body[] => {
  const bodies: Body[] = []
  let start = 0
  let [sources, texts]: [string[], string[]] = [[], []]
  const close = (): void => {
    if (texts.length > 0) {
      const length = writeSync(file, texts.join('\n'))
      bodies.push({ sources, start, length })
      start += length
    }
    ;[sources, texts] = [[], []]
  }
  for (const { source, text } of corpusLines(corpus, total, seed)) {
    sources.push(source)
    texts.push(text)
    if (texts.length === batchSize) close()
  }
  close()
  return bodies
}

const throughPipeline = async (corpus: CorpusName, folder: string): Promise<z.infer<typeof pipelineCost>> => {
  const file = openSync(join(folder, 'bodies'), 'w+')
  const bodies = writeBodies(corpus, file)
  const { config, origins } = loadConfig({
    flags: {},
    env: { VEDETTE_DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'error', VEDETTE_SAMPLES: 'off' },
    cwd: folder,
  })
  const app = await startApp({ config, origins, print: () => {}, signal: new AbortController().signal })
  if (!app) throw new Error('The start was interrupted.')
  const { intake, queue, store, health, learning } = app.deps
  // The pipeline thread answers once it has loaded its modules and rules, which is no part of the work on a line.
  await learning()
  const used = async (): Promise<number> => {
    const { bytes, free } = await store.space()
    return bytes - free
  }
  const empty = await used()
  const resolution = 1
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  const read = startStopwatch()
  let cold = 0
  for (const [index, { sources, start, length }] of bodies.entries()) {
    if (index === bodies.length >> 1) {
      await queue.idle()
      cold = read().cpu
    }
    const receivedAt = Date.now()
    const lines = Buffer.allocUnsafe(length)
    readSync(file, lines, 0, length, start)
    const texts = lines.toString().split('\n')
    await intake.accept(texts.map((text, index) => ({ text, source: sources[index] ?? '', receivedAt })))
  }
  const accepted = read().seconds
  await queue.idle()
  const spent = read()
  delay.disable()
  const { stages } = await health()
  const { events: stored } = await store.events.count()
  const databaseBytes = (await used()) - empty
  await app.stop()
  closeSync(file)
  return {
    ...spent,
    warmCpu: spent.cpu - cold,
    accepted,
    stored,
    stallMs: Math.max(0, delay.max / 1e6 - resolution),
    rawBytes: bodies.reduce((sum, { length }) => sum + length + 1, 0),
    databaseBytes,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    stages,
  }
}

const asRows = async (folder: string): Promise<z.infer<typeof cost>> => {
  const log = { debug() {}, info() {}, warn: console.error, error: console.error }
  const store = await openStore(`sqlite:${join(folder, 'vedette.db')}`, { now: Date.now, log })
  const events: Event[] = []
  for await (const block of store.events.replay(0, -1)) events.push(...block)
  await store.close()
  const database = new Database(join(folder, 'rows.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec(
    `create table events (id text primary key, time integer, source text, stream text, level text, template text, message text,
     original text, fields text); create index by_time on events (time); create index by_stream on events (stream, time)`,
  )
  const insert = database.prepare('insert into events values (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const rows = events.map((event) => [
    event.id,
    event.time,
    event.source,
    event.stream,
    String(event.fields['log.level'] ?? ''),
    event.template?.id ?? '',
    event.message,
    event.original,
    JSON.stringify(event.fields),
  ])
  const read = startStopwatch()
  const half = Math.floor(rows.length / 2 / batchSize) * batchSize
  let cold = 0
  for (let i = 0; i < rows.length; i += batchSize) {
    if (i === half) cold = read().cpu
    database.transaction(() => {
      for (const row of rows.slice(i, i + batchSize)) insert.run(row)
    })()
  }
  const spent = read()
  database.close()
  return { ...spent, warmCpu: spent.cpu - cold }
}

const inAnotherProcess = (part: 'pipeline' | 'rows', corpus: CorpusName, folder: string): unknown =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [
        ...(part === 'pipeline' ? smallHeap : []),
        import.meta.filename,
        '--lines',
        String(total),
        '--seed',
        String(seed),
        'ingest',
        part,
        corpus,
        folder,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...smallPools, ...process.env } },
    ),
  )

const alternate = (corpus: CorpusName) =>
  Array.from({ length: rounds }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
    try {
      const pipeline = pipelineCost.parse(inAnotherProcess('pipeline', corpus, folder))
      const rows = cost.parse(inAnotherProcess('rows', corpus, folder))
      return { pipeline, rows }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

const round = (value: number, digits = 2): number => Number(value.toFixed(digits))

const report = (corpus: CorpusName) => {
  const measured = alternate(corpus)
  const of = (pick: (one: (typeof measured)[number]) => number) => median(measured.map(pick))
  const stages = measured[0]?.pipeline.stages.filter(({ seconds }) => seconds > 0.01) ?? []
  return {
    bench: 'ingest',
    corpus,
    lines: total,
    stored: of(({ pipeline }) => pipeline.stored),
    lines_per_cpu_second: Math.round(total / of(({ pipeline }) => pipeline.cpu)),
    raw_rows_per_cpu_second: Math.round(total / of(({ rows }) => rows.cpu)),
    share_of_raw_cpu: round(
      of(({ pipeline, rows }) => rows.cpu / pipeline.cpu),
      3,
    ),
    warm_share_of_raw_cpu: round(
      of(({ pipeline, rows }) => rows.warmCpu / pipeline.warmCpu),
      3,
    ),
    each_share: measured.map(({ pipeline, rows }) => round(rows.cpu / pipeline.cpu, 3)),
    share_of_raw_time: round(
      of(({ pipeline, rows }) => rows.seconds / pipeline.seconds),
      3,
    ),
    accepted_lines_per_second: Math.round(total / of(({ pipeline }) => pipeline.accepted)),
    longest_stall_ms: Math.round(of(({ pipeline }) => pipeline.stallMs)),
    database_bytes_per_raw_byte: round(
      of(({ pipeline }) => pipeline.databaseBytes / pipeline.rawBytes),
      3,
    ),
    peak_rss_mb: Math.round(of(({ pipeline }) => pipeline.peakBytes) / 2 ** 20),
    stage_seconds: Object.fromEntries(stages.map((stage) => [stage.name, round(stage.seconds)])),
  }
}

const columns = [
  ['corpus', 'corpus'],
  ['lines_per_cpu_second', 'lines/CPU s'],
  ['raw_rows_per_cpu_second', 'rows/CPU s'],
  ['share_of_raw_cpu', 'share'],
  ['warm_share_of_raw_cpu', 'warm share'],
  ['longest_stall_ms', 'stall ms'],
  ['database_bytes_per_raw_byte', 'db/raw bytes'],
  ['peak_rss_mb', 'peak MB'],
] as const

const printRow = (cells: readonly (string | number)[]): void =>
  console.log(cells.map((cell, index) => (index === 0 ? String(cell).padEnd(14) : String(cell).padStart(13))).join(''))

const compareWithRows = (): void => {
  if (!options.json) printRow(columns.map(([, title]) => title))
  const reports = corpusNames.map((corpus) => {
    const measured = report(corpus)
    if (options.json) console.log(JSON.stringify(measured))
    else printRow(columns.map(([key]) => measured[key]))
    return measured
  })
  const worst = reports.reduce((a, b) => (b.share_of_raw_cpu < a.share_of_raw_cpu ? b : a))
  const mark = { bench: 'ingest', worst: worst.corpus, share_of_raw_cpu: worst.share_of_raw_cpu }
  console.log(
    options.json ? JSON.stringify(mark) : `worst corpus: ${mark.worst}, ${mark.share_of_raw_cpu} of raw inserts by CPU`,
  )
}

const [, part, corpus, folder = ''] = options.names
const named = corpusNames.find((name) => name === corpus)
if (part === 'pipeline' && named) console.log(JSON.stringify(await throughPipeline(named, folder)))
else if (part === 'rows') console.log(JSON.stringify(await asRows(folder)))
else compareWithRows()
