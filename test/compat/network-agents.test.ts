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
  // The server reads the same file.
  const database = new DatabaseSync(path, { timeout: 10_000 })
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
    process_filters: expect.arrayContaining(['hostapd']),
  })
  expect(await of('/wifi')).toEqual(wifi)
  expect(await of('/wifi/config')).toEqual(wifi?.config)
  expect(await of('/configs/templates')).toHaveLength(ids.length)
  expect(await get('/api/v1/agents/nobody')).toMatchObject({ status: 404, body: { error: expect.any(String) } })
  expect((await get('/api/v1/agents', 'wrong')).status).toBe(401)
  expect(await (await server.ask('/api/v1/agents')).json()).toEqual(listed)

  const found = await anomalies('?agent_name=wifi&limit=1000')
  const stats = await of('/wifi/stats')
  expect(stats).toMatchObject({
    agent_id: 'wifi',
    status: 'active',
    anomalies_detected: found.length,
    anomalies_by_type: { auth_failure: 120, wifi_anomaly: 1 },
    last_anomaly: found[0]?.timestamp,
    agent: wifi,
    analysis_stats: { anomalies_detected: found.length, anomaly_type_counts: { auth_failure: 120, wifi_anomaly: 1 } },
  })
  expect(await of('/stats/overview')).toMatchObject({
    total_agents: 6,
    active_agents: 6,
    anomalies_detected: (await anomalies('?limit=1000')).length,
    agent_stats: expect.arrayContaining([stats]),
  })
})

it(keeps('network-agents.agent-details'), async () => {
  const of = async (path: string) => (await get(`/api/v1/agents${path}`)).body
  const detailed = await of('/wifi/detailed')
  // The page calls these without checking that they are there.
  expect(detailed).toMatchObject({
    id: 'wifi',
    agent_type: expect.stringMatching(/^(hybrid|ml_based|rule_based)$/),
    capabilities: expect.any(Array),
    data_requirements: {
      data_sources: ['log_entries'],
      process_filters: expect.arrayContaining(['hostapd']),
      lookback_period: '5 minutes',
      sampling_frequency: '60 seconds',
    },
    export_considerations: {
      required_fields: expect.any(Array),
      preprocessing_steps: expect.any(Array),
      training_data_requirements: expect.any(Array),
    },
    configuration: { enabled: true, analysis_rules: expect.any(Object) },
    performance_metrics: { anomalies_detected: 121 },
  })
  expect(await of('/detailed-info')).toHaveLength(6)
  expect(await of('/detailed-info?agent_ids=wifi')).toEqual([detailed])
  expect(await of('/wifi/model')).toEqual({ agent_id: 'wifi', model_path: 'wifi' })
})

it(keeps('network-agents.pages', 'network-agents.models'), async () => {
  const of = async (path: string) => (await get(`/api/v1${path}`)).body
  const connected = { status: 'connected', last_check: expect.any(String) }
  expect(await of('/dashboard')).toMatchObject({
    system_status: {
      status: 'healthy',
      uptime: expect.stringMatching(/^0d 0h \d+m \d+s$/),
      version: expect.stringMatching(/^\d+\./),
      connections: { database: connected, data_source: connected, redis: { status: 'disconnected' } },
    },
    recent_anomalies: expect.arrayContaining([
      expect.objectContaining({ type: 'auth_failure', severity: expect.any(Number), status: 'detected' }),
    ]),
    performance_metrics: { cpu_usage: expect.any(Number), memory_usage: expect.any(Number) },
  })
  expect(await of('/server/status')).toMatchObject({
    status: 'healthy',
    components: { database: 'healthy', model: 'healthy', cache: 'healthy' },
    metrics: { response_time: expect.any(Number) },
    services: expect.arrayContaining([expect.objectContaining({ name: 'wifi', status: 'running' })]),
  })
  expect(await of('/server/stats')).toMatchObject({
    cpu: { cores: expect.any(Number) },
    memory: { total: expect.any(Number), used: expect.any(Number) },
    disk: { free: expect.any(Number) },
  })
  const { models } = z.object({ models: z.array(z.looseObject({ id: z.string() })) }).parse(await of('/models'))
  expect(models.map(({ id }) => id)).toContain('wifi')
  expect(models.map(({ id }) => id)).not.toContain('log_level')
  expect(await of('/models/wifi/info')).toMatchObject({ status: 'active', agent_info: { is_running: true } })
  expect(await of('/model-management/models')).toHaveLength(models.length)
  expect(await of('/model-management/models/wifi')).toMatchObject({
    status: 'deployed',
    metadata: { training_info: { feature_names: expect.arrayContaining(['auth_failures']) } },
  })
  expect(await get('/api/v1/models/nobody/info')).toMatchObject({ status: 404 })
})

const post = async (path: string, body: unknown, headers: Record<string, string> = { authorization: token }) => {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
  const response = await fetch(`${own}/api/v1${path}`, init)
  return { status: response.status, body: await response.json() }
}

