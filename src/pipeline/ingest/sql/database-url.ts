import { AppError } from '../../../errors.ts'

/**
 * Reads the URL of a database as SQLAlchemy writes it: with a driver, `postgresql+asyncpg://…`, whose `ssl=require` others call `sslmode`; for
 * SQLite with three slashes before a relative path and four before an absolute one. `sqlite://` is a database in memory.
 */
export const plainDatabaseUrl = (url: string): string => {
  const plain = url.replace(/^([a-z]+)\+\w+:/, '$1:')
  const path = /^sqlite:\/\/(?:\/(.*))?$/s.exec(plain)
  if (path) return `sqlite:${path[1] || ':memory:'}`
  return plain.startsWith('postgres') ? plain.replace(sslOption, (_, mark, mode) => `${mark}${sslModeOf(mode)}`) : plain
}

const sslOption = /([?&])ssl=([a-z-]+)(?=&|$)/gi

/** `pg` ends the process on words that it does not know. */
const sslModeOf = (word: string): string => {
  const mode = word.toLowerCase()
  if (mode === 'true') return 'ssl=true'
  return `sslmode=${mode === 'false' ? 'disable' : mode}`
}

/** Names the database of a URL and its server, without user and password. Throws INVALID_REQUEST if the URL cannot be read. */
export const databaseAt = (
  url: string,
): { readonly protocol: string; readonly host: string; readonly name: string } => {
  // A URL without a server names a socket in its options.
  const isLocal = /^[a-z]+:\/\/([^/@]*@)?\//i.test(url)
  const readable = isLocal ? url.replace(/^([a-z]+:\/\/[^/]*)\//i, '$1localhost/') : url
  if (!URL.canParse(readable)) {
    const scheme = /^[a-z]+/i.exec(url)?.[0] ?? 'postgres'
    throw new AppError('INVALID_REQUEST', 'The URL of the database cannot be read.', {
      hint: `Write it as ${scheme}://USER:PASSWORD@HOST:PORT/DATABASE. Write special characters of the password as %XX: "#" is %23, "/" is %2F, "@" is %40.`,
    })
  }
  const { protocol, host, pathname } = new URL(readable)
  return { protocol, host: isLocal ? '' : host, name: pathname.slice(1) }
}
