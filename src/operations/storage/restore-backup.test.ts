import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { createInstallation } from '../../app/installation.ts'
import { loadConfig } from '../../config.ts'
import { openStore } from '../../store/open-store.ts'
import { createAuditCheckpoint } from '../audit/audit-checkpoint.ts'
import { makeBackup } from './make-backup.ts'
import { restoreBackup, verifyBackup } from './restore-backup.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const now = () => Date.UTC(2026, 0, 15)
let folder: string
const at = (...names: readonly string[]) => join(folder, ...names)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-restore-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const rule = `title: A rule
id: 66666666-0000-4000-8000-000000000001
logsource: { product: linux }
detection: { a: { message: x }, condition: a }
`
/** The configuration of an installation, `home` being its working folder. */
const loaded = (home: string, env: Readonly<Record<string, string>> = {}) => {
  const paths = { VEDETTE_RULES_PATHS: at(home, 'rules'), VEDETTE_LOG_DETECTION_MODEL_DIR: at(home, 'model') }
  return loadConfig({
    flags: { data_dir: at(home, 'data') },
    env: { ...paths, ...env },
    cwd: folder,
    readText: () => undefined,
  })
}
const request = (home: string, env?: Readonly<Record<string, string>>) => ({
  installation: createInstallation(loaded(home, env)),
  file: at('archive'),
  now,
  log,
})
const backup = (home = 'a', env?: Readonly<Record<string, string>>) =>
  makeBackup({ ...request(home, env), force: true, version: '0.1.0' })
const restore = (
  home: string,
  options: { force?: boolean; dataOnly?: boolean } = {},
  env?: Readonly<Record<string, string>>,
) => restoreBackup({ ...request(home, env), force: false, dataOnly: false, ...options })

/** An installation with an own rule, a folder of rules, and three audit rows. */
const install = async (home = 'a'): Promise<void> => {
  mkdirSync(at(home, 'data/rules/own'), { recursive: true })
  mkdirSync(at(home, 'rules/.git'), { recursive: true })
  writeFileSync(at(home, 'data/rules/own/a.yml'), rule)
  writeFileSync(at(home, 'rules/b.yml'), rule.replace('0001', '0002'))
  writeFileSync(at(home, 'rules/.git/config'), 'not a rule')
  writeFileSync(at(home, 'rules/README.md'), 'not a rule')
  const store = await openStore(`sqlite:${at(home, 'data/vedette.db')}`, { now, log })
  const row = { time: 1, actor: 'ana', target_type: 'rule', target_id: 'r', old_values: null, new_values: null }
  const actions = ['create', 'update', 'remove']
  await store.transaction((tx) =>
    store.audit.append(
      actions.map((action) => ({ ...row, action })),
      tx,
    ),
  )
  await createAuditCheckpoint({ dataDir: at(home, 'data'), audit: store.audit, log }).advance()
  await store.close()
}
const change = (file: string, query: string): void => {
  const database = new Database(file)
  database.exec(query)
  database.close()
}

it('restores rules and audit to the places of another configuration', async () => {
  await install()
  const { manifest } = await backup()
  expect(manifest.rules).toMatchObject({ own: 1, imported: 0, configured: 1 })
  const { kept, notes, doubts, rules } = await restore('b')
  expect({ kept, notes, doubts }).toEqual({ kept: [], notes: [], doubts: [] })
  expect(rules).toEqual(manifest.rules)
  expect(readdirSync(at('b'), { recursive: true }).sort()).toEqual(
    [
      'data',
      'data/audit-checkpoint.json',
      'data/rules',
      'data/rules/own',
      'data/rules/own/a.yml',
      'data/vedette.db',
      'data/vedette.db.lock',
    ].concat(['rules', 'rules/b.yml']),
  )
  expect(readFileSync(at('b/rules/b.yml'), 'utf8')).toBe(readFileSync(at('a/rules/b.yml'), 'utf8'))
})

it('follows links in folders of rules, and never ends in a circle', needs(deepRun), async () => {
  await install()
  mkdirSync(at('elsewhere'))
  writeFileSync(at('elsewhere/c.yml'), rule.replace('0001', '0003'))
  symlinkSync(at('elsewhere'), at('a/rules/linked'))
  symlinkSync(at('a/rules'), at('a/rules/circle'))
  expect((await backup()).manifest.rules).toMatchObject({ configured: 2 })
})

