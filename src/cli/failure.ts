import { asTyped } from '../command-name.ts'
import { AppError, type ErrorCode, unreadableFile } from '../errors.ts'
import type { ExitCode } from './cli.ts'
import { type Paint, visible } from './terminal/terminal.ts'

const codes: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  CONFIG_INVALID: 2,
  INVALID_REQUEST: 2,
  FILTER_SYNTAX: 2,
  SOURCE_FAILED: 3,
}

/** The exit code after a failure: 2 for usage and configuration, 3 for input, 4 for the server and for our own bugs. */
export const exitCodeOf = (thrown: unknown): ExitCode => {
  const error = explainFile(thrown)
  return error instanceof AppError ? (codes[error.code] ?? 4) : 4
}

/** Renders a failure: what happened, each fault, what to do. Unexpected errors include their stack. */
export const renderError = (thrown: unknown, paint: Paint): string => {
  const error = explainFile(thrown)
  if (!(error instanceof AppError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return `${paint('red', 'vedette failed:')} ${text.split('\n').map(visible).join('\n')}\n`
  }
  const lines = [
    `${paint('red', 'error:')} ${visible(error.message)}`,
    ...error.errors.map(({ path, message, hint }) => {
      const place = path === '' ? '' : `${visible(path)}: `
      return `  ${place}${visible(message)}${hint ? `  ${paint('dim', visible(hint))}` : ''}`
    }),
    ...(error.hint && !error.errors.some(({ hint }) => hint === error.hint) ? [asTyped(visible(error.hint))] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** A file that the system refuses is no bug of ours: its path and the reason say more than a stack. */
const explainFile = (error: unknown): unknown =>
  error instanceof Error && 'syscall' in error && 'path' in error && typeof error.path === 'string'
    ? unreadableFile(error.path, error)
    : error
