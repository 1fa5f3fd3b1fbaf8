import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { startApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import type { Event } from '../src/schema/event.ts'
import '../src/v8-flags.ts'
import { mixedLines } from './mixed-lines.ts'

// End to end against the raw limit, in one run: the same lines once down the whole road (accepted durably, parsed, mined, judged,
// stored, searchable) and once as bare better-sqlite3 inserts of their parsed rows with two indexes. A ratio of 1 means that
// everything we do costs no more than storing plain rows.
const total = Number(process.env.LINES ?? 300_000)
const batchSize = 4_096
const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'))

const seconds = (from: number) => (performance.now() - from) / 1000

const viaTheRoad = async (lines: readonly string[]) => {
  const { config, origins } = loadConfig({
    flags: {},
    env: { VEDETTE_DATA_DIR: join(folder, 'road'), PORT: '0', LOG_LEVEL: 'error', VEDETTE_SAMPLES: 'off' },
    cwd: folder,
  })
  const stop = new AbortController()
  const app = await startApp({ config, origins, print: () => {}, signal: stop.signal })
  const cpu = process.cpuUsage()
  const started = performance.now()
  for (let i = 0; i < lines.length; i += batchSize) {
    const records = lines.slice(i, i + batchSize).map((text) => ({ text, source: 'bench', receivedAt: Date.now() }))
    await app.world.intake.accept(records)
  }
  const acknowledged = seconds(started)
  await app.world.queue.idle()
  const done = seconds(started)
  const { user, system } = process.cpuUsage(cpu)
  const { stages } = await app.world.health()
  const events: Event[] = []
  for await (const block of app.world.store.events.replay(0, -1)) events.push(...block)
  const { bytes } = await app.world.store.events.count()
  await app.stop()
  return { acknowledged, done, cpu: (user + system) / 1e6, stages, events, bytes }
}

const asRows = (events: readonly Event[]) => {
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
  const cpu = process.cpuUsage()
  const started = performance.now()
  for (let i = 0; i < rows.length; i += batchSize) {
    database.transaction(() => {
      for (const row of rows.slice(i, i + batchSize)) insert.run(row)
    })()
  }
  const took = seconds(started)
  const { user, system } = process.cpuUsage(cpu)
  database.close()
  return { took, cpu: (user + system) / 1e6 }
}

const lines = mixedLines(total)
const road = await viaTheRoad(lines)
const rows = asRows(road.events)
rmSync(folder, { recursive: true, force: true })

const perSecond = (took: number) => Math.round(total / took)
console.log(
  JSON.stringify({
    bench: 'ingest',
    lines: total,
    stored: road.events.length,
    road_lines_per_second: perSecond(road.done),
    accepted_lines_per_second: perSecond(road.acknowledged),
    raw_rows_per_second: perSecond(rows.took),
    share_of_raw_inserts: Number((rows.took / road.done).toFixed(2)),
    // Of all threads: what a machine that has other things to do changes least.
    cpu_seconds: Number(road.cpu.toFixed(2)),
    raw_cpu_seconds: Number(rows.cpu.toFixed(2)),
    bytes_per_line: Number((road.bytes / total).toFixed(1)),
    rss_mb: Math.round(process.memoryUsage().rss / 2 ** 20),
    where_the_time_goes: Object.fromEntries(
      road.stages
        .filter(({ seconds: spent }) => spent > 0.01)
        .map((stage) => [stage.name, Number(stage.seconds.toFixed(2))]),
    ),
  }),
)
