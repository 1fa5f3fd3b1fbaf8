import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'

const folder = scratch()
const got: { path: string; authorization: string | undefined; body: string }[] = []
const receivers = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (part) => {
    body += part
  })
  request.on('end', () => {
    got.push({ path: request.url ?? '', authorization: request.headers.authorization, body })
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"errors":false,"items":[],"access_token":"ya29","expires_in":3600}')
  })
})
const logged: string[] = []
const syslog = createSocket('udp4', (message) => logged.push(message.toString()))
let server: Server
let detection: string

beforeAll(async () => {
  const port = await freePort()
  await new Promise<void>((done) => receivers.listen(port, '127.0.0.1', done))
  await new Promise<void>((done) => syslog.bind(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${port}`
  const config = join(folder.path, 'vedette.yaml')
  const key = join(folder.path, 'service-account.json')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  writeFileSync(key, JSON.stringify({ client_email: 'a@b', private_key, token_uri: `${url}/token` }))
  writeFileSync(
    config,
    `notify:
  - { name: channel, type: slack, url: '${url}/slack', min_severity: high }
  - { name: siem, type: splunk, url: '${url}/services/collector', token: hush, min_severity: info }
  - { name: search, type: elasticsearch, url: '${url}', min_severity: info }
  - { name: log, type: syslog, host: 127.0.0.1, port: ${syslog.address().port}, min_severity: info }
  - { name: chronicle, type: chronicle, url: '${url}', customer_id: c-1, service_account_key_file: '${key}', min_severity: info }
  - { name: hook, type: webhook, url: '${url}/hook', shape: flat, min_severity: info }
`,
  )
  const own = await freePort()
  detection = `http://127.0.0.1:${own}`
  mkdirSync(join(folder.path, 'logs'))
  writeFileSync(join(folder.path, 'logs/normal.json'), JSON.stringify(normalEvents))
  const trained = spawnSync(join(root, 'bin/vedette.cjs'), ['train', '--data_path', 'logs', '--output_dir', 'model'], {
    cwd: folder.path,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
  })
  expect(trained.stderr).toBe('')
  server = await startServer({
    dataDir: join(folder.path, 'data'),
    port: await freePort(),
    env: {
      VEDETTE_CONFIG: config,
      MODEL_DIR: join(folder.path, 'model'),
      VEDETTE_COMPAT_PORTS: `log-detection:${own}`,
    },
  })
})
afterAll(async () => {
  await server.stop()
  receivers.close()
  syslog.close()
  folder.remove()
})

/** Events of the log detection service. */
const event = (time: string, user: string, event_type: string, message: string) => ({
  ...{ timestamp: `2026-01-08T${time}Z`, user, source_ip: '10.0.0.100', event_type, action: 'success', message },
})
const normalEvents = Array.from({ length: 40 }, (_, i) =>
  event(
    `${String(9 + (i % 8)).padStart(2, '0')}:${String(i).padStart(2, '0')}:00`,
    i % 2 ? 'ana' : 'bob',
    'login',
    'Logged in',
  ),
)
const shadow = event('02:00:00', 'root', 'file_access', 'Accessed /etc/shadow')

const alert = (alert_id: string, severity: string, source_ip: string, asset_id: string) => ({
  alert_id,
  timestamp: new Date().toISOString(),
  alert_type: 'malware',
  severity,
  title: `Malware on ${source_ip}`,
  description: `Malware was found on ${source_ip}`,
  source_ip,
  asset_id,
})
const to = (path: string) => got.filter((one) => one.path.startsWith(path))

it(keeps('log-detection.outputs', 'log-detection.chronicle'), async () => {
  for (const [id, severity, address, asset] of [
    ['OUT-1', 'medium', '198.51.100.7', 'web-01'],
    ['OUT-2', 'critical', '203.0.113.9', 'db-02'],
  ] as const) {
    const answer = await server.ask('/api/v1/alerts', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alert(id, severity, address, asset)),
    })
    expect(answer.status).toBe(200)
  }
  const all = ['/services/collector', '/security-anomalies/_doc/', '/hook']
  const chronicle = '/v2/unstructuredlogentries:batchCreate'
  const came = () =>
    [...all, chronicle].every((path) => to(path).length >= 2) && to('/slack').length >= 1 && logged.length >= 2
  await until(came, () => `all messages, of which ${got.length + logged.length} came`)

  for (const path of all) {
    const bodies = to(path).map(({ body }) => body)
    expect(bodies.filter((body) => body.includes('198.51.100.7'))).toHaveLength(1)
    expect(bodies.filter((body) => body.includes('203.0.113.9'))).toHaveLength(1)
  }
  expect(to('/token').length).toBeGreaterThan(0)
  const entries = to(chronicle).map(({ authorization, body }) => {
    expect(authorization).toBe('Bearer ya29')
    const { customer_id, log_type, entries: sent } = JSON.parse(body)
    expect([customer_id, log_type, sent.length]).toEqual(['c-1', 'SECURITY_ANOMALY', 1])
    return JSON.parse(Buffer.from(sent[0].log_text, 'base64').toString())
  })
  expect(entries.find(({ principal }) => principal.ip?.includes('203.0.113.9'))).toMatchObject({
    metadata: { event_type: 'GENERIC_EVENT', log_type: 'SECURITY_ANOMALY' },
    security_result: [{ severity: 'CRITICAL', category_details: ['malware'] }],
  })
  expect(to('/services/collector')[0]?.authorization).toBe('Splunk hush')
  expect(JSON.parse(to('/services/collector')[0]?.body ?? '')).toMatchObject({
    sourcetype: 'anomaly_detection',
    event: { severity: expect.any(String), anomaly_score: expect.any(Number) },
  })
  const hook = to('/hook').find(({ body }) => body.includes('203.0.113.9'))
  expect(JSON.parse(hook?.body ?? '')).toMatchObject({
    title: 'Security Alert: malware',
    severity: 'critical',
    source_ip: '203.0.113.9',
    message: expect.any(String),
    anomaly_score: expect.any(Number),
    timestamp: expect.any(String),
  })
  // The syslog severity is 1 for critical and 4 for medium; the facility is 10.
  expect(logged.sort()).toEqual([
    expect.stringMatching(/^<81>1 .* (?:\ufeff)?ANOMALY: malware \| User=- IP=203\.0\.113\.9 Score=0\.\d{3} \| /),
    expect.stringMatching(/^<84>1 .* (?:\ufeff)?ANOMALY: malware \| User=- IP=198\.51\.100\.7 Score=0\.\d{3} \| /),
  ])
  // Slack gets only high and critical incidents.
  expect(to('/slack')).toHaveLength(1)
  expect(JSON.parse(to('/slack')[0]?.body ?? '')).toMatchObject({
    attachments: [{ color: '#8b0000', footer: 'Log Anomaly Detection' }],
  })
})

