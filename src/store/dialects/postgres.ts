import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
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
  type QueryResult,
  sql,
} from 'kysely'
import { messageOf } from '../../errors.ts'
import { settleTlsMode } from '../../lib/postgres-url/postgres-url.ts'
import type { Tables } from '../database.ts'
import type { DatabaseRow, Dialect } from './dialect.ts'
import { isSessionLost, isUnreachable, translatePostgresError } from './postgres-error.ts'
import { createLink, type Link } from './postgres-link.ts'
import { postgresRelations, renameInPostgres } from './postgres-relations.ts'

const abilities = { lockRows: true, shared: true } as const
const types = { blob: 'bytea', key: 'bigint' } as const
const bigint = 20
const connectMs = 4_000
/** How long a failed attempt to connect speaks for the next ones, in ms. */
const restMs = 500
/** How long to wait before a read whose session was lost is repeated, in ms: the other sessions may have been ended with it. */
const repeatAfterMs = [100, 400]
/**
 * Makes the server close a session and free its locks soon after the client vanishes (the default is two hours) or stops in the middle of a
 * transaction: a paused process still acknowledges every packet.
 */
const noticeLostClients =
  'set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3; set tcp_user_timeout = 10000; ' +
  'set idle_in_transaction_session_timeout = 10000'

/** Whether the server runs for long enough that every process has connected again: its start ends all sessions. */
const hasRun = sql<boolean>`pg_postmaster_start_time() < clock_timestamp() - interval '6 seconds'`

/** Stores all data in a PostgreSQL server, which several processes may share: `postgres://user:password@host/database`. */
export const postgres: Dialect = {
  schemes: ['postgres', 'postgresql'],
  async open(given, { log }) {
    const { default: pg } = await import('pg')
    const probe = async (url: string): Promise<void> => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectMs })
      client.on('error', ignore)
      // A server that refuses us has answered.
      await client.connect().catch((error: unknown) => {
        if (!(error instanceof pg.DatabaseError)) throw error
      })
      client.end().catch(ignore)
    }
    const url = await settleTlsMode(given, probe)
    const link = createLink({ probe: () => probe(url), log })
    const session = nameSession()
    const pool = new pg.Pool({
      connectionString: url,
      application_name: session,
      max: 10,
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      stream: link.socket,
      onConnect: (client) => client.query(noticeLostClients).catch(ignore),
      types: {
        getTypeParser: (oid: number, format?: 'text' | 'binary') =>
          // Our numbers are times and counts, far below 2⁵³.
          oid === bigint ? Number : pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
      },
    })
    pool.on('error', ignore)
    pool.on('connect', (client) => {
      // The pool listens only to idle connections: the loss of one in use would end the process.
      client.on('error', (error) => log.warn({ reason: messageOf(error) }, 'A connection to the database was lost.'))
    })
    const { host, pathname } = new URL(url)
    const place = `database ${pathname.slice(1)} at ${host}`
    const db = new Kysely<Tables>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () =>
          guardDriver(new PostgresDriver({ pool: async (): Promise<PostgresPool> => pool }), link, place),
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
      peers: {
        session,
        moment: sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`,
        oldestWrite: sql<
          number | null
        >`(select floor(extract(epoch from min(xact_start)) * 1000)::bigint from pg_stat_activity
          where datname = current_database() and backend_xid is not null and application_name like ${`${sessionPrefix}%`})`,
        isGone: (name) =>
          sql<boolean>`not exists (select from pg_stat_activity where application_name = ${name}) and ${hasRun}`,
        transaction: sql<string>`pg_current_xact_id()::text`,
        hasEnded: (id) => sql<boolean>`pg_visible_in_snapshot(${id}::text::xid8, pg_current_snapshot())`,
      },
      verify: async () => void (await sql`select 1`.execute(db)),
      async space() {
        const { rows } = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`.execute(db)
        return { bytes: rows[0]?.bytes ?? 0, free: 0, shrinks: false }
      },
      // The server does this by itself (autovacuum).
      reclaim: async () => 0,
      async *rows(tx, table) {
        // The reader of a backup may be slow.
        await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx)
        await sql`declare copied no scroll cursor for select * from ${sql.table(table)}`.execute(tx)
        for (;;) {
          const { rows } = await sql<DatabaseRow>`fetch 100 from copied`.execute(tx)
          if (rows.length === 0) break
          yield rows
        }
        await sql`close copied`.execute(tx)
      },
      relations: postgresRelations,
      rename: renameInPostgres,
      close: () => db.destroy(),
    }
  },
}

