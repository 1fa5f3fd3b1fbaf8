import type Database from 'better-sqlite3'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { translateSqliteError } from './sqlite-error.ts'

/** The size of the cache of prepared statements. Bounded, because lists of different lengths make different statements. */
const mostStatements = 200

interface SqliteGuard {
  /** Runs before each operation that is durable when it returns, and throws to prevent it. */
  readonly beforeWrite: () => void
  readonly failed: (error: unknown) => void
}

/**
 * Wraps SQLite for the query builder: caches prepared statements, converts errors, and lets transactions take the write lock when they
 * begin, because one that reads first and writes later would fail if another process wrote in between.
 */
export const guardSqlite = (
  database: Database.Database,
  place: string,
  { beforeWrite, failed }: SqliteGuard,
): SqliteDatabase => {
  const statements = new Map<string, SqliteStatement>()
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      failed(error)
      throw translateSqliteError(error, place)
    }
  }

  const prepare = (sql: string): SqliteStatement => {
    const statement = guarded(() => database.prepare<unknown[]>(sql))
    // Within a transaction nothing is promised before its commit.
    const commits = () => sql === 'commit' || (!statement.readonly && !database.inTransaction)
    const writing = <Result>(work: () => Result): Result => {
      if (commits()) beforeWrite()
      return guarded(work)
    }
    return {
      reader: statement.reader,
      all: (parameters) => writing(() => statement.all(...parameters)),
      run: (parameters) => writing(() => statement.run(...parameters)),
      iterate: (parameters) => guarded(() => statement.iterate(...parameters)),
    }
  }

  /** SQLite itself rolls back when the disk is full; a second time would be an error that hides the first. */
  const rollback: SqliteStatement = {
    reader: false,
    all: () => [],
    run: () => (database.inTransaction ? prepare('rollback').run([]) : { changes: 0, lastInsertRowid: 0 }),
    iterate: () => [][Symbol.iterator](),
  }

  return {
    prepare(sql) {
      if (sql === 'rollback') return rollback
      const known = statements.get(sql)
      if (known) return known
      const statement = prepare(sql === 'begin' ? 'begin immediate' : sql)
      const oldest = statements.size >= mostStatements ? statements.keys().next().value : undefined
      if (oldest !== undefined) statements.delete(oldest)
      statements.set(sql, statement)
      return statement
    },
    close: () => database.close(),
  }
}
