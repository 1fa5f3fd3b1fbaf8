import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { startApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import type { Event } from '../src/schema/event.ts'
import { openStore } from '../src/store/open-store.ts'
import '../src/v8-flags.ts'
import { median } from './median.ts'
import { mixedLines } from './mixed-lines.ts'

// End to end against the raw limit: the same lines once through the whole pipeline (accepted durably, parsed, mined, scored, stored, searchable)
// and once as bare better-sqlite3 inserts of their parsed rows with two indexes. A share of 1 means that the pipeline costs no more
// than storing plain rows. Rounds alternate in separate processes, because the speed of a shared machine varies. Prints the
// medians, and the share of every round.
const total = Number(process.env.LINES ?? 300_000)
const rounds = Number(process.env.ROUNDS ?? 5)
const batchSize = 4_096

const took = z.object({ seconds: z.number(), cpu: z.number() })
const onTheRoad = took.extend({
  accepted: z.number(),
  stored: z.number(),
  bytes: z.number(),
  rss: z.number(),
  stages: z.array(z.object({ name: z.string(), seconds: z.number() })).readonly(),
})

/** Measures wall time and CPU time of all threads, in s. */
const stopwatch = () => {
  const cpu = process.cpuUsage()
  const began = performance.now()
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    return { seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 }
  }
}

const viaTheRoad = async (folder: string): Promise<z.infer<typeof onTheRoad>> => {
  // Split as from a request body.
  const lines = mixedLines(total).join('\n').split('\n')
  const { config, origins } = loadConfig({
    flags: {},
    env: { VEDETTE_DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'error', VEDETTE_SAMPLES: 'off' },
    cwd: folder,
  })
  const app = await startApp({ config, origins, print: () => {}, signal: new AbortController().signal })
  if (!app) throw new Error('The start was interrupted.')
  const { intake, queue, store, health } = app.deps
  const read = stopwatch()
  for (let i = 0; i < lines.length; i += batchSize) {
    await intake.accept(
      lines.slice(i, i + batchSize).map((text) => ({ text, source: 'bench', receivedAt: Date.now() })),
    )
  }
  const accepted = read().seconds
  await queue.idle()
  const spent = read()
  const { stages } = await health()
  const { events: stored, bytes } = await store.events.count()
  await app.stop()
  return { ...spent, accepted, stored, bytes, rss: process.memoryUsage().rss, stages }
}

const asRows = async (folder: string): Promise<z.infer<typeof took>> => {
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
  const read = stopwatch()
  for (let i = 0; i < rows.length; i += batchSize) {
    database.transaction(() => {
      for (const row of rows.slice(i, i + batchSize)) insert.run(row)
    })()
  }
  const spent = read()
  database.close()
  return spent
}

const inAnotherProcess = (part: string, folder: string): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [import.meta.filename], {
      env: { ...process.env, PART: part, FOLDER: folder },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )

const alternate = () =>
  Array.from({ length: rounds }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
    try {
      const pipeline = onTheRoad.parse(inAnotherProcess('road', folder))
      const rows = took.parse(inAnotherProcess('rows', folder))
      return { pipeline, rows, share: rows.seconds / pipeline.seconds, cpuShare: rows.cpu / pipeline.cpu }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

const round = (value: number, digits = 2): number => Number(value.toFixed(digits))

const report = (measured: ReturnType<typeof alternate>) => {
  const of = (pick: (one: (typeof measured)[number]) => number) => median(measured.map(pick))
  const perSecond = (pick: (one: (typeof measured)[number]) => number) => Math.round(total / of(pick))
  const stages = measured[0]?.pipeline.stages.filter(({ seconds }) => seconds > 0.01) ?? []
  return {
    bench: 'ingest',
    lines: total,
    stored: of(({ pipeline }) => pipeline.stored),
    road_lines_per_second: perSecond(({ pipeline }) => pipeline.seconds),
    accepted_lines_per_second: perSecond(({ pipeline }) => pipeline.accepted),
    raw_rows_per_second: perSecond(({ rows }) => rows.seconds),
    share_of_raw_inserts: round(of(({ share }) => share)),
    each_share: measured.map(({ share }) => round(share)),
    share_of_raw_cpu: round(of(({ cpuShare }) => cpuShare)),
    cpu_seconds: round(of(({ pipeline }) => pipeline.cpu)),
    raw_cpu_seconds: round(of(({ rows }) => rows.cpu)),
    bytes_per_line: round(of(({ pipeline }) => pipeline.bytes) / total, 1),
    rss_mb: Math.round(of(({ pipeline }) => pipeline.rss) / 2 ** 20),
    where_the_time_goes: Object.fromEntries(stages.map((stage) => [stage.name, round(stage.seconds)])),
  }
}

const { PART: part, FOLDER: given = '' } = process.env
if (part === 'road') console.log(JSON.stringify(await viaTheRoad(given)))
else if (part === 'rows') console.log(JSON.stringify(await asRows(given)))
else console.log(JSON.stringify(report(alternate())))
