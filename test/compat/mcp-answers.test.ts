import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { estimateTokens } from '../../src/api/mcp/budget.ts'
import { openStore } from '../../src/store/open-store.ts'
import {
  sampleAlert,
  sampleDetection,
  sampleEvent,
  sampleIncident,
  sampleTriage,
} from '../../src/store/samples.conformance.ts'
import { adminToken, freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'

const mostTokens = 8_000
const manyAlerts = 20_000
const folder = scratch()
const at = (name: string) => join(folder.path, name)
const log = { debug() {}, info() {}, warn() {}, error() {} }
const client = new Client({ name: 'test', version: '1' })
let server: Server

const now = Date.now()
const time = (ago: number) => new Date(now - ago).toISOString()
/** A line with many expensive tokens: ids, digits and encoded bytes. */
const longLine = (number: number) =>
  `app[${number}]: \u202e${Array.from({ length: 60 }, (_, i) => `key${i}=${Buffer.from(`${number} ${i} secret`).toString('base64')}`).join(' ')}`
const evidence = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ event_id: `0-${i}`, time: time(i), line: longLine(i) }))
const texts = (count: number, word: string) =>
  Array.from({ length: count }, (_, i) => `${word} ${i}: ${longLine(i).slice(0, 300)}`)

const fill = async () => {
  mkdirSync(at('data'), { recursive: true })
  const store = await openStore(`sqlite:${at('data/vedette.db')}`, { now: Date.now, log })
  const triage = {
    ...sampleTriage,
    claims: texts(200, 'Claim').map((text) => ({ sign: 'for' as const, text, evidence_ids: ['e1'] })),
    recommended_actions: texts(100, 'Do').flatMap((action) =>
      sampleTriage.recommended_actions.map((one) => ({ ...one, action })),
    ),
  }
  const seen = { first_seen: time(60_000), last_seen: time(1_000) }
  const heavy = {
    ...seen,
    triage,
    evidence: evidence(200),
    entities: [{ type: 'ip' as const, value: '203.0.113.9' }],
  }
  const alerts = Array.from({ length: manyAlerts }, (_, i) =>
    sampleAlert(i, {
      ...seen,
      // They propose no actions, so that nothing else happens meanwhile.
      status: 'resolved',
      title: `286 failed logins of \u202eroot, case ${i}`,
      entities: [{ type: 'ip', value: '203.0.113.9' }],
      incident_id: i < 5_000 ? 'incident-000001' : null,
      ...(i === 0 && heavy),
    }),
  )
  for (let from = 0; from < alerts.length; from += 10_000) {
    await store.transaction((tx) => store.alerts.save(alerts.slice(from, from + 10_000), tx))
  }
  const incidents = Array.from({ length: 300 }, (_, i) =>
    sampleIncident(i + 1, {
      ...seen,
      title: `Incident ${longLine(i).slice(0, 300)}`,
      reason: longLine(i).slice(0, 500),
      ...(i === 0 && {
        evidence: evidence(300),
        entities: Array.from({ length: 500 }, (_, n) => ({ type: 'ip' as const, value: `203.0.${n % 250}.${n}` })),
        members: alerts.slice(0, 5_000).map(({ id }) => ({ alert_id: id, reason: 'Alike.', added_at: time(0) })),
        timeline: texts(2_000, 'Seen').map((text, n) => ({ time: time(n), kind: 'alert' as const, text })),
      }),
    }),
  )
  await store.transaction(async (tx) => {
    await store.incidents.save(incidents, tx)
    await store.detections.save(
      Array.from({ length: 3_000 }, (_, i) => sampleDetection(i, seen)),
      tx,
    )
    await store.events.save(
      Array.from({ length: 5_000 }, (_, i) => ({
        ...sampleEvent(i),
        ...{
          time: now - i * 1_000,
          receivedAt: now - i * 1_000,
          source: `source-${i % 300}`,
          message: longLine(i),
          original: longLine(i),
        },
        fields: { 'host.name': 'web-01', 'source.ip': '203.0.113.9', 'process.name': 'sshd' },
        template: templateOf(i < 1_800 ? i : 2_000 + (i % 1_000)),
      })),
      tx,
    )
    await store.parseHealth.add(
      Array.from({ length: 300 }, (_, i) => ({
        source: `source-${i}`,
        format: `syslog ${longLine(i).slice(0, 200)}`,
        parsed: i % 2 === 0,
        sample: longLine(i).slice(0, 300),
        count: 9,
        last_seen_at: now,
      })),
      tx,
    )
  })
  await store.close()
}

const templateOf = (number: number) => ({ id: `t${number}`, text: `pattern ${longLine(number)}` })

const logEvents = (count: number, user: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => ({
    timestamp: time(i * 1_000),
    user: user(i),
    source_ip: `10.0.${i % 250}.${i % 200}`,
    event_type: 'login',
    action: i % 3 === 0 ? 'failed' : 'success',
    message: longLine(i),
  }))

const failures = Array.from({ length: 2_000 }, (_, i) => ({
  timestamp: time((2_000 - i) * 5_000),
  user: 'admin',
  source_ip: '10.0.0.100',
  event_type: 'login',
  action: 'failed',
  message: longLine(i),
}))

const schema = z.looseObject({ next_cursor: z.string().nullish() })
/** Calls a tool and checks the token count of its answer. */
const call = async (name: string, args: Record<string, unknown> = {}) => {
  const { content, structuredContent, isError } = await client.callTool({ name, arguments: args }, { timeout: 120_000 })
  const [{ text } = { text: '' }] = z.array(z.looseObject({ text: z.string() })).parse(content)
  expect(isError, `${name}: ${text.slice(0, 300)}`).toBeFalsy()
  const document = JSON.stringify(structuredContent)
  expect(estimateTokens(document) + estimateTokens(text), name).toBeLessThanOrEqual(mostTokens * 0.8)
  expect(`${document}${text}`, name).not.toContain('\u202e')
  return { ...schema.parse(structuredContent), text }
}

