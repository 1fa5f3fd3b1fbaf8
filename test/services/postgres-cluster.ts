import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort, root } from '../e2e/program.ts'
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
  /** Turns on TLS for new connections. */
  encrypt(pair: { readonly cert: string; readonly key: string }): Promise<void>
  /** The number of its first process. */
  pid(): Promise<number>
  /** Stops the server and deletes its files. */
  remove(): Promise<void>
}

/** The PostgreSQL programs, for tests that start their own server. */
export const postgresPrograms = (): Need => ({
  missing: installation() ? undefined : `PostgreSQL is not installed in ${installed} (apt-get install postgresql)`,
})

const installation = (): string | undefined => {
  if (!existsSync(installed)) return undefined
  const newest = readdirSync(installed).sort((a, b) => Number(b) - Number(a))[0]
  return newest === undefined ? undefined : join(installed, newest, 'bin')
}

interface Node {
  readonly data: string
  readonly port: number
}

/** Runs a PostgreSQL program. The server refuses to run as root. */
const as = (program: string, args: readonly string[]) => {
  const path = join(installation() ?? '', program)
  return isRoot
    ? run('setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', path, ...args], { cwd: '/' })
    : run(path, [...args])
}

const isRoot = process.getuid?.() === 0

const control = ({ data }: Node, ...args: readonly string[]) =>
  as('pg_ctl', ['-D', data, '-s', '-w', '-t', '60', ...args])

/** Starts a node. It never waits for the disk: the tests break programs, not the machine. */
const startNode = (node: Node) =>
  control(node, 'start', '-l', `${node.data}.log`, '-o', `-p ${node.port} -k ${dirname(node.data)} -h 127.0.0.1 -F`)

const askNode = async (port: number, sql: string, database = 'postgres') => {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const createFolder = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-pg-'))
  if (isRoot) await run('chown', ['postgres', folder])
  return folder
}

/**
 * Returns the data of a new cluster, to be copied, which takes a fifth of the time of making it. It is made once for each version of
 * PostgreSQL and of this file.
 */
const findTemplate = async (): Promise<string> => {
  const hash = createHash('sha256')
    .update(installation() ?? '')
    .update(readFileSync(import.meta.filename))
  const cache = join(root, 'node_modules/.cache')
  const template = join(cache, `postgres-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(template)) return template
  const folder = await createFolder()
  const node = { data: join(folder, 'data'), port: await freePort() }
  await as('initdb', ['-D', node.data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'])
  writeFileSync(
    join(node.data, 'pg_hba.conf'),
    'host all,replication postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n',
  )
  await startNode(node)
  await askNode(node.port, "create role vedette login password 'secret'")
  await askNode(node.port, 'create database vedette owner vedette')
  await control(node, 'stop', '-m', 'fast')
  mkdirSync(cache, { recursive: true })
  const copy = mkdtempSync(join(cache, 'postgres-'))
  await run('cp', ['-a', '-T', node.data, copy])
  rmSync(folder, { recursive: true })
  try {
    renameSync(copy, template)
  } catch (error) {
    // Another worker was faster.
    rmSync(copy, { recursive: true })
    if (!existsSync(template)) throw error
  }
  return template
}

let template: Promise<string> | undefined

/**
 * Creates and starts a cluster. The user `vedette` has the password `secret`; `postgres` needs none. With a standby, a commit waits until the
 * standby has it too.
 */
export const createPostgresCluster = async ({ standby = false } = {}): Promise<PostgresCluster> => {
  const { missing } = postgresPrograms()
  if (missing !== undefined) throw new Error(missing)
  template ??= findTemplate()
  const folder = await createFolder()
  const [first, second] = [
    { data: join(folder, 'data'), port: await freePort() },
    { data: join(folder, 'standby'), port: await freePort() },
  ]
  await run('cp', ['-a', await template, first.data])
  let primary = first
  const ask = (sql: string, database?: string) => askNode(primary.port, sql, database)

  await startNode(first)
  if (standby) {
    const from = `host=127.0.0.1 port=${first.port} user=postgres`
    await as('pg_basebackup', ['-D', second.data, '-d', from, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'])
    await startNode(second)
    await ask("alter system set synchronous_standby_names = '*'")
    await ask('select pg_reload_conf()')
  }
  return {
    get port() {
      return primary.port
    },
    url: (through = primary.port) => `postgres://vedette:secret@127.0.0.1:${through}/vedette`,
    start: async () => {
      await startNode(primary)
    },
    stop: async (mode) => {
      await control(primary, 'stop', '-m', mode)
    },
    async failOver() {
      await control(first, 'stop', '-m', 'immediate')
      await control(second, 'promote')
      primary = second
    },
    ask,
    async encrypt({ cert, key }) {
      writeFileSync(join(primary.data, 'server.crt'), cert)
      writeFileSync(join(primary.data, 'server.key'), key, { mode: 0o600 })
      if (isRoot) await run('chown', ['postgres', join(primary.data, 'server.key')])
      await ask('alter system set ssl = on')
      await ask('select pg_reload_conf()')
    },
    pid: async () => Number((await readFile(join(primary.data, 'postmaster.pid'), 'utf8')).split('\n', 1)[0]),
    async remove() {
      for (const node of [first, second]) await control(node, 'stop', '-m', 'immediate').catch(() => undefined)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
