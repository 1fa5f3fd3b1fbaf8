import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { AppError } from '../../errors.ts'

/** Watches over the files of an open database. */
export interface SqliteWitness {
  /** Throws UNAVAILABLE if new data would be lost: the files were removed, replaced or overwritten. */
  verify(): void
  close(): void
}

const magic = Buffer.from('SQLite format 3\0')

/**
 * Remembers which files SQLite has open. SQLite keeps writing to a deleted file without an error, so a commit would answer 2xx for
 * records that nobody can ever read. Takes a few microseconds, little beside the sync of a commit.
 */
export const watchSqliteFile = (file: string): SqliteWitness => {
  // Stays open as long as the database: closing any descriptor of the file would drop the locks that SQLite holds in this process.
  const descriptor = openSync(file, 'r')
  const database = fstatSync(descriptor)
  const header = Buffer.alloc(magic.length)
  let journal: Stats | undefined

  return {
    verify() {
      const found = statSync(file, { throwIfNoEntry: false })
      if (!found) throw lost(`${file} was deleted`)
      if (!isSame(found, database)) throw lost(`${file} was replaced by another file`)
      if (readSync(descriptor, header, 0, header.length, 0) < header.length || !header.equals(magic))
        throw overwritten(file)
      const wal = statSync(`${file}-wal`, { throwIfNoEntry: false })
      // SQLite creates it with the first write and keeps it until the last connection closes.
      journal ??= wal
      if (journal && !wal) throw lost(`${file}-wal was deleted`)
      if (journal && wal && !isSame(journal, wal)) throw lost(`${file}-wal was replaced by another file`)
    },
    close: () => closeSync(descriptor),
  }
}

const isSame = (one: Stats, other: Stats): boolean => one.ino === other.ino && one.dev === other.dev

const lost = (what: string): AppError =>
  new AppError('UNAVAILABLE', `${what} while the server had it open.`, {
    hint: 'Put the data folder back, or stop the server and restore the last backup with `vedette restore`.',
    retryable: true,
    retryAfter: 10,
  })

const overwritten = (file: string): AppError =>
  new AppError('UNAVAILABLE', `${file} is damaged: it does not begin as a database does.`, {
    hint: 'Stop the server, keep a copy of the file, and restore the last backup with `vedette restore`.',
    retryable: true,
    retryAfter: 10,
  })
