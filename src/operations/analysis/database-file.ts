import { resolve } from 'node:path'
import { AppError, messageOf } from '../../errors.ts'
import { checkSqliteFile, isSqliteFileInUse } from '../../store/dialects/sqlite-file.ts'
import { isThere } from '../storage/put-in-place.ts'

/** Finds the file behind a `sqlite:` URL; what is kept on a database server is that server's to copy. */
export const databaseFile = (url: string): string => {
  if (url.startsWith('sqlite:') && url !== 'sqlite::memory:') return resolve(url.slice('sqlite:'.length))
  throw new AppError('INVALID_REQUEST', 'The database is not a file.', {
    hint: 'Use the tools of its server: pg_dump and pg_restore.',
  })
}

/** Looks through the database file; undefined when there is none yet. */
export const checkDatabase = async (url: string): Promise<readonly string[] | undefined> => {
  const file = databaseFile(url)
  return (await isThere(file)) ? checkSqliteFile(file) : undefined
}

/** Throws CONFLICT when a server has the database of a URL open. On a database server that cannot be seen. */
export const requireNoServer = async (url: string): Promise<void> => {
  if (!url.startsWith('sqlite:')) return
  const file = databaseFile(url)
  if (await isThere(file)) requireAlone(file)
}

const requireAlone = (file: string): void => {
  try {
    if (!isSqliteFileInUse(file)) return
  } catch (error) {
    throw new AppError('CONFLICT', `${file} cannot be opened: ${messageOf(error)}`, {
      hint: 'Move it away by hand, then restore.',
      cause: error,
    })
  }
  throw new AppError('CONFLICT', `A server has ${file} open.`, {
    hint: 'Stop it first: nothing may write while a backup is restored.',
  })
}