it('says where it put what no setting names, and which settings differ', needs(deepRun), async () => {
  await install()
  await backup('a', { VEDETTE_RETENTION_EVENTS: '3d', VEDETTE_ADMIN_TOKEN: 'very-secret-token' })
  const other = loadConfig({ flags: { data_dir: at('b/data') }, env: {}, cwd: at('b'), readText: () => undefined })
  const bare = { ...request('b'), installation: createInstallation(other) }
  const { notes } = await restoreBackup({ ...bare, force: false, dataOnly: false })
  expect(notes).toEqual([
    expect.stringMatching(
      /^rules\.paths does not name a place for .*data\/restored\/paths\/rules\.paths\/0\/rules now\.$/,
    ),
    expect.stringMatching(
      /^These settings are not those of the backup: retention\.events\. Those are in .*restored-settings\.yaml\.$/,
    ),
  ])
  const settings = readFileSync(at('b/data/restored-settings.yaml'), 'utf8')
  expect(settings).toContain('events: 3d')
  expect(settings).not.toContain('very-secret-token')
})

it('leaves what lies outside of the data folder alone when only that is wanted', needs(deepRun), async () => {
  await install()
  await backup()
  mkdirSync(at('b/rules'), { recursive: true })
  await restore('b', { dataOnly: true })
  expect(readdirSync(at('b/rules'))).toEqual([])
  expect(readdirSync(at('b/data')).sort()).toEqual(['audit-checkpoint.json', 'rules', 'vedette.db', 'vedette.db.lock'])
})

it('removes rules that the backup has not, and keeps them', needs(deepRun), async () => {
  await install()
  rmSync(at('a/data/rules'), { recursive: true })
  await backup()
  await install('b')
  await expect(restore('b')).rejects.toThrow(/would replace .*b\/data\/rules/)
  const { kept, rules } = await restore('b', { force: true })
  expect(rules).toMatchObject({ own: 0 })
  expect(existsSync(at('b/data/rules'))).toBe(false)
  expect(existsSync(join(kept[0] ?? '', 'rules/own/a.yml'))).toBe(true)
})

it('finds an audit that was tampered with, and still restores it', needs(deepRun), async () => {
  await install()
  change(at('a/data/vedette.db'), "update audit_logs set actor = 'eve' where id = 2")
  await backup()
  await expect(verifyBackup(request('b'))).rejects.toMatchObject({
    code: 'SOURCE_FAILED',
    message: expect.stringContaining('The audit was tampered with'),
  })
  expect((await restore('b')).doubts).toEqual([expect.stringContaining('tampered')])
})

it('finds rows cut off the end of the audit by its checkpoint', needs(deepRun), async () => {
  await install()
  change(
    at('a/data/vedette.db'),
    "delete from audit_logs where id = 3; update counters set value = 2 where name = 'audit'",
  )
  await backup()
  await expect(verifyBackup(request('b'))).rejects.toThrow('The audit was tampered with')
})

it('refuses a database of a newer version and writes nothing', async () => {
  await install()
  change(at('a/data/vedette.db'), "insert into kysely_migration values ('9999-later', '2030-01-01')")
  await backup()
  await expect(restore('b')).rejects.toMatchObject({
    code: 'STATE_VERSION',
    message: expect.stringContaining('9999-later'),
  })
  expect(existsSync(at('b'))).toBe(false)
})

it('restores over a damaged database, and keeps that', needs(deepRun), async () => {
  await install()
  await backup()
  writeFileSync(at('a/data/vedette.db'), 'not a database '.repeat(500))
  const { kept } = await restore('a', { force: true })
  expect(readFileSync(join(kept[0] ?? '', 'vedette.db'), 'utf8')).toContain('not a database')
  await (await openStore(`sqlite:${at('a/data/vedette.db')}`, { now, log })).close()
})

it('does not back up while a restore waits to be finished, nor without a database', async () => {
  await expect(backup('none')).rejects.toThrow('There is no database')
  await install()
  mkdirSync(at('a/data/.restore'))
  writeFileSync(at('a/data/.restore/journal.json'), '[]')
  await expect(backup()).rejects.toThrow('was interrupted')
})

it('restores no folder', async () => {
  mkdirSync(at('archive'))
  await expect(restore('b')).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    message: `${at('archive')} is a folder.`,
  })
})
