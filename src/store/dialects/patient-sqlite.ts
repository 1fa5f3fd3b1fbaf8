import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely'
import { AppError } from '../../errors.ts'

/** How long a statement waits for another thread or process that is writing, in ms. */
const longestWait = 5_000
/** The first pause between two attempts, in ms; it doubles up to the last one. */
const firstPause = 1
const lastPause = 16

/**
 * Waits for the write lock without blocking the thread. SQLite's own busy timeout sleeps inside the call and would block the whole thread
 * while a worker commits. Requires connections with a busy timeout of 0.
 */
export class PatientSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): Driver {
    return new PatientSqliteDriver(this.#config)
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter()
  }
}

/** Lets Kysely run the migrations in one transaction: SQLite can roll back schema changes. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class PatientSqliteDriver extends SqliteDriver {
  #patient: DatabaseConnection | undefined

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#patient ??= toPatient(await super.acquireConnection())
    return this.#patient
  }
}

const toPatient = (connection: DatabaseConnection): DatabaseConnection => ({
  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const until = performance.now() + longestWait
    for (let pause = firstPause; ; pause = Math.min(pause * 2, lastPause)) {
      try {
        return await connection.executeQuery<Row>(query)
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw error
        await sleep(pause)
      }
    }
  },
  streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
})

/** Whether another thread or process holds the write lock. */
export const isBusy = (error: unknown): boolean => {
  const cause = error instanceof AppError ? error.cause : error
  return cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_BUSY'
}
