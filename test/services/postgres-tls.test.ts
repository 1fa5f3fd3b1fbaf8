import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openForeignDatabase } from '../../src/pipeline/ingest/sql/foreign-database.ts'
import { makeCertificate } from '../../src/pipeline/notify/certificate.fake.ts'
import { openStore } from '../../src/store/open-store.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { createPostgresCluster, type PostgresCluster, postgresPrograms } from './postgres-cluster.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

describe('TLS to PostgreSQL', needs(postgresPrograms()), () => {
  let cluster: PostgresCluster
  beforeAll(async () => {
    cluster = await createPostgresCluster()
  })
  afterAll(() => cluster?.remove())

  /** Says whether the storage and a source, each with this mode, are encrypted. */
  const isEncrypted = async (mode: string): Promise<readonly boolean[]> => {
    const url = `${cluster.url()}?sslmode=${mode}`
    const store = await openStore(url, { now: Date.now, log })
    const foreign = await openForeignDatabase(url, { timeout: 5_000 })
    try {
      const used = await cluster.ask(
        `select bool_and(ssl) as ssl from pg_stat_ssl join pg_stat_activity using (pid) where usename = 'vedette'
         group by application_name = 'vedette' order by application_name = 'vedette'`,
      )
      return used.map((row) => (row as { ssl: boolean }).ssl)
    } finally {
      await foreign.close()
      await store.close()
    }
  }

  it('is used where the server has a certificate of its own making, and left out where it has none and the URL allows that', async () => {
    expect(await isEncrypted('prefer')).toEqual([false, false])
    await expect(isEncrypted('require')).rejects.toThrow('does not support SSL')

    const certificate = makeCertificate()
    const folder = mkdtempSync(join(tmpdir(), 'vedette-tls-'))
    try {
      await cluster.encrypt(certificate)
      await until(async () => (await isEncrypted('prefer')).every(Boolean), 'TLS')
      expect(await isEncrypted('require')).toEqual([true, true])
      await expect(isEncrypted('verify-full')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        hint: expect.stringContaining('sslmode=require'),
      })
      const authority = join(folder, 'ca.crt')
      writeFileSync(authority, certificate.cert)
      expect(await isEncrypted(`verify-ca&sslrootcert=${authority}`)).toEqual([true, true])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
