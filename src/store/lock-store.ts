import { hostname } from 'node:os'
import { AppError } from '../errors.ts'
import { lockSqliteFile, type StoreHolder, type StoreLock, type StoreUser } from './dialects/sqlite-lock.ts'

/**
 * Locks a store for one process, because a server, a restore and a compaction must not work on one file together. Databases that several
 * servers may share need no lock. Throws an error that names the holder: CONFIG_INVALID to a server, CONFLICT to a command.
 */
export const lockStore = async (url: string, user: StoreUser): Promise<StoreLock> => {
  const file = sqliteFileOf(url)
  if (file === undefined) return { announce: async () => {}, release: async () => {} }
  const lock = await lockSqliteFile(file, { user, pid: process.pid, host: hostname(), since: Date.now() })
  if ('release' in lock) return lock
  const { heldBy } = lock
  throw new AppError(
    user === 'server' ? 'CONFIG_INVALID' : 'CONFLICT',
    `${nameOf(heldBy, user)} uses ${file}: ${describe(heldBy)}.`,
    { hint: hintFor(heldBy, user) },
  )
}

/** Does something while no other process may use a store. */
export const withStoreLock = async <Result>(
  url: string,
  user: StoreUser,
  work: () => Promise<Result>,
): Promise<Result> => {
  const lock = await lockStore(url, user)
  try {
    return await work()
  } finally {
    await lock.release()
  }
}

const sqliteFileOf = (url: string): string | undefined => {
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : ':memory:'
  return path === ':memory:' ? undefined : path
}

const nameOf = (holder: StoreHolder | undefined, user: StoreUser): string => {
  if (!holder) return 'Another process'
  if (holder.user === 'server') return user === 'server' ? 'Another server' : 'A server'
  return { restore: 'A restore', compact: 'A compaction', adoption: 'An adoption' }[holder.user]
}

const hintFor = (holder: StoreHolder | undefined, user: StoreUser): string => {
  if (holder?.user !== 'server') return 'Wait until it ends, then try again.'
  return user === 'server'
    ? 'Stop it, or give this one a folder of its own: --data-dir FOLDER. Commands reach a running server with --url ADDRESS.'
    : 'Stop the server, then try again.'
}

const describe = (holder: StoreHolder | undefined): string =>
  holder
    ? `process ${holder.pid} on ${holder.host}, started ${new Date(holder.since).toISOString()}` +
      (holder.address === undefined ? '' : `, at ${holder.address}`)
    : 'it has only just started'
