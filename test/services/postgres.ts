import pg from 'pg'

const server = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

/** A database of this run's own on a real server. */
export interface PostgresDatabase {
  readonly url: string
  /** Takes everything out of it. */
  empty(): Promise<void>
  drop(): Promise<void>
}

/** Why the tests on PostgreSQL do not run here; undefined when they do. */
export const postgresMissing = async (): Promise<string | undefined> => {
  const stores = process.env.STORES
  if (stores !== undefined && !stores.split(',').includes('postgres')) return 'STORES leaves postgres out'
  try {
    await ask('select 1')
    return undefined
  } catch (error) {
    if (stores !== undefined) throw error
    return `no PostgreSQL answers at ${new URL(server).host}; set POSTGRES_URL`
  }
}

/** Makes an empty database. */
export const createPostgresDatabase = async (): Promise<PostgresDatabase> => {
  const name = `vedette_test_${process.pid}`
  await ask(`drop database if exists ${name} with (force)`)
  await ask(`create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    empty: () => ask('drop schema public cascade; create schema public', url.href),
    drop: () => ask(`drop database ${name} with (force)`),
  }
}

const ask = async (sql: string, url = server): Promise<void> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 20_000 })
  // A server that closes the connection while we leave is no failure of a test.
  client.on('error', () => {})
  await client.connect()
  await client.query(sql)
  await client.end()
}
