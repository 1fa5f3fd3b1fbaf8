import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Log } from '../../component.ts'
import { openStore } from '../../store/open-store.ts'
import { checkDatabase, databaseFile, requireNotOpen } from './database-file.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-db-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('knows whether a server has a database open', async () => {
  const url = `sqlite:${join(folder, 'data/vedette.db')}`
  expect(await checkDatabase(url)).toBeUndefined()
  await requireNotOpen(url)
  const store = await openStore(url, { now: Date.now, log })
  expect(await checkDatabase(url)).toEqual([])
  await expect(requireNotOpen(url)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('open'),
  })
  await store.close()
  await requireNotOpen(url)
})

it('lets a damaged database be replaced', async () => {
  const file = join(folder, 'vedette.db')
  writeFileSync(file, 'not a database, whatever its length may be'.repeat(50))
  await requireNotOpen(`sqlite:${file}`)
  expect(await checkDatabase(`sqlite:${file}`)).not.toEqual([])
})

it('finds the file of a database', () => {
  expect(() => databaseFile('postgres://db/vedette')).toThrow('not a file')
  expect(databaseFile('sqlite:/x/y.db')).toBe('/x/y.db')
})
