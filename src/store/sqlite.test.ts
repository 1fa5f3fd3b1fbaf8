import { randomBytes } from 'node:crypto'
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { CompiledQuery } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { deepRun } from '../../test/depth.ts'
import { needs } from '../../test/needs.ts'
import { copyDatabase } from './copy-database.ts'
import { dialectOf } from './dialects/registry.ts'
import { readSqliteFacts } from './dialects/sqlite-file.ts'
import { describeIntelStore } from './intel/intel.conformance.ts'
import { describeLlmStore } from './language-models/llm.conformance.ts'
import { describeModelOpinionStore } from './language-models/model-opinions.conformance.ts'
import { formerMigrations, migrations } from './migrations/migrations.ts'
import { openStore } from './open-store.ts'
import { describeQueryResults } from './query-results/query-results.conformance.ts'
import { sampleAlert } from './samples.conformance.ts'
import { describeStore } from './store.conformance.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-store-'))
afterAll(() => rmSync(folder, { recursive: true }))

const log = { debug() {}, info() {}, warn() {}, error() {} }
const open = (url: string, now: () => number = Date.now) => openStore(url, { now, log })

let files = 0
const newFile = () => join(folder, `${files++}`, 'vedette.db')

describeStore('in a file', (now) => open(`sqlite:${newFile()}`, now))
describeStore('in memory', (now) => open('sqlite::memory:', now))
describeIntelStore('in a file', (now) => open(`sqlite:${newFile()}`, now))
describeQueryResults('in a file', (now) => open(`sqlite:${newFile()}`, now))
describeLlmStore('in a file', (now) => open(`sqlite:${newFile()}`, now))
describeModelOpinionStore('in a file', (now) => open(`sqlite:${newFile()}`, now))

