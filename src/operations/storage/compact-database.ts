import { existsSync } from 'node:fs'
import type { Log } from '../../component.ts'
import { AppError, messageOf } from '../../errors.ts'
import type { Space } from '../../store/dialects/dialect.ts'
import { compactSqliteFile, roomToCompact, spaceOfSqliteFile } from '../../store/dialects/sqlite-compact.ts'
import { withStoreLock } from '../../store/lock-store.ts'
import { databaseFile, requireNotOpen } from '../analysis/database-file.ts'

/** Databases up to this many bytes are converted at the start, which takes a few seconds. */
const small = 256 * 2 ** 20

/** Reads the size of the database file. */
export const databaseSpace = (url: string): Space => spaceOfSqliteFile(databaseFile(url))

interface Compacted {
  readonly file: string
  readonly before: Space
  readonly after: Space
}

/** Rewrites the database file without its free space. Throws CONFLICT while another process uses it. */
export const compactDatabase = async (url: string): Promise<Compacted> => {
  if (!url.startsWith('sqlite:')) {
    throw new AppError('INVALID_REQUEST', 'The database is not a file.', {
      hint: 'PostgreSQL reuses the space of deleted rows by itself (autovacuum); VACUUM FULL or pg_repack return it to the disk.',
    })
  }
  const file = databaseFile(url)
  if (!existsSync(file)) throw new AppError('INVALID_REQUEST', `There is no database at ${file}.`)
  return withStoreLock(url, 'compact', async () => {
    await requireNotOpen(url)
    return { file, ...compactSqliteFile(file) }
  })
}

/**
 * Converts a database of an older version so that it returns space to the disk. If that would take long, logs the command to run
 * instead. Never throws, because the server works without it.
 */
export const prepareToShrink = (url: string, log: Log): void => {
  if (!url.startsWith('sqlite:') || url === 'sqlite::memory:') return
  const file = databaseFile(url)
  try {
    if (!existsSync(file)) return
    const space = spaceOfSqliteFile(file)
    if (space.bytes === 0 || space.shrinks) return
    const { needed, available } = roomToCompact(file, space)
    if (space.bytes - space.free > small || available < needed) {
      log.warn(
        { file, bytes: space.bytes, free_bytes: space.free, disk_needed: needed, disk_available: available },
        'The database cannot return space to the disk. Stop the server and run `vedette compact` once.',
      )
      return
    }
    log.info({ file, bytes: space.bytes }, 'Converting the database, so that it can return space to the disk.')
    const { after } = compactSqliteFile(file)
    log.info({ file, bytes: after.bytes }, 'The database was converted.')
  } catch (error) {
    log.warn({ file, reason: messageOf(error) }, 'The database was not converted; the next start tries again.')
  }
}
