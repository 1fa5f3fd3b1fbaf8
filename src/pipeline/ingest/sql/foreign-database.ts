import Database from 'better-sqlite3'
import type { Client } from 'pg'
import { AppError, messageOf } from '../../../errors.ts'
import { isObject } from '../../../lib/json/json-value.ts'

/** A row of a foreign database. */
export type ForeignRow = Readonly<Record<string, unknown>>

/** A read-only connection to a foreign database. */
export interface ForeignDatabase {
  /** Runs a query. Returns times as text, in UTC or without a zone. */
  query(sql: string): Promise<readonly ForeignRow[]>
  /** Quotes a text, or a column name, for this database. */
  quote(text: string): string
  quoteName(name: string): string
  close(): Promise<void>
}

interface OpenOptions {
  /** The timeout of a query, in ms. */
  readonly timeout: number
}

const connectMs = 5_000

/** Opens `postgres://`, `mysql://`, `mariadb://` or `sqlite:PATH`. Throws a retryable UNAVAILABLE that names the database without password. */
export const openForeignDatabase = async (url: string, options: OpenOptions): Promise<ForeignDatabase> => {
  const scheme = url.slice(0, url.indexOf(':'))
  const place = scheme === 'sqlite' ? url.slice('sqlite:'.length) : placeOf(url)
  const open = scheme === 'sqlite' ? openSqlite : scheme.startsWith('postgres') ? openPostgres : openMysql
  const database = await guarded(place, () => open(url, options))
  return { ...database, query: (sql) => guarded(place, () => database.query(sql)) }
}

const placeOf = (url: string): string => {
  const { host, pathname } = new URL(url)
  return `the database ${pathname.slice(1)} at ${host}`
}

const guarded = async <Result>(place: string, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work()
  } catch (error) {
    throw new AppError('UNAVAILABLE', `${place} cannot be read: ${messageOf(error)}.`, {
      hint: 'Check that it runs, that url, user and password are correct, and that the user has read permission.',
      retryable: true,
      cause: error,
    })
  }
}

const openPostgres = async (url: string, { timeout }: OpenOptions): Promise<ForeignDatabase> => {
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectMs,
    query_timeout: timeout + connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'vedette',
    // Return all values as text, so that parsers interpret times.
    types: { getTypeParser: () => (text: string | Buffer) => String(text) },
  })
  let lost: Error | undefined
  client.on('error', (error) => {
    lost = error
  })
  await client.connect()
  try {
    await client.query(
      `set session characteristics as transaction read only; set statement_timeout = ${timeout}; set timezone = 'UTC'; set datestyle = 'ISO'`,
    )
  } catch (error) {
    closeQuietly(client)
    throw error
  }
  return {
    async query(sql) {
      if (lost) throw lost
      const { rows } = await client.query<ForeignRow>(sql)
      return rows
    },
    quote: pg.escapeLiteral,
    quoteName: pg.escapeIdentifier,
    close: async () => closeQuietly(client),
  }
}

/** Closes a connection without waiting, because a dead one never answers. */
const closeQuietly = (client: Client): void => void client.end().catch(() => undefined)

const openMysql = async (url: string, { timeout }: OpenOptions): Promise<ForeignDatabase> => {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({
    uri: url.replace(/^mariadb:/, 'mysql:'),
    connectTimeout: connectMs,
    enableKeepAlive: true,
    dateStrings: true,
    supportBigNumbers: true,
    timezone: 'Z',
  })
  // Without a listener, a lost connection would end the program. The next query reports it.
  connection.on('error', () => {})
  const set = (sql: string) => connection.query({ sql: `set session ${sql}`, timeout: connectMs })
  const limit = async () => {
    await set("time_zone = '+00:00'")
    await set('transaction read only')
    // MariaDB and MySQL have different names and units for this limit.
    await set(`max_statement_time = ${timeout / 1000}`).catch(() => set(`max_execution_time = ${timeout}`))
  }
  try {
    await limit()
  } catch (error) {
    connection.destroy()
    throw error
  }
  return {
    async query(sql) {
      const [rows] = await connection.query({ sql, timeout: timeout + connectMs })
      const found: readonly unknown[] = Array.isArray(rows) ? rows : []
      return found.filter(isObject)
    },
    quote: (text) => connection.escape(text),
    quoteName: (name) => connection.escapeId(name),
    async close() {
      connection.destroy()
    },
  }
}

const openSqlite = async (url: string, { timeout }: OpenOptions): Promise<ForeignDatabase> => {
  const database = new Database(url.slice('sqlite:'.length), { readonly: true, fileMustExist: true, timeout })
  return {
    async query(sql) {
      return database.prepare(sql).all().filter(isObject)
    },
    quote: (text) => `'${text.replaceAll("'", "''")}'`,
    quoteName: (name) => `"${name.replaceAll('"', '""')}"`,
    async close() {
      database.close()
    },
  }
}
