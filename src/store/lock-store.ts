import { AppError } from '../errors.ts'
import { lockSqliteFile, type StoreHolder, type StoreLock } from './dialects/sqlite-lock.ts'

/** Takes a store for one server. Databases that several servers may share need no lock. Throws CONFIG_INVALID that names the holder. */
export const lockStore = async (url: string, holder: StoreHolder): Promise<StoreLock> => {
  const file = sqliteFileOf(url)
  if (file === undefined) return { announce: async () => {}, release: async () => {} }
  const lock = await lockSqliteFile(file, holder)
  if ('release' in lock) return lock
  throw new AppError('CONFIG_INVALID', `Another server uses ${file}: ${describe(lock.heldBy)}.`, {
    hint: 'Stop it, or give this one a folder of its own: --data-dir FOLDER. Commands reach a running server with --url ADDRESS.',
  })
}

const sqliteFileOf = (url: string): string | undefined => {
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : ':memory:'
  return path === ':memory:' ? undefined : path
}

const describe = (holder: StoreHolder | undefined): string =>
  holder
    ? `process ${holder.pid} on ${holder.host}, started ${new Date(holder.since).toISOString()}` +
      (holder.address === undefined ? '' : `, at ${holder.address}`)
    : 'it has only just started'
