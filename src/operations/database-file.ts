import { access, constants, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import { checkSqliteFile, isSqliteFileInUse } from '../store/dialects/sqlite-file.ts'
import { openStore } from '../store/open-store.ts'

interface Surroundings {
  readonly now: () => number
  readonly log: Log
}

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
  return (await exists(file)) ? checkSqliteFile(file) : undefined
}

/** Writes a consistent copy of the database, while a server runs or not. Returns its size in bytes. */
export const backupDatabase = async (url: string, target: string, surroundings: Surroundings): Promise<number> => {
  const file = databaseFile(url)
  if (!(await exists(file))) throw new AppError('INVALID_REQUEST', `There is no database at ${file}.`)
  if (await exists(target)) {
    throw new AppError('CONFLICT', `${target} exists already.`, {
      hint: 'Take another name, or --force to replace it.',
    })
  }
  await requireFolder(dirname(resolve(target)))
  const store = await openStore(url, surroundings)
  try {
    await store.backup(target)
  } finally {
    await store.close()
  }
  return (await stat(target)).size
}

/**
 * Puts a copy in the place of the database: looks through it first, refuses when a server has the database open and when the copy
 * is of a newer version. What was there is kept beside it; returns under which name.
 */
export const restoreDatabase = async (
  url: string,
  copy: string,
  { force, ...surroundings }: Surroundings & { readonly force: boolean },
): Promise<string | undefined> => {
  const file = databaseFile(url)
  if (!(await exists(copy))) throw new AppError('INVALID_REQUEST', `There is no file ${copy}.`)
  const faults = checkSqliteFile(copy)
  if (faults.length > 0) {
    throw new AppError('INVALID_REQUEST', `${copy} cannot be restored.`, {
      hint: 'Take a file that `vedette backup` wrote.',
      errors: faults.map((message) => ({ path: '', message })),
    })
  }
  const replaces = await exists(file)
  if (replaces) requireAlone(file)
  if (replaces && !force) {
    throw new AppError('CONFLICT', `There is a database at ${file} already.`, {
      hint: '--force puts the copy in its place and keeps the old one beside it.',
    })
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const part = `${file}.restoring`
  await removeWhole(part)
  await copyFile(copy, part)
  try {
    // opening it brings its tables up to date, or refuses a newer version
    await (await openStore(`sqlite:${part}`, surroundings)).close()
  } catch (error) {
    await removeWhole(part)
    throw error
  }
  const kept = replaces
    ? `${file}.before-${new Date(surroundings.now()).toISOString().replaceAll(/[:.]/g, '-')}`
    : undefined
  if (kept) await rename(file, kept)
  for (const ending of ['-wal', '-shm']) {
    await rm(file + ending, { force: true })
    await rm(part + ending, { force: true })
  }
  await rename(part, file)
  return kept
}

const requireAlone = (file: string): void => {
  let inUse = true
  try {
    inUse = isSqliteFileInUse(file)
  } catch (error) {
    throw new AppError('CONFLICT', `${file} cannot be opened: ${messageOf(error)}`, {
      hint: 'Move it away by hand, then restore.',
      cause: error,
    })
  }
  if (inUse) {
    throw new AppError('CONFLICT', `A server has ${file} open.`, {
      hint: 'Stop it first: nothing may write while a copy is put in place.',
    })
  }
}

const removeWhole = async (file: string): Promise<void> => {
  for (const ending of ['', '-wal', '-shm']) await rm(file + ending, { force: true })
}

const requireFolder = async (folder: string): Promise<void> => {
  try {
    await access(folder, constants.W_OK)
  } catch (error) {
    throw new AppError('INVALID_REQUEST', `${folder} is no folder that can be written to.`, { cause: error })
  }
}

const exists = async (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )
