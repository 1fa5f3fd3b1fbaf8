import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  type PostgresPool,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import { messageOf } from '../../errors.ts'
import type { Tables } from '../database.ts'
import type { Dialect, Row } from './dialect.ts'
import { translatePostgresError } from './postgres-error.ts'

const abilities = { maxVariables: 65_535, lockRows: true, shared: true } as const
const types = { blob: 'bytea', key: 'bigint' } as const
const bigint = 20

/** Keeps everything in a PostgreSQL server, where several processes may work on it: `postgres://user:password@host/database`. */
export const postgres: Dialect = {
  schemes: ['postgres', 'postgresql'],
  async open(url, log) {
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({
      connectionString: url,
      max: 10,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      types: {
        getTypeParser: (oid: number, format?: 'text' | 'binary') =>
          // Our numbers are times and counts, far below 2⁵³.
          oid === bigint ? Number : pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
      },
    })
    pool.on('error', (error) =>
      log.warn({ reason: messageOf(error) }, 'A resting connection to the database was lost.'),
    )
    const { host, pathname } = new URL(url)
    const place = `the database ${pathname.slice(1)} at ${host}`
    const db = new Kysely<Tables>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => guardDriver(new PostgresDriver({ pool: async (): Promise<PostgresPool> => pool }), place),
        createIntrospector: (kysely) => new PostgresIntrospector(kysely),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    })
    return {
      read: db,
      write: db,
      abilities,
      types,
      positionOf: 'strpos',
      async *rows(tx, table) {
        await sql`declare copied no scroll cursor for select * from ${sql.table(table)}`.execute(tx)
        for (;;) {
          const { rows } = await sql<Row>`fetch 100 from copied`.execute(tx)
          if (rows.length === 0) break
          yield rows
        }
        await sql`close copied`.execute(tx)
      },
      close: () => db.destroy(),
    }
  },
}

/** Says in our words what went wrong, and keeps out the one character that PostgreSQL cannot store in a text. */
const guardDriver = (driver: Driver, place: string): Driver => {
  const guarded = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      throw translatePostgresError(error, place)
    }
  }
  const known = new WeakSet<DatabaseConnection>()
  return {
    init: (options) => driver.init(options),
    async acquireConnection(options) {
      const connection = await guarded(() => driver.acquireConnection(options))
      if (!known.has(connection)) {
        known.add(connection)
        const execute = connection.executeQuery.bind(connection)
        connection.executeQuery = (query, executing) => guarded(() => execute(withoutNul(query), executing))
      }
      return connection
    },
    beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
    commitTransaction: (connection) => driver.commitTransaction(connection),
    rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
    releaseConnection: (connection, options) => driver.releaseConnection(connection, options),
    destroy: (options) => driver.destroy(options),
  }
}

const withoutNul = (query: CompiledQuery): CompiledQuery =>
  query.parameters.some((value) => typeof value === 'string' && value.includes('\0'))
    ? {
        ...query,
        parameters: query.parameters.map((value) =>
          typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value,
        ),
      }
    : query
