import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../until.ts'
import { freePort, type Server, scratch, startServer } from './program.ts'

let data: ReturnType<typeof scratch>
let server: Server
let eve: string
beforeAll(async () => {
  data = scratch()
  const logs = join(data.path, 'logs')
  mkdirSync(logs)
  eve = join(logs, 'eve.json')
  writeFileSync(eve, '')
  const config = join(data.path, 'vedette.yaml')
  writeFileSync(config, `sources:\n  - { name: suricata, type: file, paths: ['${eve}'] }\n`)
  server = await startServer({
    dataDir: join(data.path, 'data'),
    port: await freePort(),
    env: { VEDETTE_CONFIG: config },
  })
})
afterAll(async () => {
  await server.stop()
  data.remove()
})

const post = async (path: string, body: unknown, type = 'application/json') => {
  const answer = await server.ask(`/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
  return answer.json()
}

const alert = z.looseObject({
  id: z.string(),
  status: z.string(),
  severity: z.string(),
  count: z.number(),
  title: z.string(),
  incident_id: z.string().nullable(),
  observed: z.looseObject({}).optional(),
  triage: z.looseObject({ risk_score: z.number() }).nullable(),
  history: z.array(z.looseObject({ actor: z.string(), action: z.string() })),
})
const list = z.object({ data: z.array(alert.omit({ history: true })) })

const find = async (id: string) => {
  const answer = await server.ask(`/api/v1/alerts/${encodeURIComponent(id)}`)
  return answer.status === 200 ? alert.parse(await answer.json()) : undefined
}
const triaged = (id: string) => until(async () => ((await find(id))?.triage ? find(id) : undefined))
const having = async (q: string) =>
  list.parse(await (await server.ask(`/api/v1/alerts?limit=500&q=${encodeURIComponent(q)}`)).json()).data

const security = (alert_id: string, more: object = {}) => ({
  alert_id,
  timestamp: new Date().toISOString(),
  alert_type: 'malware',
  severity: 'high',
  description: `Malware on a host (${alert_id})`,
  source_ip: '45.33.32.156',
  target_ip: '10.0.0.50',
  source_port: 50_211,
  destination_port: 443,
  protocol: 'TCP',
  asset_id: 'SRV-001',
  user_id: 'jdoe',
  file_hash: '5d41402abc4b2a76b9719d911017c592',
  source: 'edr-1',
  ...more,
})

it('creates a triaged alert from a posted one, found by the id of its sender', async () => {
  const sent = security('ALT/1 ü')
  await post('alerts', sent)
  const found = await triaged('ALT/1 ü')
  expect(found).toMatchObject({
    severity: 'high',
    status: 'triaged',
    count: 1,
    detectors: ['external'],
    observed: {
      external_id: 'ALT/1 ü',
      source_ip: '45.33.32.156',
      destination_ip: '10.0.0.50',
      source_port: 50_211,
      destination_port: 443,
      protocol: 'tcp',
      asset_id: 'SRV-001',
      user_name: 'jdoe',
      file_hash: '5d41402abc4b2a76b9719d911017c592',
      raw_data: sent,
    },
  })
  expect(await find(found.id)).toMatchObject({ id: found.id })
  expect(await having('entity.hash:5d41402abc4b2a76b9719d911017c592')).toHaveLength(1)
})

it('ignores a duplicate alert, and notices an escalation', async () => {
  const first = security('ALT-2')
  for (let i = 0; i < 3; i++) await post('alerts', first)
  await post('alerts/batch', { alerts: [first, first, security('ALT-3')] })
  await triaged('ALT-3')
  expect(await having('title:"(ALT-2)"')).toMatchObject([{ count: 1 }])
  await post('alerts', { ...first, severity: 'critical' })
  await until(async () => (await find('ALT-2'))?.severity === 'critical' || undefined)
  expect(await having('title:"(ALT-2)"')).toMatchObject([{ count: 2, severity: 'critical' }])
  // The same id from another sender is another alert.
  await post('alerts', { ...first, source: 'edr-2' })
  await until(async () => (await having('title:"(ALT-2)"')).length === 2 || undefined)
})

it('closes a resolved alert of Alertmanager, and opens another when it fires again', async () => {
  const group = (status: string, startsAt: string, endsAt: string) => ({
    receiver: 'vedette',
    version: '4',
    groupKey: '{}:{alertname="DiskFull"}',
    status,
    alerts: [
      {
        status,
        labels: { alertname: 'DiskFull', severity: 'critical', instance: 'db-3:9100' },
        // A rule for lines of logs would match this.
        annotations: { summary: 'db-3: disk full' },
        ...{ startsAt, endsAt, fingerprint: 'f1f1f1f1f1f1f1f1' },
      },
    ],
  })
  const [never, t1, t2, t3] = [
    '0001-01-01T00:00:00Z',
    ...[60, 30, 10].map((ago) => new Date(Date.now() - ago * 60_000).toISOString()),
  ]
  const hook = (...facts: Parameters<typeof group>) => post('webhooks/alertmanager', group(...facts))

  await hook('firing', t1 ?? '', never ?? '')
  const opened = await triaged('f1f1f1f1f1f1f1f1')
  expect(opened.title).toBe('DiskFull: db-3')
  await hook('firing', t1 ?? '', never ?? '')
  await hook('resolved', t1 ?? '', t2 ?? '')
  const closed = await until(async () => ((await find(opened.id))?.status === 'resolved' ? find(opened.id) : undefined))
  expect(closed.history).toMatchObject([{ actor: 'alertmanager', action: 'close' }])
  expect(await having('"disk full"')).toHaveLength(1)
  const incident = async () =>
    z
      .looseObject({ status: z.string() })
      .parse(await (await server.ask(`/api/v1/incidents/${closed.incident_id}`)).json())
  await until(async () => (await incident()).status === 'resolved', 'the end of the incident')
  await hook('firing', t3 ?? '', never ?? '')
  const again = await until(async () => {
    const found = await find('f1f1f1f1f1f1f1f1')
    return found && found.id !== opened.id && found.triage ? found : undefined
  })
  expect(again.status).toBe('triaged')
  // A repeated resolved message of the first alert does not change the second.
  await hook('resolved', t1 ?? '', t2 ?? '')
  await post('alerts', security('ALT-4'))
  await triaged('ALT-4')
  expect((await find(again.id))?.status).toBe('triaged')
})

it('recognizes alerts that arrive as log lines', async () => {
  const line = (event_type: string) => ({
    timestamp: new Date().toISOString(),
    event_type,
    src_ip: '203.0.113.77',
    dest_ip: '10.0.0.9',
    proto: 'TCP',
    ...(event_type === 'alert' && {
      alert: {
        signature: 'ET MALWARE Beacon',
        signature_id: 2024897,
        severity: 1,
        category: 'A Network Trojan was detected',
      },
    }),
  })
  const types = ['flow', 'alert', 'dns', 'alert']
  types.forEach((type, i) => void appendFileSync(eve, `${JSON.stringify({ ...line(type), flow_id: i })}\n`))
  const found = await until(async () => (await having('detector:external AND ip:203.0.113.77'))[0])
  expect(found).toMatchObject({ title: expect.stringContaining('ET MALWARE Beacon'), severity: 'high' })
  await until(async () => (await having('detector:external AND ip:203.0.113.77'))[0]?.count === 2 || undefined)
})

it('accepts and triages 5,000 alerts within a minute, most of them in batches', async () => {
  const [single, batches, size] = [500, 45, 100]
  const some = (id: string, i: number) =>
    security(id, {
      source: 'load',
      source_ip: `198.51.${i >> 8}.${i & 255}`,
      target_ip: `10.0.${i % 250}.7`,
      asset_id: `H-${i % 400}`,
      user_id: `u${i % 900}`,
      file_hash: i.toString(16).padStart(32, '0'),
    })
  const busyBefore = server.busy()
  const started = performance.now()
  let next = 0
  const send = async () => {
    for (let i = next++; i < single + batches; i = next++) {
      if (i < single) await post('alerts', some(`S-${i}`, i))
      else {
        const alerts = Array.from({ length: size }, (_, k) => some(`B-${i}-${k}`, i * size + k))
        expect(await post('alerts/batch', { alerts })).toMatchObject({ data: { successful: size, failed: 0 } })
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, send))
  const accepted = (performance.now() - started) / 1000
  const busy = server.busy() - busyBefore
  const last = [`S-${single - 1}`, `B-${single + batches - 1}-${size - 1}`, `B-${single}-0`, 'S-0']
  await server.settled()
  for (const id of last) await until(async () => (await find(id))?.triage?.risk_score, id)
  const triaged = (performance.now() - started) / 1000
  console.log(
    `5,000 alerts: accepted in ${accepted.toFixed(1)} s (${busy.toFixed(1)} s of one core), the last triaged after ${triaged.toFixed(1)} s`,
  )
  expect(busy).toBeLessThan(60)
})
