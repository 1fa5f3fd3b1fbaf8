import { expect, it } from 'vitest'
import { databaseAt, plainDatabaseUrl } from './database-url.ts'

it('reads URLs as SQLAlchemy and its drivers write them', () => {
  const f = (url: string, plain: string) => expect(plainDatabaseUrl(url)).toBe(plain)
  f('postgresql+psycopg2://u@h/d', 'postgresql://u@h/d')
  f('postgresql+asyncpg://u@h/d?ssl=require', 'postgresql://u@h/d?sslmode=require')
  f(
    'postgres://h/d?application_name=x&ssl=verify-full&port=1',
    'postgres://h/d?application_name=x&sslmode=verify-full&port=1',
  )
  f('postgres://h/d?ssl=False', 'postgres://h/d?sslmode=disable')
  f('postgres://h/d?ssl=true', 'postgres://h/d?ssl=true')
  f('mysql+pymysql://h/d?ssl=require', 'mysql://h/d?ssl=require')
  f('sqlite:////var/a.db', 'sqlite:/var/a.db')
  f('sqlite:///a.db', 'sqlite:a.db')
  f('sqlite://', 'sqlite::memory:')
})

it('names a database without user and password', () => {
  const f = (url: string, host: string, name: string) => expect(databaseAt(url)).toMatchObject({ host, name })
  f('postgres://u:secret@db.example.org:5433/triage', 'db.example.org:5433', 'triage')
  f('mysql://h/d', 'h', 'd')
  // The server is a socket.
  f('postgresql://u:secret@/triage?host=/run/postgresql', '', 'triage')
  f('postgresql:///triage', '', 'triage')
})

it('shows no password of a URL that it cannot read, and how to write it', () => {
  for (const url of ['postgres://u:pa#secret@h/d', 'postgres://u:secret@h:99999/d', 'postgres://u:a/secret@h/d']) {
    expect(() => databaseAt(url)).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', message: expect.not.stringContaining('secret') }),
    )
  }
  expect(() => databaseAt('postgres://u:pa#ss@h/d')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('"#" is %23') }),
  )
})
