import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { deepRun } from '../../test/depth.ts'
import { needs } from '../../test/needs.ts'
import { compactDatabase, prepareToShrink } from '../operations/storage/compact-database.ts'
import { openStore } from './open-store.ts'
import { sampleEvent } from './samples.conformance.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-space-'))
afterAll(() => rmSync(folder, { recursive: true }))

const said: { readonly facts: object; readonly text: string }[] = []
const note = (facts: object, text: string) => void said.push({ facts, text })
const log = { debug: note, info: note, warn: note, error: note }
const megabyte = 2 ** 20
const begin = Date.UTC(2026, 0, 1)
const hour = 3_600_000

let files = 0
const newFile = () => join(folder, `${files++}`, 'vedette.db')
const open = (file: string) => openStore(`sqlite:${file}`, { now: Date.now, log })
type Store = Awaited<ReturnType<typeof open>>

/** Stores so many blocks of about half a megabyte that no compression makes smaller, one for each hour. */
const fill = async (store: Store, blocks: number) => {
  for (let block = 0; block < blocks; block++) {
    const events = Array.from({ length: 100 }, (_, index) => ({
      ...sampleEvent(block * 100 + index),
      time: begin + block * hour,
      original: randomBytes(5_000).toString('base64'),
    }))
    await store.transaction((tx) => store.events.save(events, tx))
  }
}

/** Opens a database as versions before did: its file never shrinks. */
const openOld = async (file: string) => {
  await (await open(file)).close()
  const database = new Database(file)
  database.pragma('journal_mode = DELETE')
  database.pragma('auto_vacuum = NONE')
  database.exec('vacuum')
  database.close()
  return open(file)
}

const sizeOf = (file: string) => statSync(file).size

describe('a database file', () => {
  it('becomes smaller when events are removed, and so does its log', needs(deepRun), async () => {
    const file = newFile()
    const store = await open(file)
    await fill(store, 60)
    const full = await store.space()
    expect(full).toMatchObject({ shrinks: true })
    expect(full.bytes).toBeGreaterThan(25 * megabyte)

    await store.events.retain({ before: begin + 54 * hour })
    const freed = (await store.space()).free
    expect(freed).toBeGreaterThan(20 * megabyte)
    expect(await store.reclaim()).toBeGreaterThan(freed - 9 * megabyte)

    expect(sizeOf(file)).toBeLessThan(full.bytes / 2)
    expect(sizeOf(`${file}-wal`)).toBe(0)
    expect((await store.events.count()).events).toBe(600)
    await store.close()
  })

  it('lets others write while it becomes smaller', needs(deepRun), async () => {
    const store = await open(newFile())
    await fill(store, 40)
    await store.events.retain({ maxBytes: 0 })
    const reclaimed = store.reclaim()
    const written: Promise<void>[] = []
    for (let number = 0; number < 20; number++) {
      written.push(store.ping())
      await new Promise((done) => setImmediate(done))
    }
    await Promise.all(written)
    expect(await reclaimed).toBeGreaterThan(5 * megabyte)
    await store.close()
  })

  it('keeps some room when everything was removed, and stops when aborted', needs(deepRun), async () => {
    const store = await open(newFile())
    await fill(store, 30)
    await store.events.retain({ maxBytes: 0 })
    expect(await store.reclaim(AbortSignal.abort())).toBe(0)
    await store.reclaim()
    expect((await store.space()).free).toBeLessThanOrEqual(9 * megabyte)
    await store.close()
  })
})

describe('a database of an older version', () => {
  it('is left alone by the clock, and converted by hand', needs(deepRun), async () => {
    const file = newFile()
    const store = await openOld(file)
    await fill(store, 40)
    await store.events.retain({ before: begin + 35 * hour })
    expect(await store.reclaim()).toBe(0)
    expect(await store.space()).toMatchObject({ shrinks: false })
    await expect(compactDatabase(`sqlite:${file}`)).rejects.toThrow('Another program has')
    await store.close()

    const { before, after } = await compactDatabase(`sqlite:${file}`)
    expect(before.shrinks).toBe(false)
    expect(after).toMatchObject({ shrinks: true, free: 0 })
    expect(sizeOf(file)).toBe(after.bytes)
    expect(after.bytes).toBeLessThan(before.bytes / 3)
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
    expect(readdirSync(dirname(file)).sort()).toEqual(['vedette.db', 'vedette.db.lock'])

    const again = await open(file)
    expect((await again.events.count()).events).toBe(500)
    expect(await again.space()).toMatchObject({ shrinks: true })
    await again.close()
  })

  it('is converted at the start when it is small and no other process has it open', needs(deepRun), async () => {
    const file = newFile()
    const store = await openOld(file)
    await fill(store, 2)
    said.length = 0
    prepareToShrink(`sqlite:${file}`, log)
    expect(said.at(-1)).toMatchObject({ text: expect.stringContaining('not converted') })
    await store.close()

    prepareToShrink(`sqlite:${file}`, log)
    expect(said.at(-1)).toMatchObject({ text: 'The database was converted.' })
    const again = await open(file)
    expect(await again.space()).toMatchObject({ shrinks: true })
    expect((await again.events.count()).events).toBe(200)
    await again.close()

    said.length = 0
    prepareToShrink(`sqlite:${file}`, log)
    prepareToShrink(`sqlite:${newFile()}`, log)
    expect(said).toEqual([])
    expect(existsSync(`${file}.compact`)).toBe(false)
  })
})
