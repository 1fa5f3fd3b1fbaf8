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
  /** That of the primary. */
  readonly port: number
  /** The database `vedette`, through another port if one is given. */
  url(port?: number): string
  start(): Promise<void>
  /** Crashes the primary and promotes the standby, which has another port. */
  failOver(): Promise<void>
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

/**
 * Creates and starts a cluster. The user `vedette` has the password `secret`; `postgres` needs none. With a standby, a commit waits until the
 * standby has it too.
 */
export const createPostgresCluster = async ({ standby = false } = {}): Promise<PostgresCluster> => {
  const bin = binaries()
  if (bin === undefined) throw new Error(postgresPrograms().missing)
  const folder = mkdtempSync(join(tmpdir(), 'vedette-pg-'))
  // The server refuses to run as root.
  const isRoot = process.getuid?.() === 0
  const as = (program: string, args: readonly string[]) =>
    isRoot
      ? run('setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', join(bin, program), ...args], {
          cwd: '/',
        })
      : run(join(bin, program), [...args])
  if (isRoot) await run('chown', ['postgres', folder])

  const [first, second] = [
    { data: join(folder, 'data'), port: await freePort() },
    { data: join(folder, 'standby'), port: await freePort() },
  ]
  let primary = first
  const control = ({ data }: typeof first, ...args: readonly string[]) =>
    as('pg_ctl', ['-D', data, '-s', '-w', '-t', '60', ...args])
  const start = async (node = primary) => {
    await control(node, 'start', '-l', `${node.data}.log`, '-o', `-p ${node.port} -k ${folder} -h 127.0.0.1`)
  }
  const ask = async (sql: string, database = 'postgres') => {
    const client = new pg.Client({ host: '127.0.0.1', port: primary.port, user: 'postgres', database })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }

  await as('initdb', ['-D', first.data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'])
  writeFileSync(
    join(first.data, 'pg_hba.conf'),
    'host all,replication postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n',
  )
  await start()
  await ask("create role vedette login password 'secret'")
  await ask('create database vedette owner vedette')
  if (standby) {
    const from = `host=127.0.0.1 port=${first.port} user=postgres`
    await as('pg_basebackup', ['-D', second.data, '-d', from, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'])
    await start(second)
    await ask("alter system set synchronous_standby_names = '*'")
    await ask('select pg_reload_conf()')
  }
  return {
    get port() {
      return primary.port
    },
    url: (through = primary.port) => `postgres://vedette:secret@127.0.0.1:${through}/vedette`,
    start: () => start(),
    stop: async (mode) => {
      await control(primary, 'stop', '-m', mode)
    },
    async failOver() {
      await control(first, 'stop', '-m', 'immediate')
      await control(second, 'promote')
      primary = second
    },
    ask,
    pid: async () => Number((await readFile(join(primary.data, 'postmaster.pid'), 'utf8')).split('\n', 1)[0]),
    async remove() {
      for (const node of [first, second]) await control(node, 'stop', '-m', 'immediate').catch(() => undefined)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
