import { AppError, messageOf } from '../../errors.ts'

/** Converts a failure of SQLite to an error for operators; returns unknown errors unchanged. */
export const translateSqliteError = (error: unknown, place: string): unknown => {
  const code = codeOf(error)
  if (code === undefined) return error
  const is = (...prefixes: readonly string[]) => prefixes.some((prefix) => code.startsWith(prefix))
  if (is('SQLITE_FULL', 'ENOSPC', 'EDQUOT')) {
    return new AppError('STORAGE_FULL', `There is no room left to write to ${place}.`, {
      hint:
        'Free space on that disk, or lower retention.events or retention.max_bytes and restart: within a few minutes old events are removed ' +
        'and their space returns to the disk. You can send the rejected data again.',
      retryable: true,
      retryAfter: 10,
      cause: error,
    })
  }
  if (is('SQLITE_BUSY', 'SQLITE_LOCKED')) {
    return new AppError('UNAVAILABLE', `Another process is holding ${place}.`, {
      hint: 'Try again in a moment; if it stays, look for a second server on the same data folder.',
      retryable: true,
      retryAfter: 1,
      cause: error,
    })
  }
  if (isDamage(code)) {
    return new AppError('UNAVAILABLE', `${place} is damaged: ${messageOf(error)}.`, {
      hint: 'Stop the server, keep a copy of the file, and restore the last backup with `vedette restore`.',
      retryable: true,
      retryAfter: 10,
      cause: error,
    })
  }
  if (is('SQLITE_READONLY', 'SQLITE_CANTOPEN', 'SQLITE_PERM', 'EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EEXIST')) {
    return new AppError('UNAVAILABLE', `${place} cannot be opened for writing: ${messageOf(error)}.`, {
      hint: 'Check that the folder exists, that this user owns it, and that its file system is not read-only.',
      retryable: true,
      retryAfter: 10,
      cause: error,
    })
  }
  if (is('SQLITE_IOERR', 'EIO')) {
    return new AppError('UNAVAILABLE', `The disk failed under ${place}: ${messageOf(error)}.`, {
      hint: 'Check the disk and the system log; what was refused can be sent again.',
      retryable: true,
      retryAfter: 10,
      cause: error,
    })
  }
  return error
}

/** Remembers that a file is damaged: new data in it might never be readable again. */
export const createDamage = (place: string) => {
  let found: unknown
  return {
    note(error: unknown): void {
      const code = codeOf(error)
      if (code !== undefined && isDamage(code)) found ??= error
    },
    verify(): void {
      if (found) throw translateSqliteError(found, place)
    },
  }
}

const isDamage = (code: string): boolean => code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
