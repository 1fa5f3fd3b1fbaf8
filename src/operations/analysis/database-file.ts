import { resolve } from 'node:path'
import { AppError, messageOf } from '../../errors.ts'
import { checkSqliteFile, isSqliteFileInUse } from '../../store/dialects/sqlite-file.ts'
import { isThere } from '../storage/put-in-place.ts'

/** Returns the file of a `sqlite:` URL. Database servers have their own backup tools. */
export const databaseFile = (url: string): string => {
  if (url.startsWith('sqlite:') && url !== 'sqlite::memory:') return resolve(url.slice('sqlite:'.length))
  throw new AppError('INVALID_REQUEST', 'The database is not a file.', {
    hint: 'Use the database server’s tools: pg_dump and pg_restore.',
  })
}

/** Inspects the database file; undefined if it does not exist yet. */
export const checkDatabase = async (url: string): Promise<readonly string[] | undefined> => {
  const file = databaseFile(url)
  return (await isThere(file)) ? checkSqliteFile(file) : undefined
}

/**
 * Throws CONFLICT if another program has the SQLite file of a URL open, such as a backup. Cannot detect this for
 * database servers.
 */
export const requireNotOpen = async (url: string): Promise<void> => {
  if (!url.startsWith('sqlite:')) return
  const file = databaseFile(url)
  if (await isThere(file)) requireAlone(file)
}

const requireAlone = (file: string): void => {
  try {
    if (!isSqliteFileInUse(file)) return
  } catch (error) {
    throw new AppError('CONFLICT', `Cannot open ${file}: ${messageOf(error)}`, {
      hint: 'Check its owner and permissions. Before a restore you can also move the file away.',
      cause: error,
    })
  }
  throw new AppError('CONFLICT', `Another program has ${file} open.`, {
    hint: 'Stop that program, or wait until its backup ends, then try again.',
  })
}
