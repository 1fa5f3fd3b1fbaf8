import Database from 'better-sqlite3'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'

const faultRows = z.array(z.record(z.string(), z.unknown()))
const names = z.array(z.string())
const number = z.number()

/** Describes a database, to compare a copy with it. */
export interface DatabaseFacts {
  /** The migrations it has run, in order. */
  readonly migrations: string[]
  /** The rows of each table. */
  readonly tables: Record<string, number>
  /** Stored events, which lie in blocks. */
  readonly events: number
}

/**
 * Checks a database file without writing; returns its faults. `thorough` also compares each index with its table, which takes several times
 * as long.
 */
export const checkSqliteFile = (path: string, { thorough = false } = {}): readonly string[] => {
  try {
    return reading(path, (database) => {
      const rows = faultRows.parse(database.pragma(thorough ? 'integrity_check(5)' : 'quick_check(5)'))
      const faults = rows.map((row) => String(Object.values(row)[0])).filter((text) => text !== 'ok')
      const tables = database
        .prepare("select count(*) from sqlite_master where name = 'kysely_migration'")
        .pluck()
        .get()
      return tables === 0 ? [...faults, 'It is a database, but not one of ours.'] : faults
    })
  } catch (error) {
    return [messageOf(error)]
  }
}

/** Counts the contents of a database file. */
export const readSqliteFacts = (path: string): DatabaseFacts =>
  reading(path, (database) => {
    const list = (query: string) => names.parse(database.prepare(query).pluck().all())
    const count = (query: string) => number.parse(database.prepare(query).pluck().get())
    const tables = list(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name",
    )
    return {
      migrations: list('select name from kysely_migration order by name'),
      tables: Object.fromEntries(tables.map((name) => [name, count(`select count(*) from "${name}"`)])),
      events: count('select coalesce(sum(count), 0) from event_blocks'),
    }
  })

const reading = <Result>(path: string, work: (database: Database.Database) => Result): Result => {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 2_000 })
  try {
    return work(database)
  } finally {
    database.close()
  }
}

/** Whether another process has the file open. Even an idle connection prevents an exclusive lock. */
export const isSqliteFileInUse = (path: string): boolean => {
  const database = new Database(path, { fileMustExist: true, timeout: 200 })
  try {
    database.pragma('locking_mode = EXCLUSIVE')
    database.exec('begin exclusive; rollback')
    return false
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code.startsWith('SQLITE_BUSY')) return true
    // A server cannot work with a damaged file, and people restore over damaged files.
    if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return false
    throw error
  } finally {
    database.close()
  }
}
