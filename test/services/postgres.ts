import pg from 'pg'
import type { Need } from '../needs.ts'

const server = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

/** A separate database for this run on a real server. */
export interface PostgresDatabase {
  readonly url: string
  create(): Promise<void>
  /** Removes all rows. The tables stay, because migrating takes most of a second. */
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
    empty: () => ask(emptyTables, url.href),
    drop,
  }
}

/** Deletes, as truncating rewrites the files of every table and index. Keeps the record of the migrations. */
const emptyTables = `do $$ declare one text; begin
  for one in select tablename::text from pg_tables where schemaname = 'public' and tablename not like 'kysely%' loop
    execute format('delete from %I', one);
  end loop;
  for one in select sequencename from pg_sequences where schemaname = 'public' loop
    execute format('alter sequence %I restart', one);
  end loop;
end $$`

const ask = async (sql: string, url = server): Promise<void> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 20_000 })
  // A server that closes the connection during cleanup does not fail the test.
  client.on('error', () => {})
  await client.connect()
  await client.query(sql)
  await client.end()
}