it(keeps('network-agents.analyze'), async () => {
  const before = await anomalies('?limit=1000')
  const entry = (message: string, i: number, program = 'hostapd', device_ip = '192.0.2.9') => ({
    ...{ device_ip, timestamp: `2024-01-01T00:00:${String(i).padStart(2, '0')}Z`, process_name: program, message },
  })
  const logs = [
    ...Array.from({ length: 12 }, (_, i) => entry(`STA ${i}: authentication failed`, i)),
    entry('STA 5: authenticated', 5),
    entry('authentication failed', 6, 'gardener'),
    entry('authentication failed', 7, 'hostapd', '192.0.2.10'),
  ]
  const { status, body } = await post('/models/analyze', logs)
  expect(status).toBe(200)
  const analyzed = z.array(z.looseObject({ analysis_result: z.looseObject({ prediction: z.int() }) })).parse(body)
  expect(analyzed.map(({ analysis_result }) => analysis_result.prediction)).toEqual(
    logs.map((_, i) => (i < 12 ? 1 : 0)),
  )
  const found = {
    prediction: 1,
    anomaly_score: 0.9,
    is_anomaly: true,
    model_version: 'wifi',
    timestamp: expect.any(String),
  }
  expect(analyzed[0]).toMatchObject({
    log_entry: logs[0],
    analysis_result: { ...found, anomaly_type: 'auth_failure', description: expect.stringContaining('12 failed') },
    analysis_timestamp: expect.any(String),
    model_version: 'wifi',
  })
  const none = { prediction: 0, anomaly_score: 0, is_anomaly: false, model_version: null }
  expect(analyzed[12]).toMatchObject({ analysis_result: none, model_version: null })
  for (const wrong of [[], {}, [1], 'line']) expect((await post('/models/analyze', wrong)).status).toBe(400)
  expect((await post('/models/analyze', logs, {})).status).toBe(401)
  expect(await anomalies('?limit=1000')).toEqual(before)
})

it(keeps('network-agents.predict'), async () => {
  const sent = {
    timestamp: '2024-03-20T10:00:00Z',
    signal_strength: -65,
    latency: 25,
    packet_loss: 0.1,
    client_count: 15,
  }
  const key = { 'x-api-key': token }
  expect(await post('/predict', sent, key)).toEqual({
    status: 200,
    body: {
      ...{
        anomaly_detected: false,
        confidence: 0,
        severity: 'info',
        description: 'No measurement exceeds its threshold.',
      },
      ...{ timestamp: sent.timestamp, not_compared: ['latency', 'client_count'] },
    },
  })
  expect((await post('/predict', { ...sent, signal_strength: -71, packet_loss: 0.2 }, key)).body).toMatchObject({
    ...{ anomaly_detected: true, confidence: 1, severity: 'medium' },
    description: 'signal_strength is -71, below -70. packet_loss is 0.2, above 0.1.',
  })
  expect((await post('/predict', { auth_failures: 5 }, key)).body).toMatchObject({ anomaly_detected: false })
  expect((await post('/predict', { auth_failures: 12 }, key)).body).toMatchObject({
    ...{ anomaly_detected: true, confidence: 0.9, severity: 'critical' },
  })
  for (const wrong of [{ latency: 25 }, { packet_loss: 'much' }, [], {}]) {
    expect(await post('/predict', wrong, key)).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_REQUEST', message: expect.any(String), details: expect.any(Object) } },
    })
  }
  expect(await post('/predict', sent, {})).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHORIZED' } } })
})

it(keeps('network-agents.model-status'), async () => {
  const of = async (path: string) => (await get(`/api/v1${path}`)).body
  expect(await of('/models/status')).toMatchObject({
    model_version: expect.any(String),
    performance: { accuracy: null },
  })
  expect((await post('/model-management/wifi/validate', {})).body).toMatchObject({
    ...{ is_valid: false, score: null, warnings: [expect.stringMatching(/^It has learnt \d+ windows?, too few/)] },
  })
  expect((await post('/model-management/nobody/validate', {})).status).toBe(404)
  expect(await of('/model-management/training-service/connection')).toMatchObject({ connected: false, models_found: 0 })
  expect(await of('/model-management/training-service/models')).toEqual([])
})

