import Database from 'better-sqlite3'
import { messageOf } from '../../errors.ts'

/** Looks through a database file, writing nothing; returns what is wrong with it. */
export const checkSqliteFile = (path: string): readonly string[] => {
  try {
    const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 2_000 })
    try {
      const rows: unknown[] = database.pragma('quick_check(5)', { simple: false }) as unknown[] // a pragma gives rows
      const faults = rows.map((row) => String(Object.values(row ?? {})[0])).filter((text) => text !== 'ok')
      const tables = database
        .prepare("select count(*) from sqlite_master where name = 'kysely_migration'")
        .pluck()
        .get()
      return tables === 0 ? [...faults, 'It is a database, but not one of ours.'] : faults
    } finally {
      database.close()
    }
  } catch (error) {
    return [messageOf(error)]
  }
}

/** Tells whether somebody else has the file open: an idle connection too keeps others from having it for themselves. */
export const isSqliteFileInUse = (path: string): boolean => {
  const database = new Database(path, { fileMustExist: true, timeout: 200 })
  try {
    database.pragma('locking_mode = EXCLUSIVE')
    database.exec('begin exclusive; rollback')
    return false
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) return true
    throw error
  } finally {
    database.close()
  }
}
