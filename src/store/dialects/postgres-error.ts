import { AppError, messageOf } from '../../errors.ts'
import { offersNoTls } from '../../lib/postgres-url/postgres-url.ts'

/** Converts a failure of PostgreSQL, or of the connection to it, to an error for operators; returns unknown errors unchanged. */
export const translatePostgresError = (error: unknown, place: string): unknown => {
  const code = codeOf(error)
  const is = (...prefixes: readonly string[]) => prefixes.some((prefix) => code.startsWith(prefix))
  if (is('53100')) {
    return new AppError('STORAGE_FULL', `There is no room left in the ${place}.`, {
      hint:
        'Free space on the disk of the database server. Lowering the retention makes room for new events only after an autovacuum. ' +
        'You can send the rejected data again.',
      retryable: true,
      retryAfter: 10,
      cause: error,
    })
  }
  if (is('28', '3D000')) {
    return new AppError('UNAVAILABLE', `The ${place} refuses the connection: ${messageOf(error)}.`, {
      hint: 'Check the user, the password and the name of the database in storage.url.',
      cause: error,
    })
  }
  if (offersNoTls(error)) {
    return new AppError('UNAVAILABLE', `The ${place} cannot be reached over TLS: ${messageOf(error)}.`, {
      hint: 'Turn on TLS at the server, or leave sslmode out of storage.url.',
      cause: error,
    })
  }
  if (isUntrusted(error)) {
    return new AppError('UNAVAILABLE', `The ${place} cannot be reached over TLS: ${messageOf(error)}.`, {
      hint:
        'Name the certificate of its authority with sslmode=verify-full&sslrootcert=FILE in storage.url, or encrypt without verifying with ' +
        'sslmode=require.',
      cause: error,
    })
  }
  if (is('ENOENT', 'EACCES')) {
    return new AppError('UNAVAILABLE', `A file that storage.url names cannot be read: ${messageOf(error)}.`, {
      hint: 'Check sslrootcert, sslcert and sslkey.',
      cause: error,
    })
  }
  if (is('40001', '40P01', '55P03')) {
    return new AppError('UNAVAILABLE', `The ${place} gave way to another transaction.`, {
      hint: 'Try again.',
      retryable: true,
      retryAfter: 1,
      cause: error,
    })
  }
  if (is('25006')) {
    return new AppError('UNAVAILABLE', `The ${place} accepts no changes: ${messageOf(error)}.`, {
      hint: 'Let storage.url name the primary server, and check default_transaction_read_only.',
      retryable: true,
      retryAfter: 5,
      cause: error,
    })
  }
  return isAway(error) ? away(error, place) : error
}

/** Whether the certificate of the server is not trusted. */
const isUntrusted = (error: unknown): boolean => /CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE/.test(codeOf(error))

/** Whether an error means that the server, or the network to it, is temporarily unavailable. */
const isAway = (error: unknown): boolean => {
  const code = codeOf(error)
  if (awayCodes.some((prefix) => code.startsWith(prefix))) return true
  // The driver's own words for a connection that broke or could not be had; they carry no code.
  return /connection terminated|timeout expired|timeout exceeded when trying to connect|client has encountered a connection error/i.test(
    messageOf(error),
  )
}

/** Whether a translated error means that no connection could be made. An exhausted pool does not count. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof AppError && isAway(error.cause) && !/timeout exceeded/i.test(messageOf(error.cause))

/** Whether an error of the driver means that the session ended while the server may still run: its query can be sent over another one. */
export const isSessionLost = (error: unknown): boolean =>
  ['57P01', 'ECONNRESET', 'EPIPE'].includes(codeOf(error)) ||
  /connection terminated|client has encountered a connection error/i.test(messageOf(error))

const awayCodes = [
  '08',
  // The server closed the session of a process that was paused in the middle of a transaction.
  '25P03',
  '53',
  '57P',
  'ECONN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
]

const away = (error: unknown, place: string): AppError =>
  new AppError('UNAVAILABLE', `The ${place} does not answer: ${messageOf(error)}`, {
    hint: 'Check that the database server runs and can be reached from here.',
    retryable: true,
    retryAfter: 5,
    cause: error,
  })

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
