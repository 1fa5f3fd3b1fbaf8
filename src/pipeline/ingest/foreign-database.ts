import Database from 'better-sqlite3'
import type { Client } from 'pg'
import { AppError, messageOf } from '../../errors.ts'

/** A row as a database of somebody else gives it. */
export type ForeignRow = Readonly<Record<string, unknown>>

/** A connection to somebody else's database, on which nothing can be written. */
export interface ForeignDatabase {
  /** Times come as text in UTC, or as the zoneless text that they are. */
  ask(sql: string): Promise<readonly ForeignRow[]>
  /** Writes a text, or the name of a column, as this database wants it in a question. */
  quote(text: string): string
  quoteName(name: string): string
  close(): Promise<void>
}

interface OpenOptions {
  /** How long one question may take, in ms. */
  readonly timeout: number
}

const connectMs = 5_000

/** Opens `postgres://`, `mysql://`, `mariadb://` or `sqlite:PATH`. Throws UNAVAILABLE, retryable, naming the place but no password. */
export const openForeignDatabase = async (url: string, options: OpenOptions): Promise<ForeignDatabase> => {
  const scheme = url.slice(0, url.indexOf(':'))
  const place = scheme === 'sqlite' ? url.slice('sqlite:'.length) : placeOf(url)
  const open = scheme === 'sqlite' ? openSqlite : scheme.startsWith('postgres') ? openPostgres : openMysql
  const database = await guarded(place, () => open(url, options))
  return { ...database, ask: (sql) => guarded(place, () => database.ask(sql)) }
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
      hint: 'Check that it runs, that url, user and password are right, and that this user may read the tables.',
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
    // Everything as the text that it is: what a time means is for the parsers to say.
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
    leave(client)
    throw error
  }
  return {
    async ask(sql) {
      if (lost) throw lost
      const { rows } = await client.query<ForeignRow>(sql)
      return rows
    },
    quote: pg.escapeLiteral,
    quoteName: pg.escapeIdentifier,
    close: async () => leave(client),
  }
}

/** Says goodbye without waiting: on a dead line there is no answer. */
const leave = (client: Client): void => void client.end().catch(() => undefined)

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
  // Without a listener a lost connection would end the program; the next question tells of it.
  connection.on('error', () => {})
  const set = (sql: string) => connection.query({ sql: `set session ${sql}`, timeout: connectMs })
  const limit = async () => {
    await set("time_zone = '+00:00'")
    await set('transaction read only')
    // MariaDB and MySQL call it differently, and count in seconds and in milliseconds.
    await set(`max_statement_time = ${timeout / 1000}`).catch(() => set(`max_execution_time = ${timeout}`))
  }
  try {
    await limit()
  } catch (error) {
    connection.destroy()
    throw error
  }
  return {
    async ask(sql) {
      const [rows] = await connection.query({ sql, timeout: timeout + connectMs })
      const found: readonly unknown[] = Array.isArray(rows) ? rows : []
      return found.filter(isRow)
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
    async ask(sql) {
      return database.prepare(sql).all().filter(isRow)
    },
    quote: (text) => `'${text.replaceAll("'", "''")}'`,
    quoteName: (name) => `"${name.replaceAll('"', '""')}"`,
    async close() {
      database.close()
    },
  }
}

const isRow = (value: unknown): value is ForeignRow =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
