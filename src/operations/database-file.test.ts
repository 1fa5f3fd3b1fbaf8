import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Log } from '../component.ts'
import { openStore } from '../store/open-store.ts'
import { backupDatabase, checkDatabase, databaseFile, restoreDatabase } from './database-file.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const world = { now: () => Date.UTC(2026, 0, 15), log }
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-db-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const token = (name: string) => ({
  id: `token-${name}`,
  name,
  role: 'viewer' as const,
  hash: name,
  created_at: 1,
  expires_at: null,
  last_used_at: null,
  revoked_at: null,
  user_id: null,
})

it('copies a database that is in use, and puts the copy in the place of another', async () => {
  const url = `sqlite:${join(folder, 'data/vedette.db')}`
  const copy = join(folder, 'copy.db')
  expect(await checkDatabase(url)).toBeUndefined()
  const store = await openStore(url, world)
  await store.tokens.save(token('before'))
  expect(await backupDatabase(url, copy, world)).toBe(statSync(copy).size)
  await expect(backupDatabase(url, copy, world)).rejects.toThrow('exists already')
  await store.tokens.save(token('after'))
  expect(await checkDatabase(url)).toEqual([])

  await expect(restoreDatabase(url, copy, { ...world, force: true })).rejects.toThrow('A server has')
  await store.close()
  await expect(restoreDatabase(url, copy, { ...world, force: false })).rejects.toThrow('There is a database')
  const kept = await restoreDatabase(url, copy, { ...world, force: true })
  expect(kept).toContain('.before-2026-01-15')
  expect(kept && existsSync(kept)).toBe(true)

  const restored = await openStore(url, world)
  expect((await restored.tokens.list()).map(({ name }) => name)).toEqual(['before'])
  await restored.close()
  expect(readdirSync(join(folder, 'data')).filter((name) => name.includes('restoring'))).toEqual([])

  const empty = `sqlite:${join(folder, 'new/vedette.db')}`
  expect(await restoreDatabase(empty, copy, { ...world, force: false })).toBeUndefined()
  expect(await checkDatabase(empty)).toEqual([])
})

it('refuses what is no database of ours, or of a newer version', async () => {
  const url = `sqlite:${join(folder, 'vedette.db')}`
  writeFileSync(join(folder, 'text'), 'not a database, whatever its length may be'.repeat(50))
  const restore = (name: string) => restoreDatabase(url, join(folder, name), { ...world, force: false })
  await expect(restore('none')).rejects.toThrow('There is no file')
  await expect(restore('text')).rejects.toThrow('cannot be restored')
  expect(existsSync(join(folder, 'vedette.db'))).toBe(false)
  await expect(backupDatabase(url, join(folder, 'copy'), world)).rejects.toThrow('There is no database')

  const newer = await openStore(`sqlite:${join(folder, 'newer')}`, world)
  const { default: Database } = await import('better-sqlite3')
  await newer.close()
  const raw = new Database(join(folder, 'newer'))
  raw.prepare("insert into kysely_migration values ('9999-later', '2030-01-01')").run()
  raw.close()
  await expect(restore('newer')).rejects.toThrow('newer version')
  expect(existsSync(join(folder, 'vedette.db'))).toBe(false)
})

it('leaves what is on a database server to its own tools', () => {
  expect(() => databaseFile('postgres://db/vedette')).toThrow('not a file')
  expect(databaseFile('sqlite:/x/y.db')).toBe('/x/y.db')
})
