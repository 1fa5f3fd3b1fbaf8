import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { AppError } from '../../errors.ts'
import type { Space } from './dialect.ts'
import { translateSqliteError } from './sqlite-error.ts'
import { readSqliteSpace } from './sqlite-space.ts'

/** The bytes that must stay free on the disk in addition to the copy. */
const margin = 64 * 2 ** 20

/** Reads how large a database file is, writing nothing. */
export const spaceOfSqliteFile = (path: string): Space => {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 2_000 })
  try {
    return readSqliteSpace(database)
  } finally {
    database.close()
  }
}

/** Returns how many bytes compaction needs, and how many are free on the disk. */
export const roomToCompact = (path: string, { bytes, free }: Space) => {
  const { bavail, bsize } = statfsSync(dirname(path))
  return { needed: bytes - free + margin, available: bavail * bsize }
}

/**
 * Rewrites a database file without its free pages, and lets it return space to the disk automatically from then on. Requires exclusive
 * access. The copy replaces the file only when it is complete, so that a crash leaves the file unchanged.
 */
export const compactSqliteFile = (path: string): { readonly before: Space; readonly after: Space } => {
  const copy = `${path}.compact`
  try {
    const before = spaceOfSqliteFile(path)
    const { needed, available } = roomToCompact(path, before)
    if (available < needed) {
      throw new AppError('STORAGE_FULL', `${megabytes(available)} are free; compacting needs ${megabytes(needed)}.`, {
        hint: `Free space on the disk of ${dirname(path)}.`,
      })
    }
    rmSync(copy, { force: true })
    const database = new Database(path, { fileMustExist: true, timeout: 2_000 })
    try {
      // Blocks other processes until the copy has replaced the file.
      database.pragma('locking_mode = EXCLUSIVE')
      database.exec('begin exclusive; commit')
      // Leave no log behind that would be applied to the copy.
      database.pragma('journal_mode = DELETE')
      database.pragma('auto_vacuum = INCREMENTAL')
      writeFileSync(copy, '', { mode: 0o600 })
      database.prepare('vacuum into ?').run(copy)
      sync(copy)
      chmodSync(copy, 0o600)
      rmSync(`${path}-shm`, { force: true })
      renameSync(copy, path)
      sync(dirname(path))
    } finally {
      database.close()
    }
    return { before, after: spaceOfSqliteFile(path) }
  } catch (error) {
    rmSync(copy, { force: true })
    throw translateSqliteError(error, path)
  }
}

const sync = (path: string): void => {
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`
