import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../../../test/until.ts'
import type { Log } from '../../../component.ts'
import { logEntriesSchema, messageIn } from '../log-entries.fake.ts'
import { describeSource } from '../source.conformance.ts'
import { sqlOptions, sqlSource } from './sql.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }

const createTable = () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-sql-'))
  const path = join(folder, 'netmonitor.db')
  const database = new Database(path)
  for (const statement of logEntriesSchema('integer primary key autoincrement')) database.exec(statement)
  const insert = database.prepare(
    "insert into log_entries (id, device_id, timestamp, log_level, process_name, message, raw_message) values (?, 7, '2026-01-15 10:00:00', 'warning', ?, ?, ?)",
  )
  return {
    path,
    database,
    add: (message: string, { id = null, program = 'hostapd' }: { id?: number | null; program?: string } = {}) =>
      insert.run(id, program, message, message),
    remove() {
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
type Table = ReturnType<typeof createTable>

describeSource('sql', async () => {
  const table = createTable()
  return {
    source: sqlSource({ read: async () => undefined, list: async () => [] }, { began() {}, ended() {} }).create(
      sqlOptions.parse({ name: 'x', url: `sqlite:${table.path}`, every: 0.005 }),
      { now: Date.now, fetch, log, signal: new AbortController().signal },
    ),
    async feed(bytes) {
      table.database.transaction(() => {
        for (const line of bytes.toString('utf8').split('\n')) if (line.trim() !== '') table.add(line)
      })()
    },
    lineOf: messageIn,
    async close() {
      table.remove()
    },
  }
})

describe('sql', () => {
  let table: Table
  beforeEach(() => {
    table = createTable()
  })
  afterEach(() => table.remove())

  const cursors = new Map<string, string>()
  const start = (options: object = {}) => {
    const texts: string[] = []
    const outages: string[] = []
    const stop = new AbortController()
    const source = sqlSource(
      { read: async (_, key) => cursors.get(key), list: async () => [...cursors.values()] },
      { began: (_, reason) => outages.push(reason), ended: () => outages.push('over') },
    ).create(sqlOptions.parse({ name: 'x', url: `sqlite:${table.path}`, every: 0.005, ...options }), {
      now: Date.now,
      fetch,
      log,
      signal: stop.signal,
    })
    const done = source.run(async (records, cursor) => {
      texts.push(...records.map(({ text }) => text))
      if (cursor) cursors.set(cursor.key, cursor.position)
    }, stop.signal)
    return {
      texts,
      outages,
      messages: () => texts.map(messageIn),
      async stop() {
        stop.abort()
        await done
      },
    }
  }

  it('reads log entries without a table of devices (network-agents.no-devices)', async () => {
    cursors.clear()
    table.database.exec('drop table devices')
    table.database
      .prepare('insert into log_entries (device_id, device_ip, timestamp, message) values (?, ?, ?, ?)')
      .run(7, '192.0.2.9', '2026-01-15 10:00:00', 'hello')
    const source = start()
    await expect.poll(() => source.messages()).toEqual(['hello'])
    expect(source.texts[0]).toContain('192.0.2.9')
    await source.stop()
  })

  it('converts rows to fields that the parsers know', async () => {
    cursors.clear()
    table.database
      .prepare('insert into log_entries values (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        5,
        7,
        '192.0.2.9',
        '2026-01-15 10:00:00',
        'error',
        'hostapd',
        'disassociated',
        '<30>hostapd: disassociated',
        '{"reason":8}',
      )
    const run = start()
    await until(() => run.texts.length === 1)
    await run.stop()
    expect(JSON.parse(run.texts[0] ?? '')).toEqual({
      '@timestamp': '2026-01-15 10:00:00',
      'log.level': 'error',
      'process.name': 'hostapd',
      'host.name': 'router',
      'host.ip': '192.0.2.1',
      'device.id': 7,
      'event.id': '5',
      message: 'disassociated',
      'event.original': '<30>hostapd: disassociated',
      details: { reason: 8 },
    })
  })

  it('resumes, finds rows that appear late, and reads none twice', async () => {
    cursors.clear()
    for (const id of [1, 2, 5, 6]) table.add(`row ${id}`, { id })
    const first = start()
    await until(() => first.texts.length === 4)
    await first.stop()
    for (const id of [4, 7, 3]) table.add(`row ${id}`, { id })
    const second = start()
    await until(() => second.texts.length >= 3)
    await sleep(30)
    await second.stop()
    expect(second.messages().sort()).toEqual(['row 3', 'row 4', 'row 7'])
  })

  it('reads only the configured programs', async () => {
    cursors.clear()
    table.add('one', { program: 'Hostapd' })
    table.add('two', { program: "o'brien" })
    table.add('three', { program: 'cron' })
    const run = start({ programs: ['hostapd', "O'Brien"] })
    await until(() => run.texts.length === 2)
    await run.stop()
    expect(run.messages()).toEqual(['one', 'two'])
  })

  it('may start at the end', async () => {
    cursors.clear()
    table.add('old')
    const run = start({ from: 'end' })
    await until(() => run.outages.includes('over'))
    table.add('new')
    await until(() => run.texts.length > 0)
    await run.stop()
    expect(run.messages()).toEqual(['new'])
  })

  it('reports an outage, retries, and continues', async () => {
    cursors.clear()
    const { path } = table
    renameSync(path, `${path}.away`)
    const run = start()
    await until(() => run.outages.length > 0)
    expect(run.outages[0]).toContain(path)
    renameSync(`${path}.away`, path)
    table.add('back')
    await until(() => run.texts.length > 0 && run.outages.includes('over'))
    await run.stop()
    expect(run.messages()).toEqual(['back'])
  })

  it('reads a table again whose ids were reset', async () => {
    cursors.clear()
    for (let i = 1; i <= 20; i++) table.add(`old ${i}`)
    const run = start({ lookback: 0 })
    await until(() => run.texts.length === 20)
    table.database.exec("delete from log_entries; delete from sqlite_sequence where name = 'log_entries'")
    table.database.exec(
      "insert into log_entries (timestamp, message) values ('2026-01-15 10:00:00', 'a copy'), ('2026-01-16 10:00:00', 'fresh')",
    )
    await until(() => run.texts.length > 20)
    await run.stop()
    expect(run.messages().slice(20)).toEqual(['fresh'])
  })

  it('never writes, whatever the query', async () => {
    cursors.clear()
    table.add('one')
    const run = start({ query: 'delete from log_entries returning *' })
    await until(() => run.outages.length > 0)
    await run.stop()
    expect(table.database.prepare('select count(*) from log_entries').pluck().get()).toBe(1)
  })

  it('rejects a table without integer ids', async () => {
    cursors.clear()
    table.add('one')
    const run = start({ columns: { id: 'message' } })
    await until(() => run.outages.length > 0)
    await run.stop()
    expect(run.outages[0]).toContain('no integer')
  })
})
