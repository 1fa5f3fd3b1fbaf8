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

/** The code to end with after a failure: usage and configuration 2, input 3, all else came from the server or is our fault: 4. */
export const exitCodeOf = (error: unknown): ExitCode => (error instanceof AppError ? (codes[error.code] ?? 4) : 4)

/** Writes a failure for people: what happened, each fault, what to do. What nobody foresaw comes with its stack. */
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
