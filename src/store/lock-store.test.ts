import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockStore, withStoreLock } from './lock-store.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const database = () => join(folder, 'data/inner/vedette.db')
const url = () => `sqlite:${database()}`

it.each([
  ['server', 'server', 'CONFIG_INVALID', /^Another server uses .*vedette\.db: process \d+ on .*, at http:/, 'Stop it'],
  ['server', 'restore', 'CONFLICT', /^A server uses /, 'Stop the server'],
  ['restore', 'server', 'CONFIG_INVALID', /^A restore uses /, 'Wait'],
  ['compact', 'restore', 'CONFLICT', /^A compaction uses /, 'Wait'],
] as const)('names a %s to a %s', async (holder, user, code, message, hint) => {
  const lock = await lockStore(url(), holder)
  await lock.announce('http://127.0.0.1:1')
  await expect(lockStore(url(), user)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    hint: expect.stringContaining(hint),
  })
  await lock.release()
  await (await lockStore(url(), user)).release()
})

it('names the server of an earlier version', async () => {
  const lock = await lockStore(url(), 'server')
  writeFileSync(`${database()}.server.json`, JSON.stringify({ pid: 7, host: 'old', since: 0 }))
  await expect(lockStore(url(), 'restore')).rejects.toThrow('A server uses')
  await lock.release()
})

it('ends with the work, whatever its outcome', async () => {
  mkdirSync(join(folder, 'data/inner'), { recursive: true })
  expect(await withStoreLock(url(), 'compact', async () => 7)).toBe(7)
  await expect(withStoreLock(url(), 'restore', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  await (await lockStore(url(), 'server')).release()
})

it('leaves no folder behind that it made for a database that never came', async () => {
  const lock = await lockStore(url(), 'restore')
  await lock.release()
  expect(readdirSync(folder)).toEqual([])

  const other = await lockStore(url(), 'restore')
  writeFileSync(join(folder, 'data/notes.txt'), '')
  await other.release()
  expect(existsSync(join(folder, 'data/inner'))).toBe(false)
  expect(readdirSync(join(folder, 'data'))).toEqual(['notes.txt'])
})

it('says that a folder cannot be made', async () => {
  writeFileSync(join(folder, 'data'), 'a file')
  await expect(lockStore(url(), 'server')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('cannot be opened for writing'),
    hint: expect.stringContaining('this user owns it'),
  })
})
