import { generateKeyPairSync } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort, type Server, scratch, startServer } from '../e2e/program.ts'
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
  server = await startServer({
    dataDir: join(folder.path, 'data'),
    port: await freePort(),
    env: { VEDETTE_CONFIG: config },
  })
})
afterAll(async () => {
  await server.stop()
  receivers.close()
  syslog.close()
  folder.remove()
})

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