it(keeps('network-agents.export'), async () => {
  const send = (path: string, method: string, body?: object, secret = token) =>
    fetch(own + path, {
      method,
      headers: { authorization: `Bearer ${secret}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
  const config = {
    ...{ data_types: ['logs', 'anomalies', 'ips'], batch_size: 1_000, include_metadata: true },
    ...{ validation_level: 'basic', output_format: 'json', compression: false, processes: ['hostapd'] },
  }
  const made = z
    .looseObject({ export_id: z.string() })
    .parse(await (await send('/api/v1/export', 'POST', config)).json())
  const listed = await anomalies('?limit=1000')
  expect(made).toMatchObject({
    status: 'completed',
    record_counts: { logs: 500 + 720, anomalies: listed.length, ips: 121 },
  })
  expect((await get('/api/v1/export?limit=10&offset=0')).body).toEqual([made])
  expect((await get(`/api/v1/export/${made.export_id}/status`)).body).toMatchObject({
    total_records: made.record_count,
  })
  expect((await get(`/api/v1/export/${made.export_id}/progress`)).body).toMatchObject({ progress: 100 })
  expect((await get('/api/v1/export/stats')).body).toMatchObject({ total_exports: 1 })
  const file = await send(`/api/v1/export/download/${made.export_id}`, 'GET')
  const bytes = await file.bytes()
  expect(bytes.length).toBe(made.file_size)
  expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({
    logs: expect.arrayContaining([expect.objectContaining({ program: 'hostapd', device_ip: '192.0.2.1' })]),
    anomalies: listed,
  })
  const none = { ...config, start_date: '2020-01-01T00:00:00Z', end_date: '2020-01-02T00:00:00Z', processes: [] }
  expect(await (await send('/api/v1/export', 'POST', none)).json()).toMatchObject({ record_count: 0 })
  const path = `/api/v1/export/${made.export_id}`
  expect((await send(path, 'DELETE')).status).toBe(403)
  expect((await send(path, 'DELETE', undefined, adminToken)).status).toBe(200)
  expect((await get(path)).status).toBe(404)
})

it(keeps('network-agents.anomaly-status'), async () => {
  const [wifi] = await anomalies('?agent_name=dns')
  const move = (status: string, secret = adminToken) =>
    fetch(`${own}/api/v1/anomalies/${wifi?.id}/status`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ status }),
    })
  expect((await move('resolved', token)).status).toBe(403)
  await server.settled()
  const alerts = async (status: string) =>
    z
      .object({ data: z.array(z.looseObject({ title: z.string() })) })
      .parse(
        await (await server.ask(`/api/v1/alerts?q=${encodeURIComponent(`status:${status} detector:agent`)}`)).json(),
      ).data.length
  for (const [theirs, ours] of [
    ['investigating', 'investigating'],
    ['false_positive', 'false_positive'],
    ['new', 'new'],
    ['ignored', 'resolved'],
  ]) {
    const answer = await move(theirs ?? '')
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'updated' }])
    if (ours !== 'new') expect(await alerts(ours ?? '')).toBe(1)
  }
  expect((await move('solved')).status).toBe(400)
  expect(
    (
      await fetch(`${own}/api/v1/anomalies/999999/status`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
        body: '{"status":"new"}',
      })
    ).status,
  ).toBe(404)
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

it(keeps('network-agents.sqlite-numbers'), async () => {
  const all = await get('/api/v1/anomalies?limit=100000')
  expect(all).toMatchObject({ status: 200, body: expect.any(Array) })
  for (const query of ['limit=-1', 'limit=-1&offset=-5', 'limit=999999999', 'limit=%2B1000', 'limit=1000&limit=x']) {
    expect(await get(`/api/v1/anomalies?${query}`)).toEqual(all)
  }
  expect(await get('/api/v1/anomalies?limit=0&limit=5')).toEqual({ status: 200, body: [] })
  expect(await get('/api/v1/anomalies?agent_name=none&agent_name=wifi')).toEqual({ status: 200, body: [] })
  for (const query of ['limit=-1', 'offset=-1', 'limit=1&limit=2', 'agent_name=a&agent_name=b']) {
    expect((await server.ask(`/api/v1/anomalies?${query}`)).status).toBe(400)
  }
})

it(keeps('network-agents.environment', 'network-agents.database-test'), async () => {
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
      DB_HOST: '127.0.0.1',
      DB_PORT: '1',
      DB_USER: 'reader',
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
  const database = { host: '127.0.0.1', port: '1', database: 'netmonitor_db', user: 'reader' }
  const test = async (config: object) => {
    const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(config) }
    const response = await second.ask('/api/v1/settings/database/test', sent)
    return { status: response.status, body: await response.json() }
  }
  await until(async () => JSON.stringify((await test(database)).body).includes('"error"'))
  expect(await test({ ...database, password: 'x' })).toMatchObject({
    status: 200,
    body: { status: 'error', message: expect.stringContaining('log-entries'), details: { user: 'reader' } },
  })
  expect((await test({ ...database, host: '127.0.0.2' })).status).toBe(400)
  expect((await test({ host: '127.0.0.1' })).status).toBe(400)
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
  const text = await metrics.text()
  expect(text).toContain('# TYPE vedette_')
  expect(text).toMatch(/^wifi_agent_logs_processed_total [1-9]/m)
  expect(text).toMatch(/^wifi_agent_anomalies_detected_total\{type="auth_failure"\} 120$/m)
  expect(text).toMatch(/^wifi_agent_alerts_generated_total\{severity="\w+"\} [1-9]/m)
  expect(text).toMatch(/^wifi_agent_processing_duration_seconds_count [1-9]/m)
  expect(text).toMatch(/^wifi_agent_active_devices \d/m)
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
