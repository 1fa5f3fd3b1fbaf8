import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../e2e/program.ts'
import type { Need } from '../needs.ts'

const run = promisify(execFile)
const installed = '/usr/lib/postgresql'

/** A PostgreSQL server for one test, which may restart it, unlike the shared server. */
export interface PostgresCluster {
  readonly port: number
  /** The database `vedette`, through another port if one is given. */
  url(port?: number): string
  start(): Promise<void>
  /** `fast` closes connections cleanly, `immediate` like a crash. */
  stop(mode: 'fast' | 'immediate'): Promise<void>
  /** Asks as the superuser, in the database `postgres` by default. */
  ask(sql: string, database?: string): Promise<readonly unknown[]>
  /** The number of its first process. */
  pid(): Promise<number>
  /** Stops the server and deletes its files. */
  remove(): Promise<void>
}

/** The PostgreSQL programs, for tests that start their own server. */
export const postgresPrograms = (): Need => ({
  missing: binaries() ? undefined : `PostgreSQL is not installed in ${installed} (apt-get install postgresql)`,
})

const binaries = (): string | undefined => {
  if (!existsSync(installed)) return undefined
  const newest = readdirSync(installed).sort((a, b) => Number(b) - Number(a))[0]
  return newest === undefined ? undefined : join(installed, newest, 'bin')
}

/** Creates and starts a cluster. The user `vedette` has the password `secret`; `postgres` needs none. */
export const createPostgresCluster = async (): Promise<PostgresCluster> => {
  const bin = binaries()
  if (bin === undefined) throw new Error(postgresPrograms().missing)
  const folder = mkdtempSync(join(tmpdir(), 'vedette-pg-'))
  const data = join(folder, 'data')
  const port = await freePort()
  // The server refuses to run as root.
  const isRoot = process.getuid?.() === 0
  const as = (program: string, args: readonly string[]) =>
    isRoot
      ? run('setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', join(bin, program), ...args], {
          cwd: '/',
        })
      : run(join(bin, program), [...args])
  if (isRoot) await run('chown', ['postgres', folder])

  const control = (...args: readonly string[]) => as('pg_ctl', ['-D', data, '-s', '-w', '-t', '60', ...args])
  const start = async () => {
    await control('start', '-l', join(folder, 'log'), '-o', `-p ${port} -k ${folder} -h 127.0.0.1`)
  }
  const ask = async (sql: string, database = 'postgres') => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }

  await as('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'])
  writeFileSync(
    join(data, 'pg_hba.conf'),
    'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n',
  )
  await start()
  await ask("create role vedette login password 'secret'")
  await ask('create database vedette owner vedette')
  return {
    port,
    url: (through = port) => `postgres://vedette:secret@127.0.0.1:${through}/vedette`,
    start,
    stop: async (mode) => {
      await control('stop', '-m', mode)
    },
    ask,
    pid: async () => Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n', 1)[0]),
    async remove() {
      await control('stop', '-m', 'immediate').catch(() => undefined)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
