import { z } from 'zod'
import { AppError, type ErrorCode, type ErrorDetail, errorCodes } from '../../errors.ts'
import type { IndicatorChange } from '../../lib/indicators/indicator-index.ts'
import { bodyKinds } from '../../operations/sent-body.ts'
import type { RuleSetting } from '../../schema/rule/rule.ts'
import { threadLogEntry } from '../thread-log.ts'

/** A request as the worker thread gets it. */
const job = z.object({
  type: z.literal('job'),
  operation: z.string(),
  input: z.record(z.string(), z.unknown()),
  body: z.union([
    z.undefined(),
    z.object({
      kind: z.enum(bodyKinds),
      contentType: z.union([z.string(), z.undefined()]),
      lenient: z.boolean(),
      blocks: z.array(z.instanceof(Uint8Array)).readonly(),
    }),
  ]),
})
export type Job = z.infer<typeof job>

/** The messages of the main thread: changed state, then the job. */
export const toWorker = z.discriminatedUnion('type', [
  job,
  z.object({ type: z.literal('rules'), settings: z.custom<readonly RuleSetting[]>(Array.isArray) }),
  z.object({ type: z.literal('model'), state: z.instanceof(Uint8Array).optional() }),
  z.object({ type: z.literal('indicators'), changes: z.custom<readonly IndicatorChange[]>(Array.isArray) }),
])
export type ToWorker = z.infer<typeof toWorker>

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errorCodes, code)

export const failureShape = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  message: z.string(),
  hint: z.string().optional(),
  retryable: z.boolean(),
  retryAfter: z.number().optional(),
  errors: z.custom<readonly ErrorDetail[]>(Array.isArray),
  accepts: z.array(z.string()).readonly(),
  /** The stack trace of a failure that is not the caller's. */
  stack: z.string().optional(),
})
type Failure = z.infer<typeof failureShape>

/** The messages of the worker: the answer as JSON text or the failure, and log entries in between. */
export const fromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), bytes: z.instanceof(Uint8Array) }),
  z.object({ type: z.literal('failure'), failure: failureShape }),
  z.object({ type: z.literal('analyzed'), anomalies: z.number(), seconds: z.number() }),
  threadLogEntry,
])
export type FromWorker = z.infer<typeof fromWorker>

/** Errors lose their class and our members between threads; this preserves them. */
export const toFailure = (thrown: unknown): Failure => {
  if (!(thrown instanceof AppError)) {
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    return {
      code: 'INTERNAL',
      message: 'Internal error.',
      retryable: false,
      errors: [],
      accepts: [],
      stack,
    }
  }
  const { code, message, hint, retryable, retryAfter, errors, accepts } = thrown
  return {
    code,
    message,
    retryable,
    errors,
    accepts,
    ...(hint !== undefined && { hint }),
    ...(retryAfter !== undefined && { retryAfter }),
  }
}

export const fromFailure = ({
  code,
  message,
  hint,
  retryable,
  retryAfter,
  errors,
  accepts,
  stack,
}: Failure): AppError =>
  new AppError(code, message, {
    retryable,
    errors,
    accepts,
    ...(hint !== undefined && { hint }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(stack !== undefined && { cause: new Error(stack) }),
  })
