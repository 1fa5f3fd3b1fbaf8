import { AppError } from '../../errors.ts'
import type { Dialect } from './dialect.ts'
import { postgres } from './postgres.ts'
import { sqlite } from './sqlite.ts'

const dialects: readonly Dialect[] = [postgres, sqlite]

/** Returns the kind of database for a URL. Throws CONFIG_INVALID for unknown schemes. */
export const dialectOf = (url: string): Dialect => {
  const scheme = url.slice(0, url.indexOf(':'))
  const dialect = dialects.find(({ schemes }) => schemes.includes(scheme))
  if (dialect) return dialect
  throw new AppError('CONFIG_INVALID', `There is no database of the kind "${scheme}".`, {
    hint: `Let storage.url begin with one of: ${dialects.flatMap(({ schemes }) => schemes).join(', ')}.`,
  })
}