it(keeps('log-detection.chronicle-control', 'log-detection.send-to-chronicle'), async () => {
  const request = async (path: string, body?: object) => {
    const response = await fetch(detection + path, {
      ...(path !== '/chronicle/status' && { method: 'POST' }),
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  const entries = () =>
    to('/v2/unstructuredlogentries:batchCreate').flatMap(({ body }) =>
      (JSON.parse(body).entries as { log_text: string }[]).map(({ log_text }) =>
        JSON.parse(Buffer.from(log_text, 'base64').toString()),
      ),
    )
  const before = entries().length
  const state = { enabled: true, configured: true, customer_id: 'c-1', region: 'us', events_sent_session: 0 }
  expect((await request('/chronicle/status')).body).toEqual(state)

  expect((await request('/analyze', { logs: [...normalEvents, shadow] })).body).toMatchObject({
    anomalies_detected: 1,
    chronicle_sent: true,
  })
  expect(entries().at(-1)).toMatchObject({
    metadata: { event_timestamp: '2026-01-08T02:00:00.000Z', description: 'Accessed /etc/shadow' },
    principal: { user: { userid: 'root' }, ip: ['10.0.0.100'] },
    security_result: [{ category_details: ['data_exfiltration'] }],
  })
  // An analysis without anomalies, or of a client that does not want it, sends nothing.
  for (const sent of [{ logs: normalEvents }, { logs: [shadow], send_to_chronicle: false }]) {
    expect((await request('/analyze', sent)).body).not.toMatchObject({ chronicle_sent: true })
  }
  expect(entries()).toHaveLength(before + 1)
  expect((await request('/chronicle/test')).body).toEqual({ status: 'success', events_ingested: 1 })
  expect((await request('/chronicle/status')).body).toEqual({ ...state, events_sent_session: 2 })

  expect((await request('/chronicle/disable')).body).toMatchObject({ status: 'success' })
  expect((await request('/analyze', { logs: [shadow] })).body).toMatchObject({ chronicle_sent: null })
  expect(await request('/chronicle/test')).toEqual({
    status: 400,
    body: { detail: 'Chronicle integration not enabled. Call POST /chronicle/enable first.' },
  })
  expect((await request('/chronicle/enable?customer_id=other')).status).toBe(400)
  expect((await request('/chronicle/enable?credentials_file=key.json&customer_id=c-1')).body).toEqual({
    ...{ status: 'success', message: 'Chronicle integration enabled', customer_id: 'c-1', region: 'us' },
  })
  expect((await request('/chronicle/status')).body).toMatchObject({ enabled: true })
  expect(entries()).toHaveLength(before + 2)
  const audited = await (await server.ask('/api/v1/audit?limit=100')).json()
  const actions = z.object({ data: z.array(z.object({ action: z.string() })) }).parse(audited).data
  for (const action of ['disable_chronicle', 'enable_chronicle', 'test_chronicle']) {
    expect(actions.map((one) => one.action)).toContain(action)
  }
})
