/** Every error code, with its HTTP status and a short title. Codes are stable: scripts match on them. */
export const errorCodes = {
  INVALID_REQUEST: { status: 400, title: 'The request is not valid' },
  INVALID_JSON: { status: 400, title: 'The body is not valid JSON' },
  UNAUTHENTICATED: { status: 401, title: 'Authentication required' },
  FORBIDDEN: { status: 403, title: 'Permission denied for your role' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request did not arrive in time' },
  CONFLICT: { status: 409, title: 'Conflict with the current state' },
  VERSION_CONFLICT: { status: 412, title: 'Changed by someone else in the meantime' },
  TOO_LARGE: { status: 413, title: 'The body is too large' },
  URI_TOO_LONG: { status: 414, title: 'The address is too long' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The content type is not supported' },
  INVALID_ALERT: { status: 422, title: 'The alert is not valid' },
  FILTER_SYNTAX: { status: 422, title: 'The filter could not be parsed' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The idempotency key was used for another request' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  QUEUE_FULL: { status: 429, title: 'The queue is full' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are too large' },
  INTERNAL: { status: 500, title: 'Internal server error' },
  UNAVAILABLE: { status: 503, title: 'Temporarily unavailable' },
  STORAGE_FULL: { status: 507, title: 'The disk is full' },
  CONFIG_INVALID: { status: 500, title: 'The configuration is not valid' },
  STATE_VERSION: { status: 500, title: 'The saved state is of another version' },
  SINK_REJECTED: { status: 502, title: 'A receiver refused the message' },
  SOURCE_FAILED: { status: 502, title: 'A source could not be read' },
} as const

export type ErrorCode = keyof typeof errorCodes

export interface ErrorDetail {
  readonly path: string
  readonly message: string
  readonly hint?: string
  /** The offset of the fault in the text at `path`, in characters from 0. */
  readonly position?: number
}

interface AppErrorOptions {
  /** The suggested fix. */
  readonly hint?: string
  /** Whether the same attempt may succeed later. */
  readonly retryable?: boolean
  /** How long to wait before the next attempt, in seconds. */
  readonly retryAfter?: number
  readonly errors?: readonly ErrorDetail[]
  /** The content types that the request may have instead. */
  readonly accepts?: readonly string[]
  readonly cause?: unknown
}

/** A failure that says what happened, to what, and what to do. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly retryable: boolean
  readonly retryAfter: number | undefined
  readonly errors: readonly ErrorDetail[]
  readonly accepts: readonly string[]

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.hint = options.hint
    this.retryable = options.retryable ?? false
    this.retryAfter = options.retryAfter
    this.errors = options.errors ?? []
    this.accepts = options.accepts ?? []
  }

  get status(): number {
    return errorCodes[this.code].status
  }
}

/** Returns the message of any thrown value. */
export const messageOf = (error: unknown): string => {
  // A host with several addresses fails once per address, and the AggregateError itself has no message.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}

const permissionDenied = ['Permission denied', 'Run as a user who can read it.'] as const
const fileFaults: Readonly<Record<string, readonly [fault: string, hint: string]>> = {
  ENOENT: ['No such file or folder', 'Check the path.'],
  EACCES: permissionDenied,
  EPERM: permissionDenied,
  ELOOP: ['Circular link', 'Name the file itself.'],
  EISDIR: ['Not a file', 'Name a file in the folder.'],
  ENOTDIR: ['Not a folder', 'Check the path.'],
}

const fileFaultOf = (cause: unknown): readonly [fault: string, hint?: string] =>
  fileFaults[cause instanceof Error && 'code' in cause ? String(cause.code) : ''] ?? [messageOf(cause)]

/** Says why a file cannot be read, and what to do. */
export const fileReasonOf = (cause: unknown): string => {
  const [fault, hint] = fileFaultOf(cause)
  return hint ? `${fault}. ${hint}` : fault
}

/** The error for a file that cannot be read. */
export const unreadableFile = (path: string, cause: unknown): AppError => {
  const [fault, hint] = fileFaultOf(cause)
  return new AppError('SOURCE_FAILED', `${fault}: ${path}.`, { ...(hint && { hint }), cause })
}
