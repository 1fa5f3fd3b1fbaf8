import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { describeAdoption } from '../../src/app/adoption.conformance.ts'
import { AppError } from '../../src/errors.ts'
import { openFormerDatabase } from '../../src/operations/adoption/former-database.ts'
import { formerStatements } from '../../src/operations/adoption/former-tables.fake.ts'
import { type Need, needs } from '../needs.ts'
import { findPostgres } from './postgres.ts'

const postgres = new URL(process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres')
const mariadb = new URL(process.env.MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test')
const scratch = mkdtempSync(join(tmpdir(), 'vedette-adoption-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

let made = 0
const nextName = (): string => `vedette_adopt_${process.pid}_${++made}`
const inServer = (server: URL, database: string): string =>
  Object.assign(new URL(server), { pathname: `/${database}` }).href

const askPostgres = async (url: string, statements: readonly string[]) => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}
const askMariadb = async (url: string, statements: readonly string[]) => {
  const connection = await createConnection(url.replace(/^mariadb:/, 'mysql:'))
  for (const statement of statements) await connection.query(statement)
  await connection.end()
}

const findMariadb = async (): Promise<Need> => {
  try {
    await askMariadb(mariadb.href, ['select 1'])
    return { missing: undefined }
  } catch (error) {
    return { missing: `MariaDB does not answer at ${mariadb.host}: ${error}. Start one, or set MARIADB_URL` }
  }
}

const inPostgres: string[] = []
const inMariadb: string[] = []
const createIn = async (names: string[], ask: typeof askPostgres, server: URL): Promise<string> => {
  const name = nextName()
  names.push(name)
  await ask(server.href, [`create database ${name}`])
  return inServer(server, name)
}
const postgresDatabase = () => createIn(inPostgres, askPostgres, postgres)
const file = async () => `sqlite:${join(scratch, `${nextName()}.db`)}`

describe('adoption of PostgreSQL databases', needs(await findPostgres()), () => {
  afterAll(() =>
    askPostgres(
      postgres.href,
      inPostgres.map((name) => `drop database if exists ${name} with (force)`),
    ),
  )
  const source: Parameters<typeof describeAdoption>[1]['source'] = async (tables) => {
    const url = await postgresDatabase()
    await askPostgres(url, ['begin', ...formerStatements(tables, 'postgres'), 'commit'])
    return url
  }
  describeAdoption('of PostgreSQL into PostgreSQL', { source, target: postgresDatabase })
  describeAdoption('of PostgreSQL into SQLite', { source, target: file })
  let last = ''
  describeAdoption('of PostgreSQL into the same database', {
    async source(tables) {
      last = await source(tables)
      return last
    },
    target: async () => last,
  })

  it('names the schema of tables that are not in the default one, and reads it if the URL does', async () => {
    const url = await postgresDatabase()
    await askPostgres(url, ['create schema "Triage 1"', 'create table "Triage 1".alerts (alert_id text)'])
    const error = await openFormerDatabase(url).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', message: expect.stringContaining('"Triage 1"') })
    const { option } =
      /`(?<option>options=\S+)`/.exec(error instanceof AppError ? (error.hint ?? '') : '')?.groups ?? {}
    const database = await openFormerDatabase(`${url}?${option}`)
    expect(await database.table('alerts', 'alert_id')?.count()).toBe(0)
    await database.close()
  })

  it('reads a database that does not know its encoding', async () => {
    const name = nextName()
    inPostgres.push(name)
    await askPostgres(postgres.href, [
      `create database ${name} template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'`,
    ])
    const url = inServer(postgres, name)
    await askPostgres(url, [
      'create table alerts (alert_id text, title text)',
      "set client_encoding = 'SQL_ASCII'",
      "insert into alerts select 'a' || i, E'caf\\xe9' from generate_series(1, 600) i",
    ])
    const database = await openFormerDatabase(url)
    const titles: unknown[] = []
    for await (const rows of database.table('alerts', 'alert_id')?.pages('alert_id') ?? []) {
      titles.push(...rows.map((row) => row.text('title')))
    }
    expect(titles).toHaveLength(600)
    expect(titles[0]).toMatch(/^caf/)
    await database.close()
  })
})

describe('adoption of MariaDB databases', needs(await findMariadb()), () => {
  afterAll(() =>
    askMariadb(
      mariadb.href,
      inMariadb.map((name) => `drop database if exists ${name}`),
    ),
  )
  describeAdoption('of MariaDB into SQLite', {
    async source(tables) {
      const url = await createIn(inMariadb, askMariadb, mariadb)
      await askMariadb(url, ['begin', ...formerStatements(tables, 'mysql'), 'commit'])
      return url.replace('mysql:', 'mysql+pymysql:')
    },
    target: file,
  })
})
