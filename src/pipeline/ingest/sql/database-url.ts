/**
 * Reads the URL of a database as SQLAlchemy writes it: with a driver, `postgresql+asyncpg://…`, and for SQLite with three slashes before a
 * relative path and four before an absolute one. `sqlite://` is a database in memory.
 */
export const plainDatabaseUrl = (url: string): string => {
  const plain = url.replace(/^([a-z]+)\+\w+:/, '$1:')
  const path = /^sqlite:\/\/(?:\/(.*))?$/s.exec(plain)
  return path ? `sqlite:${path[1] || ':memory:'}` : plain
}
