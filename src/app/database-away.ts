import { AppError } from '../errors.ts'

/** Whether a database server does not answer at the moment. */
export const isAway = (error: unknown, url: string): error is AppError =>
  error instanceof AppError && error.code === 'UNAVAILABLE' && error.retryable && !url.startsWith('sqlite:')