describe('a database file', () => {
  it('is nobody else’s to read', async () => {
    const file = newFile()
    const store = await open(`sqlite:${file}`)
    await store.ping()
    expect(modeOf(join(file, '..'))).toBe('700')
    for (const name of [file, `${file}-wal`, `${file}-shm`]) expect(modeOf(name)).toBe('600')
    await store.close()
  })

  it('waits for another writer without blocking the thread', async () => {
    const file = newFile()
    const store = await open(`sqlite:${file}`)
    const other = new Database(file)
    other.exec('begin immediate')
    const waiting = [store.ping(), store.transaction(async () => 'written')]
    const first = await Promise.race([...waiting, new Promise((done) => setTimeout(done, 20, 'a timer'))])
    expect(first).toBe('a timer')
    other.exec('commit')
    expect(await Promise.all(waiting)).toEqual([undefined, 'written'])
    other.close()
    await store.close()
  })

  it('is a single file once it is closed, though nothing was read', async () => {
    const file = newFile()
    await (await open(`sqlite:${file}`)).close()
    const database = await dialectOf('sqlite:').open(`sqlite:${file}`, { log })
    await database.write.insertInto('counters').values({ name: 'a', value: 1 }).execute()
    await database.close()
    expect(readdirSync(join(file, '..'))).toEqual(['vedette.db'])
  })

  it('is not created in the place of one that was deleted or emptied, when it must exist', async () => {
    const file = newFile()
    const open = () => dialectOf('sqlite:').open(`sqlite:${file}`, { log, mustExist: true })
    await expect(open()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    expect(existsSync(file)).toBe(false)
    mkdirSync(dirname(file))
    writeFileSync(file, '')
    await expect(open()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    expect(statSync(file).size).toBe(0)
  })

  it('keeps what it holds when it is opened again', async () => {
    const file = newFile()
    const first = await open(`sqlite:${file}`)
    await first.transaction((tx) => first.alerts.save([sampleAlert(1)], tx))
    await first.close()
    const second = await open(`sqlite:${file}`)
    expect(await second.alerts.get('alert-000001')).toEqual(sampleAlert(1))
    await second.close()
  })

  it('lets lists be read while a transaction runs', async () => {
    const store = await open(`sqlite:${newFile()}`)
    const { tx, rollback } = await store.begin()
    await store.alerts.save([sampleAlert(1)], tx)
    expect((await store.alerts.list({ limit: 1 })).items).toEqual([])
    await rollback()
    await store.close()
  })

  it('is copied whole while it is written to', needs(deepRun), async () => {
    const url = `sqlite:${newFile()}`
    const store = await open(url)
    let writing = true
    const writer = (async () => {
      for (let number = 0; writing; number += 2) {
        const pair = [sampleAlert(number), sampleAlert(number + 1)]
        await store.transaction((tx) => store.alerts.save(pair, tx))
        await new Promise(setImmediate)
      }
    })()
    const copy = join(folder, 'copy.db')
    await copyDatabase(url, copy, { now: Date.now, log })
    writing = false
    await writer
    await store.close()
    expect(modeOf(copy)).toBe('600')
    const copied = await open(`sqlite:${copy}`)
    const count = (await copied.alerts.counts())[0]?.count ?? 0
    expect(count).toBeGreaterThan(0)
    expect(count % 2).toBe(0)
    await copied.close()
  })

  it('says so when it cannot be copied', async () => {
    const url = `sqlite:${newFile()}`
    const store = await open(url)
    const target = join(folder, 'no', 'such', 'folder.db')
    await expect(copyDatabase(url, target, { now: Date.now, log })).rejects.toThrow(/folder/)
    await store.close()
  })

  it('is refused with advice when it is damaged', async () => {
    const file = join(folder, 'damaged.db')
    writeFileSync(file, 'This is not a database, however often you read it. '.repeat(100))
    await expect(open(`sqlite:${file}`)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('damaged'),
      hint: expect.stringContaining('restore'),
    })
    expect(readFileSync(file, 'utf8')).toMatch(/^This is not/)
  })

  it('is recognised when a development version made it, and recorded as of this version', async () => {
    const { file, database } = await ofDevelopmentVersion()
    database.close()
    const store = await open(`sqlite:${file}`)
    expect(await store.alerts.get('alert-000001')).toEqual(sampleAlert(1))
    await store.close()
    expect(readSqliteFacts(file).migrations).toEqual(Object.keys(migrations))
  })

  it('is refused with advice when it lacks tables of a later development version', async () => {
    const { file, database } = await ofDevelopmentVersion()
    database.exec("delete from kysely_migration where name = '0151-detections-saved'")
    database.close()
    await expect(open(`sqlite:${file}`)).rejects.toMatchObject({
      code: 'STATE_VERSION',
      message: expect.stringContaining('0151-detections-saved'),
      hint: expect.stringContaining('development version'),
    })
    expect(readSqliteFacts(file).migrations).toEqual(formerMigrations.slice(0, -1))
  })

  it('is unchanged when a migration fails half-way', async () => {
    const file = newFile()
    mkdirSync(dirname(file), { recursive: true })
    const tables = (database: Database.Database) =>
      database.prepare("select name from sqlite_schema where type = 'table' order by name").pluck().all()
    const before = new Database(file)
    before.exec('create table event_blocks (of text)')
    before.close()
    await expect(open(`sqlite:${file}`)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const after = new Database(file)
    expect(tables(after).filter((name) => !String(name).startsWith('kysely_'))).toEqual(['event_blocks'])
    after.close()
  })

  it('is refused with advice when a newer version made it', async () => {
    const file = newFile()
    await (await open(`sqlite:${file}`)).close()
    const database = new Database(file)
    database.prepare("insert into kysely_migration values ('9999-later', '2030-01-01')").run()
    database.close()
    await expect(open(`sqlite:${file}`)).rejects.toMatchObject({
      code: 'STATE_VERSION',
      message: expect.stringContaining('9999-later'),
    })
  })

  it('reports a full disk, and continues once there is room', async () => {
    const file = newFile()
    const store = await open(`sqlite:${file}`)
    await store.connections.write.executeQuery(CompiledQuery.raw('pragma max_page_count = 60'))
    const fill = () =>
      store.models.save([{ name: 'large', partition: 0, position: 0, saved_at: 0, state: randomBytes(1_000_000) }])
    await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL', retryable: true, retryAfter: 10 })
    const whole = store.transaction(async (tx) => {
      await store.alerts.save([sampleAlert(1)], tx)
      await store.models.save(
        [{ name: 'large', partition: 0, position: 0, saved_at: 0, state: randomBytes(1_000_000) }],
        tx,
      )
    })
    await expect(whole).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(await store.alerts.get('alert-000001')).toBeUndefined()
    await store.connections.write.executeQuery(CompiledQuery.raw('pragma max_page_count = 100000'))
    await fill()
    await store.close()
  })

  it.each([
    ['its folder is deleted', (file: string) => rmSync(join(file, '..'), { recursive: true }), 'was deleted'],
    ['its journal is deleted', (file: string) => rmSync(`${file}-wal`), '-wal was deleted'],
    ['it is replaced', replaceByCopy, 'replaced'],
    ['it is emptied', (file: string) => truncateSync(file), 'damaged'],
    ['it is overwritten', (file: string) => writeFileSync(file, randomBytes(100_000), { flag: 'r+' }), 'damaged'],
  ])('takes nothing more once %s', async (_, damage, reason) => {
    const file = newFile()
    const store = await open(`sqlite:${file}`)
    await store.ping()
    const { tx, commit, rollback } = await store.begin()
    await store.alerts.save([sampleAlert(1)], tx)
    damage(file)
    const refusal = { code: 'UNAVAILABLE', retryable: true, message: expect.stringContaining(reason) }
    await expect(commit()).rejects.toMatchObject(refusal)
    await rollback()
    await expect(store.ping()).rejects.toMatchObject(refusal)
    await expect(store.transaction((later) => store.alerts.save([sampleAlert(2)], later))).rejects.toMatchObject(
      refusal,
    )
    await store.close()
  })

  it('continues when its folder is back', async () => {
    const file = newFile()
    const store = await open(`sqlite:${file}`)
    await store.ping()
    const folderOfIt = join(file, '..')
    renameSync(folderOfIt, `${folderOfIt}-away`)
    await expect(store.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    renameSync(`${folderOfIt}-away`, folderOfIt)
    await store.ping()
    await store.close()
  })

  it('takes nothing more once a page of it proved damaged', async () => {
    const file = newFile()
    const first = await open(`sqlite:${file}`)
    await first.transaction((tx) => first.alerts.save([sampleAlert(1)], tx))
    await first.close()
    const store = await open(`sqlite:${file}`)
    const size = statSync(file).size
    const hole = openSync(file, 'r+')
    writeSync(hole, Buffer.alloc(size - 4_096, 0xff), 0, size - 4_096, 4_096)
    closeSync(hole)
    await expect(store.alerts.get('alert-000001')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(store.ping()).rejects.toMatchObject({ message: expect.stringContaining('damaged') })
    await store.close()
  })

  it('says when another process holds it', needs(deepRun), async () => {
    const file = newFile()
    const store = await open(`sqlite:${file}`)
    const other = new Database(file)
    other.exec('begin immediate')
    await expect(store.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    other.exec('rollback')
    await store.ping()
    other.close()
    await store.close()
  })
})

describe('openStore', () => {
  it('names the kinds of database that there are', async () => {
    await expect(open('oracle:somewhere')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('has steps in the order of their names', () => {
    expect(Object.keys(migrations)).toEqual(Object.keys(migrations).sort())
  })
})

/** A database with one alert, as the last development version left it. */
const ofDevelopmentVersion = async () => {
  const file = newFile()
  const store = await open(`sqlite:${file}`)
  await store.transaction((tx) => store.alerts.save([sampleAlert(1)], tx))
  await store.close()
  const database = new Database(file)
  database.exec('delete from kysely_migration')
  // The later migrations change these.
  database.exec('alter table leases drop column epoch')
  database.exec('alter table notifications drop column receipt')
  database.exec('alter table event_blocks drop column object_name')
  database.exec('alter table jobs drop column suspicion')
  database.exec('alter table jobs drop column origin')
  database.exec("alter table triage_results add column body text not null default '{}'")
  database.prepare('update alerts set body = ?').run(JSON.stringify(sampleAlert(1)))
  for (const name of formerMigrations) {
    database.prepare('insert into kysely_migration values (?, ?)').run(name, '2026-11-22')
  }
  return { file, database }
}

const replaceByCopy = (file: string): void => {
  copyFileSync(file, `${file}.copy`)
  renameSync(`${file}.copy`, file)
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)
