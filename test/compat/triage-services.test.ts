import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { adminToken, freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'

const services = [
  'alert-ingestor',
  'similarity-search',
  'workflow-engine',
  'automation-orchestrator',
  'notification-service',
  'data-analytics',
  'reporting-service',
  'configuration-service',
  'monitoring-metrics',
] as const
type Service = (typeof services)[number]

const folder = scratch()
const urls = new Map<string, string>()
const received: unknown[] = []
const receiver = createServer((request, response) => {
  let text = ''
  request.on('data', (part) => {
    text += part
  })
  request.on('end', () => {
    received.push(JSON.parse(text))
    response.end('ok')
  })
})
let server: Server

beforeAll(async () => {
  const port = await freePort()
  await new Promise<void>((done) => receiver.listen(port, '127.0.0.1', done))
  server = await startServer({
    dataDir: join(folder.path, 'data'),
    port: await freePort(),
    env: {
      VEDETTE_COMPAT_PORTS: services.map((service) => `${service}:0`).join(','),
      VEDETTE_NOTIFY: JSON.stringify([
        { name: 'desk', type: 'webhook', url: `http://127.0.0.1:${port}/`, shape: 'flat', min_severity: 'critical' },
      ]),
    },
  })
  await until(() => (server.output().includes('Ctrl-C to stop') ? true : undefined))
  const lines = server.output().matchAll(/([a-z-]+) clients without a token may send and read at (http:\S+)/g)
  for (const [, service = '', url = ''] of lines) urls.set(service, url)
  await ask('alert-ingestor', '/api/v1/alerts', {
    alert_id: 'SVC-1',
    timestamp: new Date().toISOString(),
    alert_type: 'malware',
    severity: 'high',
    description: 'Malware on web-01',
    source_ip: '45.33.32.156',
    asset_id: 'web-01',
  })
  await until(async () => {
    const found = await (await server.ask('/api/v1/alerts/SVC-1')).json()
    return z.looseObject({ incident_id: z.string() }).safeParse(found).success || undefined
  }, 'the incident')
}, 60_000)
afterAll(async () => {
  await server.stop()
  receiver.close()
  folder.remove()
})

const ask = async (service: Service, path: string, body?: unknown, token?: string, method = body ? 'POST' : 'GET') => {
  const answer = await fetch(`${urls.get(service)}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json')
  return { status: answer.status, text, body: isJson ? z.looseObject({}).parse(JSON.parse(text)) : {} }
}
const dataOf = async (service: Service, path: string) => {
  const { status, body } = await ask(service, path)
  expect(status, path).toBe(200)
  return z.looseObject({ success: z.literal(true), data: z.unknown(), meta: z.looseObject({}) }).parse(body).data
}
const started = z.looseObject({ data: z.looseObject({ execution_id: z.string(), executions: z.array(z.string()) }) })

it(keeps('triage.workflows', 'triage.automation'), async () => {
  const token = adminToken
  for (const [service, list, one, execute, executions] of [
    ['workflow-engine', '/workflows/definitions', 'workflow_id', '/workflows/execute', '/workflows/executions'],
    ['automation-orchestrator', '/playbooks', 'playbook_id', '/playbooks/execute', '/executions'],
  ] as const) {
    const named = z.record(z.string(), z.unknown()).parse(await dataOf(service, `/api/v1${list}`))
    const all = z
      .array(z.looseObject({ [one]: z.string() }))
      .parse(named[service === 'workflow-engine' ? 'workflows' : 'playbooks'])
    expect(all.length).toBe(named.total)
    const ids = all.map((playbook) => String(playbook[one]))
    expect(await dataOf(service, `/api/v1${list}/${ids[0]}`)).toEqual(all[0])
    expect(await ask(service, `/api/v1${list}/none`)).toMatchObject({
      status: 404,
      body: { detail: expect.any(String) },
    })

    // Starting something needs a token.
    const start = `/api/v1${execute}?${one}=block-ip&alert_id=SVC-1`
    expect((await ask(service, start, {})).status).toBe(401)
    const { status, body } = await ask(service, start, {}, token)
    expect([status, body]).toEqual([200, expect.anything()])
    const { execution_id, executions: opened } = started.parse(body).data
    expect(body).toMatchObject({ data: { status: 'pending', [one]: 'block-ip' } })
    expect(started.parse((await ask(service, start, {}, token)).body).data.executions.sort()).toEqual(opened.sort())

    const found = z
      .looseObject({ executions: z.array(z.looseObject({})) })
      .parse(await dataOf(service, `/api/v1${executions}?status=pending&${one}=block-ip`))
    expect(found.executions.map((execution) => execution.execution_id)).toContain(execution_id)
    const path = `/api/v1${executions}/${execution_id}`
    if (service === 'automation-orchestrator') {
      expect((await ask(service, `${path}/approve?approver=kim`, {})).status).toBe(401)
      expect((await ask(service, `${path}/approve?approver=kim`, {}, token)).body).toMatchObject({
        message: 'Execution approved',
      })
      expect(await dataOf(service, path)).toMatchObject({ approval_status: 'approved' })
      expect((await ask(service, `${path}/cancel`, {}, token)).body).toMatchObject({ message: 'Execution cancelled' })
      expect(await dataOf(service, path)).toMatchObject({ status: 'cancelled' })
    }
  }
  expect(
    await ask('automation-orchestrator', '/api/v1/playbooks/execute?playbook_id=none&alert_id=SVC-1', {}, token),
  ).toMatchObject({ status: 404 })
})

it(keeps('triage.notices'), async () => {
  const send = '/api/v1/notifications/send?channel=webhook&subject=Hello&message=World&priority=urgent&recipient='
  expect((await ask('notification-service', `${send}desk`, {})).status).toBe(401)
  const { body } = await ask('notification-service', `${send}desk`, {}, adminToken)
  expect(body).toMatchObject({ success: true, data: { success: true, channel: 'webhook', recipient: 'desk' } })
  expect(received).toContainEqual(expect.objectContaining({ severity: 'critical', message: 'World', event: 'Hello' }))
  const count = received.length
  const elsewhere = encodeURIComponent('http://169.254.169.254/')
  expect((await ask('notification-service', send + elsewhere, {}, adminToken)).body).toMatchObject({
    success: false,
    data: { error: expect.stringContaining('no receiver') },
  })
  const broadcast = '/api/v1/notifications/broadcast?channel=webhook&subject=a&message=b'
  expect((await ask('notification-service', broadcast, ['desk', 'other'], adminToken)).body).toMatchObject({
    data: { total: 2, successful: 1, failed: 1 },
  })
  expect(received).toHaveLength(count + 1)
})

it(keeps('triage.analytics'), async () => {
  const alerts = { total_alerts: 1, by_severity: { high: 1, low: 0 }, by_type: { malware: 1 }, triaged: 1 }
  expect(await dataOf('data-analytics', '/api/v1/metrics/alerts?time_range=last_24h')).toMatchObject(alerts)
  expect(await dataOf('data-analytics', '/api/v1/dashboard')).toMatchObject({
    alert_metrics: alerts,
    trends: { alert_volume: [{ value: 1 }] },
  })
  expect(await dataOf('data-analytics', '/api/v1/metrics/triage')).toMatchObject({ accuracy_score: null })
  expect(await dataOf('data-analytics', '/api/v1/metrics/automation')).toMatchObject({ actions_executed: 0 })
  expect(await dataOf('data-analytics', '/api/v1/trends/alert_volume?time_range=last_7d')).toMatchObject({
    ...{ metric_type: 'alert_volume', time_range: '7d', trends: [{ value: 1 }] },
  })
})

it(keeps('triage.reports'), async () => {
  const generate = async (query: string) => {
    const { status, body } = await ask('reporting-service', `/api/v1/reports/generate?report_type=${query}`, {})
    expect([status, body], query).toEqual([200, expect.anything()])
    return z.looseObject({ data: z.looseObject({ report_id: z.string(), status: z.literal('completed') }) }).parse(body)
      .data.report_id
  }
  const today = new Date().toISOString().slice(0, 10)
  const daily = await generate(`daily_summary&date=${today}`)
  expect(await dataOf('reporting-service', `/api/v1/reports/${daily}`)).toMatchObject({
    ...{ report_type: 'daily_summary', status: 'completed', data: { alerts: 1, incidents: 1 } },
  })
  const incident = await generate('incident_report&alert_id=SVC-1')
  expect(await dataOf('reporting-service', `/api/v1/reports/${incident}`)).toMatchObject({
    data: { alerts: [{ type: 'malware' }], timeline: expect.any(Array) },
  })
  const load = (format: string) => ask('reporting-service', `/api/v1/reports/${daily}/download?format=${format}`)
  expect((await load('html')).text).toMatch(/^<!doctype html/i)
  expect((await load('json')).body).toMatchObject({ report_id: daily, alerts: 1 })
  expect((await load('csv')).text).toContain('"alerts","1"')
  expect((await load('pdf')).status).toBe(501)
  const { reports } = z
    .looseObject({ reports: z.array(z.looseObject({ report_id: z.string() })) })
    .parse(await dataOf('reporting-service', '/api/v1/reports?report_type=daily_summary'))
  expect(reports.map(({ report_id }) => report_id)).toContain(daily)
  for (const wrong of ['monthly_summary', 'daily_summary&date=soon', 'incident_report']) {
    const { status } = await ask('reporting-service', `/api/v1/reports/generate?report_type=${wrong}`, {})
    expect(status, wrong).toBe(400)
  }
  expect((await ask('reporting-service', '/api/v1/reports/report-0000')).status).toBe(404)
})

it(keeps('triage.settings', 'triage.monitoring'), async () => {
  expect(await dataOf('configuration-service', '/api/v1/config')).toMatchObject({
    system: { version: expect.any(String) },
    notifications: { channels: ['desk'] },
    llm: { default_model: null },
  })
  expect(await dataOf('configuration-service', '/api/v1/config/automation')).toMatchObject({ key: 'automation' })
  expect((await ask('configuration-service', '/api/v1/config/none')).status).toBe(404)
  expect(await dataOf('monitoring-metrics', '/api/v1/metrics/system')).toMatchObject({
    metrics: [{ cpu: { count: expect.any(Number) }, memory: { percent: expect.any(Number) } }],
  })
  expect(await dataOf('monitoring-metrics', '/api/v1/health/services')).toMatchObject({
    services: { alert_ingestor: { status: 'healthy' }, workflow_engine: { status: 'healthy' } },
    summary: { total: 13, healthy: 13 },
  })
  expect(await dataOf('monitoring-metrics', '/api/v1/metrics/services')).toMatchObject({ total: 13, unhealthy: 0 })
  expect((await ask('monitoring-metrics', '/metrics')).text).toContain('vedette_build_info')
  for (const service of services) {
    expect((await ask(service, '/health')).body, service).toMatchObject({ status: 'healthy', service })
  }
})
