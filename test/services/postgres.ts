import pg from 'pg'
import type { Need } from '../needs.ts'

const server = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

/** A separate database for this run on a real server. */
export interface PostgresDatabase {
  readonly url: string
  create(): Promise<void>
  /** Removes all its contents. */
  empty(): Promise<void>
  drop(): Promise<void>
}

/** The server for PostgreSQL tests. */
export const findPostgres = async (): Promise<Need> => {
  try {
    await ask('select 1')
    return { missing: undefined }
  } catch (error) {
    return {
      missing: `PostgreSQL does not answer at ${new URL(server).host}: ${error}. Start one, or set POSTGRES_URL`,
    }
  }
}

/** Names a separate database for the test file; `create` creates it. */
export const postgresDatabase = (): PostgresDatabase => {
  const name = `vedette_test_${process.pid}`
  const url = new URL(server)
  url.pathname = `/${name}`
  const drop = () => ask(`drop database if exists ${name} with (force)`)
  return {
    url: url.href,
    async create() {
      await drop()
      await ask(`create database ${name}`)
    },
    empty: () => ask('drop schema public cascade; create schema public', url.href),
    drop,
  }
}

const ask = async (sql: string, url = server): Promise<void> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 20_000 })
  // A server that closes the connection during cleanup does not fail the test.
  client.on('error', () => {})
  await client.connect()
  await client.query(sql)
  await client.end()
}