const sessionPrefix = 'vedette '

/** Names the sessions of this process by its host and number: short and plain enough for `application_name`. */
const nameSession = (): string =>
  `${sessionPrefix}${hostname()
    .replace(/[^\w.-]/g, '')
    .slice(0, 32)}/${process.pid}/${randomBytes(4).toString('hex')}`

/** Converts errors, and rejects the one character that PostgreSQL cannot store in a text. */
const guardDriver = (driver: Driver, link: Link, place: string): Driver => {
  let refusal: { readonly error: unknown; readonly until: number } | undefined
  const guarded = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      throw translatePostgresError(error, place)
    }
  }
  type Execute = DatabaseConnection['executeQuery']
  const unguarded = new WeakMap<DatabaseConnection, Execute>()
  const inTransaction = new WeakSet<DatabaseConnection>()
  const executeOf = (connection: DatabaseConnection): Execute =>
    unguarded.get(connection) ?? connection.executeQuery.bind(connection)
  const readElsewhere: Execute = async (query, options) => {
    const connection = await driver.acquireConnection()
    try {
      return await executeOf(connection)(query, options)
    } finally {
      await driver.releaseConnection(connection)
    }
  }
  /** Repeats a read outside a transaction if the server ended its session: single sessions end while the server runs. */
  const readAgain = async <Row>(
    execute: Execute,
    ...[query, options]: Parameters<Execute>
  ): Promise<QueryResult<Row>> => {
    let attempt = execute
    for (const ms of repeatAfterMs) {
      try {
        return await attempt<Row>(query, options)
      } catch (error) {
        if (!isSessionLost(error)) throw error
        await pause(ms)
        attempt = readElsewhere
      }
    }
    return attempt<Row>(query, options)
  }
  return {
    init: (options) => driver.init(options),
    async acquireConnection(options) {
      // While the server is unreachable, callers get an error at once instead of one timeout after another.
      if (refusal && performance.now() < refusal.until) throw refusal.error
      const connection = await guarded(() => driver.acquireConnection(options)).catch((error: unknown) => {
        if (isUnreachable(error)) refusal = { error, until: performance.now() + restMs }
        throw error
      })
      refusal = undefined
      if (!unguarded.has(connection)) {
        const execute = executeOf(connection)
        unguarded.set(connection, execute)
        connection.executeQuery = (query, executing) => {
          const repeats = query.query.kind === 'SelectQueryNode' && !inTransaction.has(connection)
          return guarded(() =>
            link.watch(() =>
              repeats ? readAgain(execute, withoutNul(query), executing) : execute(withoutNul(query), executing),
            ),
          )
        }
      }
      return connection
    },
    beginTransaction(connection, settings) {
      inTransaction.add(connection)
      return driver.beginTransaction(connection, settings)
    },
    commitTransaction: (connection) => driver.commitTransaction(connection),
    // A rollback fails only with its connection: the driver then discards the connection, and the server rolls back by itself.
    rollbackTransaction: (connection) => driver.rollbackTransaction(connection).catch(ignore),
    releaseConnection(connection, options) {
      inTransaction.delete(connection)
      return driver.releaseConnection(connection, options)
    },
    destroy: (options) => driver.destroy(options),
  }
}

const ignore = (): void => {}

const withoutNul = (query: CompiledQuery): CompiledQuery =>
  query.parameters.some((value) => typeof value === 'string' && value.includes('\0'))
    ? {
        ...query,
        parameters: query.parameters.map((value) =>
          typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value,
        ),
      }
    : query
