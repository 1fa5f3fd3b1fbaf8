import { asTyped } from '../command-name.ts'
import { AppError, type ErrorCode } from '../errors.ts'
import type { ExitCode } from './cli.ts'
import { type Paint, visible } from './terminal/terminal.ts'

const codes: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  CONFIG_INVALID: 2,
  INVALID_REQUEST: 2,
  FILTER_SYNTAX: 2,
  SOURCE_FAILED: 3,
}

/** The exit code after a failure: 2 for usage and configuration, 3 for input, 4 for the server and for our own bugs. */
export const exitCodeOf = (error: unknown): ExitCode => (error instanceof AppError ? (codes[error.code] ?? 4) : 4)

/** Renders a failure: what happened, each fault, what to do. Unexpected errors include their stack. */
export const renderError = (error: unknown, paint: Paint): string => {
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
    ...(error.hint ? [asTyped(visible(error.hint))] : []),
  ]
  return `${lines.join('\n')}\n`
}
