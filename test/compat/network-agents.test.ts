import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { logEntriesSchema } from '../../src/pipeline/ingest/log-entries.fake.ts'
import { adminToken, freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'

const folder = scratch()
const at = (name: string) => join(folder.path, name)
const anomalyFile = at('app/data/mcp_anomalies.db')
const monitor = at('monitor.db')
const token = 'the-health-token'
let server: Server
let own: string

const start = async () => {
  const port = await freePort()
  own = `http://127.0.0.1:${port}`
  server = await startServer({
    dataDir: at('data'),
    port: await freePort(),
    cwd: folder.path,
    env: { HEALTH_TOKEN: token, SQLITE_DB_PATH: anomalyFile, SERVICE_HOST: '127.0.0.1', SERVICE_PORT: String(port) },
  })
  await until(() =>
    get('/health').then(
      () => true,
      () => false,
    ),
  )
}
beforeAll(async () => {
  mkdirSync(at('data'))
  writeFileSync(
    at('vedette.yaml'),
    `sources: [{ type: sql, name: log-entries, url: 'sqlite:${monitor}', every: 0.05, from: start }]\n`,
  )
  ask(monitor, ...logEntriesSchema('integer primary key autoincrement'))
  // Over two minutes of one device: what the agent knows, and programs that it does not look at.
  log('hostapd', 500, 0.2, (i) => (i < 15 ? `wlan0: STA ${mac(i % 3)} disassociated` : 'wlan0: STA is fine'))
  log('dnsmasq', 1_001, 0.1, (i) => `query[A] host${i}.example from 10.0.0.9`)
  log('gardener', 50, 0.2, () => 'authentication failed')
  await start()
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

const began = Date.now() - 600_000
const mac = (i: number) => `02:00:00:00:00:0${i}`
const ask = (path: string, ...statements: readonly string[]) => {
  const database = new DatabaseSync(path)
  for (const statement of statements) database.exec(statement)
  database.close()
}
const log = (program: string, count: number, seconds: number, message: (i: number) => string) => {
  const rows = Array.from({ length: count }, (_, i) => {
    const time = new Date(began + i * seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
    return `(7, '192.0.2.1', '${time}', 'info', '${program}', '${message(i)}')`
  })
  ask(
    monitor,
    `insert into log_entries (device_id, device_ip, timestamp, log_level, process_name, message) values ${rows.join()}`,
  )
}
const get = async (path: string, authorization: string | undefined = `Bearer ${token}`) => {
  const response = await fetch(own + path, { headers: authorization === undefined ? {} : { authorization } })
  return { status: response.status, body: await response.json() }
}
const anomalies = async (query = '') =>
  z
    .array(z.looseObject({ id: z.int(), timestamp: z.string(), agent_name: z.string(), anomaly_type: z.string() }))
    .parse((await get(`/api/v1/anomalies${query}`)).body)
/** The rows as read by another program. */
const sqlite = (sql: string) => {
  const file = new DatabaseSync(anomalyFile, { readOnly: true, timeout: 2_000 })
  const rows = file.prepare(sql).all()
  file.close()
  return rows
}

it(keeps('network-agents.port', 'network-agents.token', 'network-agents.health'), async () => {
  for (const path of ['/health', '/api/v1/anomalies']) {
    for (const wrong of ['Bearer wrong', 'wrong', 'Basic abc']) {
      expect(await get(path, wrong)).toEqual({ status: 401, body: { error: 'Unauthorized' } })
    }
    const bare = await fetch(own + path)
    expect([bare.status, await bare.text()]).toEqual([401, '{"error":"Unauthorized"}'])
    for (const right of [`Bearer ${token}`, token]) expect((await get(path, right)).status).toBe(200)
  }
  expect((await get('/health')).body).toEqual({ status: 'healthy' })
})

it(
  keeps(
    'network-agents.anomalies',
    'network-agents.newest',
    'network-agents.paging',
    'network-agents.agent-name',
    'network-agents.wifi',
  ),
  async () => {
    await until(async () => (await anomalies()).length >= 2)
    const all = await anomalies()
    expect(all.map(({ agent_name, anomaly_type }) => [agent_name, anomaly_type]).sort()).toEqual([
      ['dns', 'dns_query_flood'],
      ['wifi', 'wifi_anomaly'],
    ])
    expect(all.map(({ timestamp }) => timestamp)).toEqual(
      all
        .map(({ timestamp }) => timestamp)
        .sort()
        .reverse(),
    )
    const [wifi] = await anomalies('?agent_name=wifi')
    expect(Object.keys(wifi ?? {}).sort()).toEqual([
      'agent_name',
      'anomaly_type',
      'confidence',
      'created_at',
      'description',
      'device_id',
      'features',
      'id',
      'timestamp',
    ])
    expect(wifi).toMatchObject({
      agent_name: 'wifi',
      device_id: 7,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      confidence: 0.9,
      description: expect.stringContaining('15 disassociation events'),
      features: { disassociation_events: 15, unique_mac_count: 3 },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
    })
    expect(await anomalies('?agent_name=wi')).toEqual([])
    expect(await anomalies('?limit=1')).toEqual(all.slice(0, 1))
    expect(await anomalies('?limit=1&offset=1')).toEqual(all.slice(1, 2))
    expect(await anomalies('?limit=100&offset=0')).toEqual(all)
    expect(await (await server.ask('/api/v1/anomalies')).json()).toEqual(all)
  },
)

it(`${keeps('network-agents.paging')}, of more than a page`, async () => {
  const before = (await anomalies()).length
  const devices = Array.from({ length: 120 }, (_, i) => `10.9.0.${i}`)
  const time = new Date(began + 200_000).toISOString().slice(0, 19).replace('T', ' ')
  const rows = devices.flatMap((ip) => Array(6).fill(`('${ip}', '${time}', 'hostapd', 'authentication failed')`))
  ask(monitor, `insert into log_entries (device_ip, timestamp, process_name, message) values ${rows.join()}`)
  await until(async () => (await anomalies('?limit=1000')).length === before + devices.length)
  const all = await anomalies('?limit=1000')
  expect(await anomalies()).toEqual(all.slice(0, 100))
  expect(await anomalies('?offset=100')).toEqual(all.slice(100))
  expect(new Set(all.map(({ id }) => id)).size).toBe(before + devices.length)
})

it(keeps('network-agents.anomaly-test'), async () => {
  const trial = async (body: object) => {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const response = await server.ask('/api/v1/agents/anomaly-test', init)
    return { status: response.status, body: await response.json() }
  }
  const listed = await anomalies()
  expect(await trial({ agent_id: 'wifi' })).toMatchObject({
    status: 200,
    body: {
      status: 'completed',
      logs_processed: 1_551 + 720,
      anomalies_detected: 121,
      agents: [{ agent_id: 'wifi', logs: 500 + 720, by_type: { wifi_anomaly: 1, auth_failure: 120 } }],
      results: expect.arrayContaining([
        expect.objectContaining({ device: 'router', features: expect.objectContaining({ disassociation_events: 15 }) }),
      ]),
    },
  })
  expect((await trial({ days_back: 30 })).body).toMatchObject({ anomalies_detected: 122 })
  expect((await trial({ end_date: 'now-1d' })).body).toMatchObject({ logs_processed: 0, from: null })
  expect((await trial({ agent_id: 'nobody' })).status).toBe(404)
  expect((await trial({ days_back: 31 })).status).toBe(400)
  expect(await anomalies()).toEqual(listed)
})

it(keeps('network-agents.agents', 'network-agents.agent-stats'), async () => {
  const of = async (path: string) => (await get(`/api/v1/agents${path}`)).body
  const ids = ['dns', 'log_level', 'network', 'system', 'threshold', 'wifi']
  const listed = z.array(z.looseObject({ id: z.string() })).parse(await of(''))
  expect(listed.map(({ id }) => id)).toEqual(ids)
  const wifi = listed.at(-1)
  expect(wifi).toEqual({
    id: 'wifi',
    name: 'Wi-Fi agent',
    status: 'active',
    is_running: true,
    last_run: null,
    capabilities: expect.arrayContaining(['deauthentication floods']),
    description: expect.any(String),
    model_path: null,
    config: expect.objectContaining({ agent_id: 'wifi', process_filters: expect.arrayContaining(['hostapd']) }),
  })
  expect(await of('/wifi')).toEqual(wifi)
  expect(await of('/wifi/config')).toEqual(wifi?.config)
  expect(await of('/configs/templates')).toHaveLength(ids.length)
  expect(await get('/api/v1/agents/nobody')).toMatchObject({ status: 404, body: { error: expect.any(String) } })
  expect((await get('/api/v1/agents', 'wrong')).status).toBe(401)
  expect(await (await server.ask('/api/v1/agents')).json()).toEqual(listed)

  const found = await anomalies('?agent_name=wifi&limit=1000')
  const stats = await of('/wifi/stats')
  expect(stats).toEqual({
    agent_id: 'wifi',
    status: 'active',
    anomalies_detected: found.length,
    anomalies_by_type: { auth_failure: 120, wifi_anomaly: 1 },
    last_anomaly: found[0]?.timestamp,
  })
  expect(await of('/stats/overview')).toEqual({
    total_agents: 6,
    active_agents: 6,
    anomalies_detected: (await anomalies('?limit=1000')).length,
    agents: expect.arrayContaining([stats]),
  })
})

it(keeps('network-agents.agent-validate'), async () => {
  const validate = async (id: string, body: unknown) => {
    const response = await fetch(`${own}/api/v1/agents/${id}/config/validate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }
  const config = z.looseObject({}).parse((await get('/api/v1/agents/wifi/config')).body)
  const valid = { status: 200, body: { is_valid: true, errors: [], warnings: [] } }
  expect(await validate('wifi', config)).toEqual(valid)
  expect(await validate('wifi', { config })).toEqual(valid)
  expect(await validate('dns', config)).toMatchObject({ body: { is_valid: true, warnings: [expect.any(String)] } })
  expect(await validate('wifi', { ...config, agent_type: 'magic' })).toMatchObject({
    status: 200,
    body: { is_valid: false, errors: [expect.stringContaining('agent_type')] },
  })
})

it(keeps('network-agents.bad-number'), async () => {
  for (const query of ['?limit=many', '?offset=1.5', '?limit=']) {
    expect(await get(`/api/v1/anomalies${query}`)).toEqual({ status: 500, body: { error: 'Internal Server Error' } })
    expect((await server.ask(`/api/v1/anomalies${query}`)).status).toBe(400)
  }
})

it(keeps('network-agents.environment'), async () => {
  const told: { authorization: string | undefined; body: string }[] = []
  const receiver = createHttpServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      told.push({ authorization: request.headers.authorization, body })
      response.end()
    })
  })
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
  const address = receiver.address()
  const port = address && typeof address === 'object' ? address.port : 0
  const other = scratch()
  const second = await startServer({
    dataDir: join(other.path, 'data'),
    port: await freePort(),
    cwd: other.path,
    env: {
      NOTIFICATION_ENABLED: 'true',
      NOTIFICATION_URL: `http://127.0.0.1:${port}/hook`,
      NOTIFICATION_TOKEN: 'the-notification-token',
      RESOURCE_THRESHOLD_CPU: '60',
      SERVICE_PORT: '0',
      VEDETTE_NETWORK_AGENTS_AGENTS: 'threshold',
    },
  })
  const { body } = await second
    .ask('/api/v1/agents/threshold/config')
    .then(async (answer) => ({ body: await answer.json() }))
  expect(body).toMatchObject({
    analysis_rules: {
      thresholds: expect.arrayContaining([expect.objectContaining({ anomaly_type: 'high_cpu', above: 60 })]),
    },
  })
  const alert = {
    alert_id: 'n-1',
    timestamp: new Date().toISOString(),
    alert_type: 'malware',
    severity: 'critical',
    description: 'Ransom note on a share.',
    source_ip: '192.0.2.9',
  }
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(alert) }
  expect((await second.ask('/api/v1/alerts', init)).status).toBe(200)
  await until(async () => told.length > 0)
  expect(told[0]?.authorization).toBe('Bearer the-notification-token')
  expect(JSON.parse(told[0]?.body ?? '')).toMatchObject({ type: 'vedette.incident.opened' })
  await second.stop()
  receiver.close()
  other.remove()
})

it(keeps('network-agents.sqlite'), async () => {
  await server.settled()
  const listed = await anomalies('?limit=1000')
  const seen = () =>
    z
      .array(z.looseObject({ id: z.int() }))
      .parse(sqlite('select * from mcp_anomalies order by timestamp desc, id desc'))
  await until(async () => seen().length === listed.length)
  expect(seen().map((row) => ({ ...row, features: JSON.parse(String(row.features)) }))).toEqual(listed)
  expect(sqlite("select name from sqlite_master where type = 'index' order by name")).toEqual([
    { name: 'idx_anomalies_agent' },
    { name: 'idx_anomalies_timestamp' },
  ])
  // Only findings of agents are shown.
  expect(sqlite("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")).toEqual([
    { name: 'mcp_anomalies' },
  ])
  const before = readFileSync(anomalyFile)
  await server.stop()
  await start()
  expect(await anomalies('?limit=1000')).toEqual(listed)
  expect(seen()).toHaveLength(listed.length)
  expect(readFileSync(anomalyFile)).toHaveLength(before.length)
  expect(statSync(at('data/vedette.db')).mode & 0o077).toBe(0)
})

it(keeps('network-agents.outage'), async () => {
  ask(at('data/vedette.db'), 'drop view mcp_anomalies', 'alter table agent_anomalies rename to gone')
  expect(await get('/api/v1/anomalies')).toEqual({ status: 200, body: [] })
  expect((await server.ask('/api/v1/anomalies')).status).toBe(500)
})

it(keeps('network-agents.logs'), async () => {
  const page = z.object({
    logs: z.array(z.looseObject({ timestamp: z.string(), program: z.string(), message: z.string() })),
    total: z.int(),
    filters: z.object({ severity: z.array(z.string()), programs: z.array(z.string()) }),
  })
  const logs = async (query = '') => page.parse((await get(`/api/v1/logs${query}`)).body)
  // The agents read only hostapd and named, so your own source must read everything else.
  const all = await logs()
  expect(all.logs.length).toBe(25)
  expect(all.filters.severity).toEqual([
    'emergency',
    'alert',
    'critical',
    'error',
    'warning',
    'notice',
    'info',
    'debug',
  ])
  expect(all.filters.programs).toEqual(expect.arrayContaining(['hostapd', 'dnsmasq']))
  expect(all.logs.map(({ timestamp }) => timestamp)).toEqual(
    all.logs
      .map(({ timestamp }) => timestamp)
      .toSorted()
      .toReversed(),
  )
  const ours = await logs('?program=hostapd&level=info,error&per_page=2&page=3&_=1')
  expect(ours.total).toBe(500)
  expect(ours.logs).toMatchObject([
    { program: 'hostapd', level: 'info', device_id: 7, device_ip: '192.0.2.1', message: 'wlan0: STA is fine' },
    {
      program: 'hostapd',
      id: expect.any(Number),
      raw_message: expect.any(String),
      structured_data: expect.any(Object),
    },
  ])
  expect((await logs('?program=hostapd&search=disassociated')).total).toBe(15)
  expect(await logs('?level=critical')).toMatchObject({ logs: [], total: 0 })
  expect(await logs('?start_date=2020-01-01&end_date=2020-01-02')).toMatchObject({ total: 0 })
  const both = await logs('?program=hostapd,dnsmasq&page=&per_page=1000')
  expect(both.logs.length).toBe(1_000)
  const each = await Promise.all(['hostapd', 'dnsmasq'].map((program) => logs(`?program=${program}`)))
  expect(both.total).toBe(each.reduce((sum, { total }) => sum + total, 0))
  expect((await get('/api/v1/logs?page=x')).status).toBe(400)
  expect((await get('/api/v1/logs', 'Bearer wrong')).status).toBe(401)
})

it(keeps('network-agents.settings'), async () => {
  expect((await get('/api/v1/settings/database')).status).toBe(403)
  const answer = await fetch(`${own}/api/v1/settings/database`, { headers: { authorization: `Bearer ${adminToken}` } })
  expect(await answer.json()).toEqual({
    host: null,
    port: 5432,
    database: 'netmonitor_db',
    user: 'postgres',
    password: '',
  })
  const metrics = await fetch(`${own}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  expect(await metrics.text()).toContain('# TYPE vedette_')
})
