import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { findPostgres } from './postgres.ts'

const name = `vedette_monitor_${process.pid}`
const server = new URL(process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres')

/** The tables of a Log Monitor, and a user who can only read them. */
const schema = [
  `create table devices (id serial primary key, name varchar(100) not null, ip_address varchar(45) not null unique,
    description text, created_at timestamp default now(), updated_at timestamp default now())`,
  `create table log_entries (id serial primary key, device_id integer references devices (id), device_ip varchar(45),
    timestamp timestamp not null, log_level varchar(20), process_name varchar(100), message text, raw_message text,
    structured_data json, pushed_to_ai boolean default false, pushed_at timestamp, push_attempts integer default 0, last_push_error text)`,
  "insert into devices (name, ip_address) values ('openwrt', '192.0.2.1')",
  `create role ${name} login password 'reader'`,
  `grant connect on database ${name} to ${name}`,
  `grant usage on schema public to ${name}`,
  `grant select on log_entries, devices to ${name}`,
]

const token = 'the-health-token'
const folder = scratch()
const anomalyFile = join(folder.path, 'app/data/mcp_anomalies.db')
let writer: pg.Client
let program: Server
let own: string

const connect = async (database: string) => {
  const url = new URL(server)
  url.pathname = `/${database}`
  const client = new pg.Client({ connectionString: url.href })
  client.on('error', () => {})
  await client.connect()
  return client
}
const once = async (...statements: readonly string[]) => {
  const client = await connect('postgres')
  for (const statement of statements) await client.query(statement)
  await client.end()
}
const log = (process_name: string, count: number, message: string) =>
  writer.query(
    `insert into log_entries (device_id, device_ip, timestamp, log_level, process_name, message, raw_message)
     select 1, '192.0.2.1', (now() at time zone 'UTC') - make_interval(secs => 60 - i * 0.1), 'info', $1, $2, $2 from generate_series(1, ${count}) i`,
    [process_name, message],
  )
const get = async (path: string, headers = { authorization: `Bearer ${token}` }) => {
  const response = await fetch(own + path, { headers })
  return { status: response.status, body: z.unknown().parse(await response.json()) }
}
const anomalies = async () =>
  z
    .array(z.looseObject({ anomaly_type: z.string() }))
    .parse((await get('/api/v1/anomalies?agent_name=wifi')).body)
    .map(({ anomaly_type }) => anomaly_type)

describe('the log-agent service, started with its original environment', needs(await findPostgres()), () => {
  beforeAll(async () => {
    await once(`drop database if exists ${name} with (force)`, `drop role if exists ${name}`, `create database ${name}`)
    writer = await connect(name)
    for (const statement of schema) await writer.query(statement)
    const port = await freePort()
    own = `http://127.0.0.1:${port}`
    program = await startServer({
      dataDir: join(folder.path, 'data'),
      port: await freePort(),
      cwd: folder.path,
      env: {
        DB_HOST: server.hostname,
        DB_PORT: server.port || '5432',
        DB_NAME: name,
        DB_USER: name,
        DB_PASSWORD: 'reader',
        AGENT_PROCESSING_INTERVAL: '1',
        HEALTH_TOKEN: token,
        SQLITE_DB_PATH: anomalyFile,
        SERVICE_PORT: String(port),
      },
    })
    await until(() =>
      get('/health').then(
        () => true,
        () => false,
      ),
    )
  })
  afterAll(async () => {
    await program?.stop()
    await writer?.end()
    await once(`drop database if exists ${name} with (force)`, `drop role if exists ${name}`)
    folder.remove()
  })

  it(keeps('network-agents.source'), async () => {
    await log('hostapd', 12, 'wlan0: STA 02:00:00:00:00:01 IEEE 802.11: AUTHENTICATION FAILED')
    await log('gardener', 50, 'authentication failed')
    // An anomaly is reported at once, and again with its final count when it ends.
    const first = async () =>
      z.array(z.looseObject({ features: z.looseObject({}) })).parse((await get('/api/v1/anomalies')).body)[0]
    await until(async () => (await first())?.features.auth_failures === 12)
    expect(await first()).toMatchObject({
      agent_name: 'wifi',
      device_id: 1,
      anomaly_type: 'auth_failure',
      confidence: 0.9,
      features: { log_count: 12 },
    })
    expect(await anomalies()).toEqual(['auth_failure'])
    expect(await get('/health')).toEqual({ status: 200, body: { status: 'healthy' } })
    const { rows } = await writer.query('select distinct pushed_to_ai, push_attempts from log_entries')
    expect(rows).toEqual([{ pushed_to_ai: false, push_attempts: 0 }])
    const file = new DatabaseSync(anomalyFile, { readOnly: true, timeout: 2_000 })
    await until(
      async () =>
        file.prepare('select device_id from mcp_anomalies where features like \'%"auth_failures":12,%\'').all()
          .length === 1,
    )
    file.close()
  })

  it(keeps('network-agents.anomaly-test'), async () => {
    const DB = {
      DB_HOST: server.hostname,
      DB_PORT: server.port || '5432',
      DB_NAME: name,
      DB_USER: name,
      DB_PASSWORD: 'reader',
    }
    const { status, stdout, stderr } = spawnSync(
      join(root, 'bin/vedette.cjs'),
      ['anomaly-test', 'wifi', '--database', '--json', '--days-back', '30'],
      {
        cwd: folder.path,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...DB },
      },
    )
    expect([status, stderr]).toEqual([0, ''])
    // Only lines of the agent's programs are read from the database.
    expect(JSON.parse(stdout)).toMatchObject({
      logs_processed: 12,
      anomalies_detected: 1,
      results: [{ anomaly_type: 'auth_failure', device: 'openwrt', device_id: 1 }],
    })
  })

  it(`${keeps('network-agents.health')}, while the database of the log entries is away`, async () => {
    await once(
      `alter database ${name} with allow_connections false`,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and usename = '${name}'`,
    )
    await until(async () => (await get('/health')).status === 503)
    expect((await get('/health')).body).toMatchObject({
      status: 'unhealthy',
      problems: [expect.stringContaining('log-entries')],
    })
    expect((await program.ask('/health/ready')).status).toBe(200)
    await once(`alter database ${name} with allow_connections true`)
    await until(async () => (await get('/health')).status === 200)
    await log('hostapd', 12, 'wlan0: STA 02:00:00:00:00:01 deauthenticated')
    await until(async () => (await anomalies()).includes('deauth_flood'))
  })
})
