import { z } from 'zod'
import { asTyped } from '../command-name.ts'
import { AppError, type ErrorCode, type ErrorDetail, errorCodes } from '../errors.ts'

/** An error response (RFC 9457), with additional members for scripts and people. */
export const problem = z
  .object({
    type: z.string().describe('Where this kind of problem is explained.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    code: z.string().describe('Stable: scripts may match on it.'),
    hint: z.string().optional().describe('The suggested fix.'),
    errors: z
      .array(
        z.object({ path: z.string(), message: z.string(), hint: z.string().optional(), position: z.int().optional() }),
      )
      .optional(),
    request_id: z.string(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problem>

/** Where a kind of problem is explained. */
export const problemType = (code: ErrorCode): string => `/docs/problems#${code.toLowerCase()}`

/** Presents a failure. An unexpected one reveals nothing of itself. */
export const toProblem = (error: AppError, requestId: string, instance?: string): Problem => {
  const { status, title } = errorCodes[error.code]
  const ours = error.code === 'INTERNAL'
  return {
    type: problemType(error.code),
    title,
    status,
    ...(!ours && { detail: error.message }),
    ...(instance !== undefined && { instance }),
    code: error.code.toLowerCase(),
    ...(error.hint !== undefined && { hint: asTyped(error.hint) }),
    ...(error.errors.length > 0 && { errors: error.errors.slice(0, 50).map(toFault) }),
    request_id: requestId,
  }
}

const toFault = ({ hint, ...fault }: ErrorDetail) => ({ ...fault, ...(hint !== undefined && { hint: asTyped(hint) }) })

/** Combines all faults that a schema reports in one error. */
export const invalidInput = (error: z.ZodError): AppError => {
  const errors = error.issues.map(toDetail)
  const first = errors[0]
  return new AppError(
    'INVALID_REQUEST',
    first ? `${first.path || 'The input'}: ${first.message}` : 'The input is not valid.',
    {
      errors,
    },
  )
}

const toDetail = ({ path, message }: z.core.$ZodIssue): ErrorDetail => ({ path: path.join('.'), message })

/** Converts any thrown value to an AppError: errors of the framework keep their meaning, others become INTERNAL. */
export const toAppError = (error: unknown): AppError => {
  if (error instanceof AppError) return error
  const status = statusOf(error)
  const code = status === undefined || status < 400 ? undefined : codeOf(status)
  if (code === undefined || !(error instanceof Error)) {
    return new AppError('INTERNAL', 'Internal error.', {
      hint: 'Search the log of the server for this request_id.',
      cause: error,
    })
  }
  return new AppError(code, frameworkMessages[code] ?? error.message, { cause: error })
}

const codeOf = (status: number): ErrorCode | undefined =>
  codeByStatus.get(status) ?? (status < 500 ? 'INVALID_REQUEST' : undefined)

const codeByStatus: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'INVALID_REQUEST'],
  // A forbidden file is reported as missing, so that callers do not learn that it exists.
  [403, 'NOT_FOUND'],
  [404, 'NOT_FOUND'],
  [408, 'REQUEST_TIMEOUT'],
  [413, 'TOO_LARGE'],
  [414, 'URI_TOO_LONG'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [429, 'RATE_LIMITED'],
  [503, 'UNAVAILABLE'],
])

const frameworkMessages: { readonly [Code in ErrorCode]?: string } = {
  NOT_FOUND: 'There is nothing at this address.',
  UNSUPPORTED_MEDIA_TYPE: 'The content type cannot be read.',
  TOO_LARGE: 'The body is too large.',
  UNAVAILABLE: 'The server is shutting down.',
}

const statusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined
