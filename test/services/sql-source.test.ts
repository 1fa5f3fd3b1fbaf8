import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logEntriesSchema, messageIn } from '../../src/pipeline/ingest/log-entries.fake.ts'
import { sqlOptions, sqlSource } from '../../src/pipeline/ingest/sql/sql.ts'
import { freePort } from '../e2e/program.ts'
import { type Need, needs } from '../needs.ts'
import { until } from '../until.ts'
import { createLine } from './line.ts'
import { findPostgres } from './postgres.ts'

const name = `vedette_rows_${process.pid}`

interface Connection {
  /** Returns the rows of the result. */
  ask(sql: string): Promise<readonly unknown[]>
  close(): Promise<void>
}

/** A server with a separate database for this run, and a second connection to it. */
interface Server {
  readonly need: Need
  readonly url: string
  readonly key: string
  open(database: string): Promise<Connection>
  /** Closes every other connection to the database. */
  readonly cut: string
  readonly slow: string
  /** Finds connections that run the slow query. */
  readonly asking: string
  /** The suffix of `drop database NAME`. */
  readonly force: string
  /** A database that always exists. */
  readonly always: string
}

const postgresUrl = (database: string) => {
  const url = new URL(process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres')
  url.pathname = `/${database}`
  return url.href
}
const mariadbUrl = (database: string) => {
  const url = new URL(process.env.MARIADB_URL ?? 'mariadb://root@127.0.0.1:3306/test')
  url.pathname = `/${database}`
  return url.href
}
const openPostgres = async (database: string): Promise<Connection> => {
  const client = new pg.Client({ connectionString: postgresUrl(database), connectionTimeoutMillis: 20_000 })
  await client.connect()
  return { ask: async (sql: string) => (await client.query(sql)).rows, close: () => client.end() }
}
const openMariadb = async (database: string): Promise<Connection> => {
  const connection = await createConnection({
    uri: mariadbUrl(database).replace(/^mariadb/, 'mysql'),
    connectTimeout: 20_000,
  })
  const ask = async (sql: string) => {
    const [rows] = await connection.query(sql)
    return Array.isArray(rows) ? rows : []
  }
  return { ask, close: () => connection.end() }
}
const findMariadb = async (): Promise<Need> => {
  try {
    await (await openMariadb('test')).close()
    return { missing: undefined }
  } catch (error) {
    return { missing: `MariaDB does not answer at ${mariadbUrl('test')}: ${error}. Start one, or set MARIADB_URL` }
  }
}

const log = { debug() {}, info() {}, warn() {}, error() {} }
const servers: Readonly<Record<string, Server>> = {
  PostgreSQL: {
    need: await findPostgres(),
    url: postgresUrl(name),
    key: 'serial primary key',
    open: openPostgres,
    always: 'postgres',
    force: 'with (force)',
    cut: `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'vedette' and datname = '${name}'`,
    slow: 'select 1 as id, pg_sleep(20)',
    asking: `select pid from pg_stat_activity where datname = '${name}' and wait_event = 'PgSleep'`,
  },
  MariaDB: {
    need: await findMariadb(),
    url: mariadbUrl(name),
    key: 'integer primary key auto_increment',
    open: openMariadb,
    always: 'test',
    force: '',
    cut: `begin not atomic for one in (select id from information_schema.processlist where db = '${name}' and id <> connection_id()
      and id not in (select trx_mysql_thread_id from information_schema.innodb_trx)) do kill one.id; end for; end`,
    slow: 'select 1 as id, sleep(20)',
    asking: `select id from information_schema.processlist where db = '${name}' and state = 'User sleep'`,
  },
}

for (const [title, server] of Object.entries(servers)) {
  describe(`the source sql on ${title}`, needs(server.need), () => {
    let writer: Connection
    beforeAll(async () => {
      const admin = await server.open(server.always)
      await admin.ask(`drop database if exists ${name}`)
      await admin.ask(`create database ${name}`)
      await admin.close()
      writer = await server.open(name)
      for (const statement of logEntriesSchema(server.key)) await writer.ask(statement)
    })
    afterAll(async () => {
      await writer?.close()
      const admin = await server.open(server.always)
      await admin.ask(`drop database ${name} ${server.force}`)
      await admin.close()
    })

    const add = (message: string, to = writer) =>
      to.ask(
        `insert into log_entries (device_id, timestamp, log_level, process_name, message, structured_data)
         values (7, '2026-01-15 10:00:00', 'warning', 'hostapd', '${message}', '{"reason":8}')`,
      )
    const start = (cursors: Map<string, string>, options: object = {}) => {
      const texts: string[] = []
      const outages: string[] = []
      const stop = new AbortController()
      const source = sqlSource(
        { read: async (_, key) => cursors.get(key), list: async () => [...cursors.values()] },
        { began: (_, why) => outages.push(why), ended: () => outages.push('over') },
      ).create(sqlOptions.parse({ name: 'x', url: server.url, every: 0.01, batch: 50, ...options }), {
        now: Date.now,
        fetch,
        log,
        signal: stop.signal,
      })
      const done = source.run(async (records, cursor) => {
        texts.push(...records.map(({ text }) => text))
        if (cursor) cursors.set(cursor.key, cursor.position)
      }, stop.signal)
      return {
        texts,
        outages,
        async stop() {
          stop.abort()
          await done
        },
      }
    }

    it('reads every row once, despite transactions out of order, disconnects and a restart', async () => {
      const cursors = new Map<string, string>()
      const slow = await server.open(name)
      await add('before')
      await slow.ask('begin')
      await add('late', slow)
      for (let i = 0; i < 120; i++) await add(`row ${i}`)
      const first = start(cursors)
      await until(() => first.texts.length === 121)
      await writer.ask(server.cut)
      await until(() => first.outages.some((reason) => reason !== 'over'))
      await add('after the cut')
      await until(() => first.texts.length === 122)
      await first.stop()
      await slow.ask('commit')
      await slow.close()
      await add('after the restart')
      const second = start(cursors)
      await until(() => second.texts.length >= 2)
      await second.stop()
      const messages = [...first.texts, ...second.texts].map(messageIn)
      expect(messages).toHaveLength(124)
      expect(new Set(messages).size).toBe(124)
      expect(second.texts.map(messageIn).sort()).toEqual(['after the restart', 'late'])
      expect(JSON.parse(second.texts[0] ?? '')).toMatchObject({
        '@timestamp': '2026-01-15 10:00:00',
        'host.name': 'router',
        'device.id': 7,
        details: { reason: 8 },
      })
    })

    it('cancels a slow query, and stops during one', async () => {
      const hasty = start(new Map(), { query: server.slow, timeout: 0.2 })
      await until(() => hasty.outages.length > 0)
      await hasty.stop()
      const patient = start(new Map(), { query: server.slow })
      await until(async () => (await writer.ask(server.asking)).length > 0, 'the question at the server')
      await patient.stop()
    })

    it('detects a network that drops or rejects packets, and recovers', async () => {
      const { hostname: host, port } = new URL(server.url)
      const near = await freePort()
      const line = createLine(near, { host, port: Number(port) })
      await line.open()
      const run = start(new Map(), {
        url: server.url.replace(/:\d+\//, `:${near}/`),
        query: "select * from log_entries where message like 'far %'",
        timeout: 0.2,
      })
      const isAway = (count: number) => run.outages.filter((reason) => reason !== 'over').length > count
      await add('far 1')
      await until(() => run.texts.length === 1)
      line.silence()
      await until(() => isAway(0), 'the silence being noticed')
      await line.close()
      await add('far 2')
      const seen = run.outages.length
      await until(() => isAway(seen), 'the refusal being noticed')
      line.resume()
      await line.open()
      await until(() => run.texts.length === 2, 'the row that was added meanwhile')
      await run.stop()
      await line.close()
      expect(run.texts.map(messageIn)).toEqual(['far 1', 'far 2'])
    })

    it('never prints the password of an unreachable server', async () => {
      const url = server.url.replace(/\/\/.*@.*\//, '//somebody:secret@127.0.0.1:1/')
      const run = start(new Map(), { url })
      await until(() => run.outages.length > 0)
      await run.stop()
      expect(run.outages[0]).toContain('127.0.0.1:1')
      expect(run.outages[0]).not.toContain('secret')
    })
  })
}
