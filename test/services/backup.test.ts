import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createInstallation } from '../../src/app/installation.ts'
import { loadConfig } from '../../src/config.ts'
import { makeBackup } from '../../src/operations/storage/make-backup.ts'
import { restoreBackup, verifyBackup } from '../../src/operations/storage/restore-backup.ts'
import { openStore } from '../../src/store/open-store.ts'
import { sampleAlert } from '../../src/store/samples.conformance.ts'
import { needs } from '../needs.ts'
import { findPostgres, postgresDatabase } from './postgres.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const now = Date.now
const rule = `title: A rule
id: 66666666-0000-4000-8000-000000000001
logsource: { product: linux }
detection: { a: { message: x }, condition: a }
`

describe('a backup of PostgreSQL', needs(await findPostgres()), () => {
  const database = postgresDatabase()
  beforeAll(database.create)
  const folder = mkdtempSync(join(tmpdir(), 'vedette-backup-'))
  afterAll(async () => {
    await database.drop()
    rmSync(folder, { recursive: true })
  })
  const on = (home: string, url?: string) => ({
    installation: createInstallation(
      loadConfig({
        flags: { data_dir: join(folder, home), 'storage.url': url },
        env: {},
        cwd: folder,
        readText: () => undefined,
      }),
    ),
    file: join(folder, 'archive'),
    now,
    log,
  })
  const restore = (home: string, url?: string) => restoreBackup({ ...on(home, url), force: false, dataOnly: false })
  const contentOf = async (url: string) => {
    const store = await openStore(url, { now, log })
    const alerts = await store.alerts.list({ limit: 500 })
    const audit = await store.audit.verify([])
    const models = await store.models.load('of-no-detector', 0)
    await store.close()
    return { alerts: alerts.items, audit, state: Buffer.from(models?.state ?? []).toString('hex') }
  }

  it('is restored into SQLite and back into PostgreSQL, with the same content', async () => {
    const store = await openStore(database.url, { now, log })
    const alerts = Array.from({ length: 250 }, (_, i) => sampleAlert(i))
    const entry = { time: 1, actor: 'ana', target_type: 'x', target_id: 'ü', old_values: null, new_values: { a: 'b' } }
    await store.transaction(async (tx) => {
      await store.alerts.save(alerts, tx)
      await store.audit.append([{ ...entry, action: 'create' }], tx)
      const state = Uint8Array.from({ length: 256 }, (_, i) => i)
      await store.models.save([{ name: 'of-no-detector', partition: 0, position: 7, saved_at: 1, state }], tx)
    })
    // The copy is a snapshot, even during writes.
    const { tx, rollback } = await store.begin()
    await store.alerts.save([sampleAlert(900)], tx)
    mkdirSync(join(folder, 'a/rules/own'), { recursive: true })
    writeFileSync(join(folder, 'a/rules/own/a.yml'), rule)
    const { manifest } = await makeBackup({ ...on('a', database.url), force: false, version: '0.1.0' })
    await rollback()
    await store.close()
    expect(manifest.database).toMatchObject({ kind: 'postgres', tables: { alerts: 250, audit_logs: 1, models: 1 } })
    expect(manifest.rules.own).toBe(1)
    expect(await verifyBackup(on('none'))).toMatchObject({ doubts: [] })
    const content = await contentOf(database.url)
    expect(content.alerts).toHaveLength(250)

    await restore('b')
    const file = `sqlite:${join(folder, 'b/vedette.db')}`
    expect(await contentOf(file)).toEqual(content)
    expect(readdirSync(join(folder, 'b/rules/own'))).toEqual(['a.yml'])

    await makeBackup({ ...on('b'), force: true, version: '0.1.0' })
    await expect(restore('c', database.url)).resolves.toMatchObject({ doubts: [] })
    await database.empty()
    await restore('d', database.url)
    expect(await contentOf(database.url)).toEqual(content)

    const other = await openStore(database.url, { now, log })
    await other.transaction((tx) => other.alerts.save([sampleAlert(901)], tx))
    await other.close()
    await expect(restore('e', database.url)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('is not empty'),
    })
    expect(readdirSync(folder).sort()).toEqual(['a', 'archive', 'b', 'c', 'd'])
  })

  it('changes nothing in a database of another version', async () => {
    await database.empty()
    await (await openStore(database.url, { now, log })).close()
    const store = await openStore(database.url, { now, log })
    await sql`delete from kysely_migration where name = '0001-schema'`.execute(store.connections.write)
    await store.close()
    const backup = makeBackup({ ...on('a', database.url), force: true, version: '0.1.0' })
    await expect(backup).rejects.toMatchObject({ code: 'STATE_VERSION' })
  })
})
