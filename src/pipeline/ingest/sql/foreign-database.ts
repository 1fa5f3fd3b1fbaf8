import Database from 'better-sqlite3'
import type { Client } from 'pg'
import { AppError, messageOf } from '../../../errors.ts'
import { isObject } from '../../../lib/json/json-value.ts'
import { offersNoTls, settleTlsMode } from '../../../lib/postgres-url/postgres-url.ts'
import { databaseAt, plainDatabaseUrl } from './database-url.ts'

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

type Open = (url: string, options: OpenOptions) => Promise<ForeignDatabase>

/**
 * Opens `postgres://`, `mysql://`, `mariadb://` or `sqlite:PATH`. Throws a retryable UNAVAILABLE that names the database without password, and
 * INVALID_REQUEST for another URL.
 */
export const openForeignDatabase = async (given: string, options: OpenOptions): Promise<ForeignDatabase> => {
  const url = plainDatabaseUrl(given)
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase()
  const open = kinds.get(scheme)
  if (!open) {
    throw new AppError('INVALID_REQUEST', `Vedette cannot read databases of the kind "${scheme}".`, {
      hint: 'Name a database of PostgreSQL (postgres://…), MariaDB or MySQL (mysql://…), or a file of SQLite (sqlite:PATH).',
    })
  }
  const place = scheme === 'sqlite' ? url.slice('sqlite:'.length) : placeOf(url)
  const guarded = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      throw new AppError('UNAVAILABLE', `${place} cannot be read: ${messageOf(error)}.`, {
        hint: hintFor(scheme, error),
        retryable: true,
        cause: error,
      })
    }
  }
  const database = await guarded(() => open(url, options))
  return { ...database, query: (sql) => guarded(() => database.query(sql)) }
}

const placeOf = (url: string): string => {
  const { host, name } = databaseAt(url)
  return `the database ${name}${host === '' ? '' : ` at ${host}`}`
}

const hintFor = (scheme: string, error: unknown): string => {
  const reason = messageOf(error)
  if (scheme === 'sqlite') {
    if (/readonly/.test(reason)) {
      return 'Its journal is a write-ahead log, which readers need to write to. Copy the file, with its -wal file if there is one, to a folder of your own.'
    }
    if (/malformed|not a database/.test(reason)) {
      return 'The file is damaged. Save what can be read, `sqlite3 FILE .recover | sqlite3 NEW`, and use the new file.'
    }
    return 'Check that the file exists, and that you have read permission.'
  }
  if (offersNoTls(error)) return 'Turn on TLS at the server, or leave sslmode out of the URL.'
  if (/certificate/i.test(reason) && scheme.startsWith('postgres')) {
    return 'Name the certificate of its authority with sslmode=verify-full&sslrootcert=FILE in the URL, or encrypt without verifying with sslmode=require.'
  }
  return 'Check that it runs, that url, user and password are correct, and that the user has read permission.'
}

const openPostgres: Open = async (url, options) => {
  const open = (at: string) => openPostgresAt(at, options)
  return open(await settleTlsMode(url, async (at) => (await open(at)).close()))
}

const openPostgresAt = async (url: string, { timeout }: OpenOptions): Promise<ForeignDatabase> => {
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
      // Without this, a server that does not know the encoding of its texts refuses to send those that are no UTF-8.
      `select set_config('client_encoding', 'SQL_ASCII', false) where current_setting('server_encoding') = 'SQL_ASCII';
       set session characteristics as transaction read only; set statement_timeout = ${timeout}; set timezone = 'UTC'; set datestyle = 'ISO'`,
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

const kinds: ReadonlyMap<string, Open> = new Map([
  ['postgres', openPostgres],
  ['postgresql', openPostgres],
  ['mysql', openMysql],
  ['mariadb', openMysql],
  ['sqlite', openSqlite],
])