beforeAll(async () => {
  await fill()
  writeFileSync(at('calm.json'), JSON.stringify(logEvents(400, () => 'ana')))
  writeFileSync(at('odd.json'), JSON.stringify(failures))
  writeFileSync(
    at('odd.log'),
    Array.from(
      { length: 3_000 },
      (_, i) =>
        `Jan 08 10:00:${10 + (i % 50)} web-${i % 90} sshd[1]: Failed password for user${i % 70} from 203.0.113.${i % 250} port ${4000 + i} ssh2`,
    ).join('\n'),
  )
  server = await startServer({
    dataDir: at('data'),
    port: await freePort(),
    cwd: folder.path,
    env: { VEDETTE_MCP_ALLOW_WRITE: 'true', VEDETTE_MCP_ROOTS: folder.path, MODEL_DIR: at('models') },
  })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${adminToken}` } },
    }),
  )
})
afterAll(async () => {
  await client.close()
  await server.stop()
  folder.remove()
})

it(keeps('mcp.short'), async () => {
  const rule =
    'title: Anything\nlogsource: { product: linux, service: sshd }\ndetection:\n  selection:\n    process.name|startswith: ssh\n  condition: selection\n'
  const calls: Record<string, Record<string, unknown>> = {
    whats_happening: {},
    search_events: { limit: 100 },
    compare_windows: { from: 'now-30m', to: 'now', baseline_from: 'now-2h', baseline_to: 'now-30m' },
    search_incidents: { limit: 100 },
    get_incident: { id: 'INC-1' },
    explain: { id: 'alert-000000' },
    triage_alert: { id: 'alert-000000' },
    lookup_entity: { type: 'ip', value: '203.0.113.9' },
    backtest_rule: { yaml: rule, from: 'now-2d' },
    train_model: { data_path: 'calm.json', output_dir: 'models' },
    load_anomaly_models: { model_dir: 'models' },
    get_detection_stats: {},
    analyze_logs: { log_data: JSON.stringify(failures) },
    analyze_log_file: { filepath: 'odd.json' },
    update_incident: { id: 'INC-2', action: 'acknowledge' },
    mark_normal: { scope: 'source:auth', reason: 'It is normal.' },
  }
  const { tools } = await client.listTools()
  expect(Object.keys(calls).sort()).toEqual(tools.map(({ name }) => name).sort())
  expect(JSON.stringify({ tools }).length).toBeLessThanOrEqual(12_000)
  for (const [name, args] of Object.entries(calls)) await call(name, args)
  await call('whats_happening', { group: 'severity' })
  await call('search_events', { view: 'patterns', limit: 100 })
  await call('analyze_log_file', { filepath: 'odd.log' })
  expect(await call('get_incident', { id: 'INC-1' })).toMatchObject({
    left_out: { timeline: expect.any(Number) },
    text: expect.stringContaining('Left out to stay short'),
  })
  expect(await call('lookup_entity', { type: 'ip', value: '203.0.113.9' })).toMatchObject({ alerts_total: manyAlerts })
  for (const uri of ['vedette://incident/INC-1', 'vedette://alert/alert-000000', 'vedette://event/0-1']) {
    const [read] = z.array(z.looseObject({ text: z.string() })).parse((await client.readResource({ uri })).contents)
    expect(estimateTokens(read?.text ?? ''), uri).toBeLessThanOrEqual(mostTokens * 0.8)
    expect(read?.text, uri).toContain('"untrusted":true')
    expect(read?.text, uri).not.toContain('\u202e')
  }
  expect(await call('backtest_rule', { yaml: rule, from: 'now-2d' })).toMatchObject({ hits: 5_000 })
})

/** Reads pages until the end, or until a number of items. */
const gather = async (
  name: string,
  args: Record<string, unknown>,
  read: (answer: Record<string, unknown>) => unknown,
  most: number,
) => {
  const found: string[] = []
  let cursor: string | undefined
  do {
    const answer = await call(name, { ...args, ...(cursor !== undefined && { cursor }) })
    found.push(
      ...z
        .array(z.unknown())
        .parse(read(answer))
        .map((item) => JSON.stringify(item)),
    )
    cursor = answer.next_cursor ?? undefined
  } while (cursor !== undefined && found.length < most)
  return found
}

it(keeps('mcp.goes-on'), async () => {
  const evidenceOf = ({ evidence: lines }: Record<string, unknown>) =>
    z.array(z.object({ id: z.string() }).transform(({ id }) => id)).parse(lines)
  const events = await gather('search_events', { limit: 100 }, evidenceOf, 300)
  expect(events.slice(0, 300)).toEqual(Array.from({ length: 300 }, (_, i) => JSON.stringify(`0-${i}`)))
  const incidents = await gather('search_incidents', { limit: 100 }, ({ incidents: all }) => all, 1_000)
  expect(new Set(incidents).size).toBe(300)
  const alerts = await gather('get_incident', { id: 'INC-1' }, ({ alert_ids }) => alert_ids, 10_000)
  expect(new Set(alerts).size).toBe(5_000)
  const patterns = await gather(
    'search_events',
    { view: 'patterns', limit: 100, from: new Date(now - 499_500).toISOString() },
    ({ patterns: all }) => all,
    10_000,
  )
  expect(new Set(patterns).size).toBe(500)
  const about = { type: 'ip', value: '203.0.113.9' }
  expect(new Set(await gather('lookup_entity', about, ({ alerts: all }) => all, 200)).size).toBeGreaterThanOrEqual(200)
})
