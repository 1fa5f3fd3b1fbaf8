import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { compatPorts } from '../../src/api/compat-ports.ts'
import { compatSystems } from '../../src/compat/systems.fake.ts'
import { adminToken, freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'

const services = [
  'alert-ingestor',
  'alert-normalizer',
  'context-collector',
  'threat-intel-aggregator',
  'ai-triage-agent',
  'similarity-search',
] as const
type Service = (typeof services)[number]

const folder = scratch()
const dataDir = join(folder.path, 'data')
const urls = new Map<string, string>()
let server: Server

beforeAll(async () => {
  server = await startServer({
    dataDir,
    port: await freePort(),
    env: { VEDETTE_COMPAT_PORTS: [...services, 'triage-gateway'].map((service) => `${service}:0`).join(',') },
  })
  await until(() => (server.output().includes('Ctrl-C to stop') ? true : undefined))
  const lines = server.output().matchAll(/([a-z-]+) clients without a token may send and read at (http:\S+)/g)
  for (const [, service = '', url = ''] of lines) urls.set(service, url)
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

const ask = async (service: Service, path: string, body?: unknown) => {
  const answer = await fetch(`${urls.get(service)}${path}`, {
    method: body === undefined && path !== '/api/v1/query' && !path.startsWith('/api/v1/query?') ? 'GET' : 'POST',
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: z.record(z.string(), z.unknown()).parse(await answer.json()) }
}
const onMain = (path: string, body: unknown, init: RequestInit = {}) =>
  server.ask(path, {
    method: 'POST',
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
    body: JSON.stringify(body),
  })

const security = (alert_id: string, more: object = {}) => ({
  alert_id,
  timestamp: new Date().toISOString(),
  alert_type: 'malware',
  severity: 'high',
  description: `Malware {0} with braces {name} (${alert_id})`,
  source_ip: '45.33.32.156',
  target_ip: '10.0.0.50',
  asset_id: 'SRV-001',
  user_id: 'jdoe',
  file_hash: '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
  ...more,
})

/** Queries the database like the operators of the triage system. */
const rows = (sql: string, ...values: unknown[]): readonly Record<string, unknown>[] => {
  const db = new Database(join(dataDir, 'vedette.db'), { readonly: true })
  try {
    return z.array(z.record(z.string(), z.unknown())).parse(db.prepare(sql).all(...values))
  } finally {
    db.close()
  }
}
const triaged = (id: string) =>
  until(async () => {
    const { status, body } = await ask('alert-ingestor', `/api/v1/alerts/${id}`)
    return status === 200 && z.looseObject({ status: z.string() }).parse(body.data).status !== 'processing'
      ? body
      : undefined
  })

it(keeps('triage.health', 'triage.consumer-started', 'triage.ports'), async () => {
  for (const service of services) {
    const { status, body } = await ask(service, '/health')
    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'healthy',
      service,
      timestamp: expect.any(String),
      checks: { database: 'connected', message_queue_consumer: 'connected', message_queue_publisher: 'connected' },
    })
    expect(urls.get(service)).toContain('http://127.0.0.1:')
  }
  for (const service of services.slice(1)) {
    expect(server.output()).toMatch(new RegExp(`"service":"${service}","msg":"Message consumer task started"`))
  }
  expect(compatPorts(['triage'], 8787, compatSystems).map(({ port }) => port)).toEqual([
    9001, 9002, 9003, 9004, 9005, 9006, 9007, 9008, 9009, 9010, 9011, 9012, 9013, 9014,
  ])
  const other = scratch()
  const refused = startServer({
    dataDir: other.path,
    port: await freePort(),
    env: { VEDETTE_COMPAT_PORTS: 'triage-x' },
  })
  await expect(refused).rejects.toThrow(/triage, alert-ingestor/)
  other.remove()
})

it(
  keeps('triage.ingest', 'triage.track', 'triage.rows', 'triage.sql', 'triage.braces', 'triage.context-confidence'),
  async () => {
    const sent = security('test-rows')
    const { status, body } = await ask('alert-ingestor', '/api/v1/alerts', sent)
    expect(status).toBe(200)
    expect(body).toEqual({
      success: true,
      data: {
        ingestion_id: expect.stringMatching(/^[\da-f-]{36}$/),
        alert_id: 'test-rows',
        status: 'queued',
        message: expect.any(String),
      },
      meta: { timestamp: expect.any(String), request_id: expect.any(String), version: expect.any(String) },
    })
    expect(await triaged('test-rows')).toMatchObject({
      success: true,
      data: { alert_id: 'test-rows', status: 'analyzed', message: expect.stringContaining('braces {name}') },
    })
    expect((await ask('alert-ingestor', '/api/v1/alerts/never-sent')).status).toBe(404)

    // The statements as their document has them.
    const [kept, ...more] = rows("SELECT * FROM alerts WHERE alert_id = 'test-rows'")
    expect(more).toEqual([])
    expect(kept).toMatchObject({
      alert_type: 'malware',
      severity: 'high',
      source_ip: '45.33.32.156',
      destination_ip: '10.0.0.50',
      user_name: 'jdoe',
      asset_id: 'SRV-001',
    })
    expect(
      rows("SELECT alert_id, context_type, source FROM alert_context WHERE alert_id = 'test-rows'").toSorted((a, b) =>
        String(a.context_type).localeCompare(String(b.context_type)),
      ),
    ).toEqual(
      ['asset', 'network', 'user'].map((context_type) => ({
        alert_id: 'test-rows',
        context_type,
        source: 'context-collector',
      })),
    )
    expect(
      rows("SELECT confidence_score FROM alert_context WHERE alert_id = 'test-rows' AND context_type = 'network'"),
    ).toEqual([{ confidence_score: 0.8 }])
    expect(
      rows(
        `SELECT ioc, ioc_type, threat_level FROM threat_intel WHERE ioc IN ('${sent.source_ip}', '${sent.file_hash}')`,
      ).toSorted((a, b) => String(b.ioc_type).localeCompare(String(a.ioc_type))),
    ).toEqual([
      { ioc: sent.source_ip, ioc_type: 'ip', threat_level: expect.any(String) },
      { ioc: sent.file_hash, ioc_type: 'hash', threat_level: expect.any(String) },
    ])
    expect(
      rows("SELECT alert_id, risk_score, risk_level, analysis_result FROM triage_results WHERE alert_id = 'test-rows'"),
    ).toMatchObject([
      {
        alert_id: 'test-rows',
        risk_score: expect.any(Number),
        risk_level: 'medium',
        analysis_result: expect.stringContaining('{0}'),
      },
    ])
    for (const table of ['alerts', 'alert_context', 'threat_intel', 'triage_results']) {
      expect(rows(`SELECT COUNT(*) FROM ${table};`)[0]?.['COUNT(*)'], table).toBeGreaterThan(0)
    }

    // Known assets and users have a higher confidence.
    const told = [
      ['assets', 'asset_id,asset_name,asset_type,criticality\nSRV-002,payroll,server,critical\n'],
      ['users', 'user_id,username,full_name\nmroe,mroe,Mary Roe\n'],
    ] as const
    for (const [what, table] of told) {
      const answer = await server.ask(`/api/v1/${what}/import`, {
        method: 'POST',
        headers: { 'content-type': 'text/csv' },
        body: table,
      })
      expect(answer.status).toBe(200)
    }
    await ask('alert-ingestor', '/api/v1/alerts', security('test-told', { asset_id: 'SRV-002', user_id: 'mroe' }))
    await triaged('test-told')
    expect(
      rows(
        'SELECT context_type, confidence_score FROM alert_context WHERE alert_id = ? ORDER BY context_type',
        'test-told',
      ),
    ).toEqual([
      { context_type: 'asset', confidence_score: 0.9 },
      { context_type: 'network', confidence_score: 0.8 },
      { context_type: 'user', confidence_score: 0.9 },
    ])
  },
)

it(keeps('triage.ingest-invalid'), async () => {
  for (const wrong of [
    { ...security('x'), severity: 'extreme' },
    { ...security('x'), timestamp: new Date(Date.now() + 3_600_000).toISOString() },
    { ...security('x'), source_ip: '999.1.1.1' },
    {},
  ]) {
    const { status, body } = await ask('alert-ingestor', '/api/v1/alerts', wrong)
    expect(status).toBe(422)
    expect(body).toMatchObject({
      success: false,
      error: { code: 'VALIDATION_ERROR', message: expect.any(String), details: expect.anything() },
      meta: { request_id: expect.any(String) },
    })
  }
})

it(keeps('triage.ingest-batch', 'triage.ingest-again'), async () => {
  const alerts = [security('b-1', { alert_type: 'ddos' }), security('b-2'), { alert_id: 'b-3' }]
  const { body } = await ask('alert-ingestor', '/api/v1/alerts/batch', { alerts })
  expect(body).toMatchObject({
    success: true,
    data: {
      batch_id: expect.stringMatching(/^BATCH-/),
      total: 3,
      successful: 2,
      failed: 1,
      ingestion_ids: [expect.any(String), expect.any(String)],
      errors: [{ alert_id: 'b-3', error: expect.any(String) }],
    },
  })
  expect((await ask('alert-ingestor', '/api/v1/alerts/batch', { alerts: [] })).status).toBe(422)
  await triaged('b-1')
  await triaged('b-2')
  expect((await ask('alert-ingestor', '/api/v1/alerts', alerts[1])).body).toMatchObject({ success: true })
  await ask('alert-ingestor', '/api/v1/alerts', security('b-4'))
  await triaged('b-4')
  expect(rows('SELECT alert_type FROM alerts WHERE alert_id IN (?, ?)', 'b-1', 'b-2')).toHaveLength(2)
})

it(keeps('triage.enrich'), async () => {
  const { status, body } = await ask('context-collector', '/api/v1/enrich', security('e-1'))
  expect(status).toBe(200)
  expect(body).toMatchObject({
    success: true,
    data: {
      alert_id: 'e-1',
      enriched_at: expect.any(String),
      enrichment_sources: ['source_network', 'target_network', 'asset', 'user'],
      source_network: {
        ip_address: '45.33.32.156',
        is_internal: false,
        network_type: 'external',
        reputation_score: 50,
        known_malicious: false,
      },
      target_network: { is_internal: true, network_type: 'internal', subnet: '10.0.0.0/24', reputation_score: 80 },
      asset: { asset_id: 'SRV-001', criticality: 'unknown', error: expect.any(String) },
      user: { user_id: 'jdoe', access_level: 'unknown', error: expect.any(String) },
    },
  })
  const bare = await ask('context-collector', '/api/v1/enrich', {
    ...security('e-2'),
    target_ip: undefined,
    asset_id: undefined,
    user_id: undefined,
  })
  expect(Object.keys(z.looseObject({}).parse(bare.body.data)).sort()).toEqual([
    'alert_id',
    'enriched_at',
    'enrichment_sources',
    'source_network',
  ])
  expect(await ask('context-collector', '/api/v1/enrich', {})).toMatchObject({ status: 422, body: { success: false } })
  // It answered and stored nothing.
  expect(rows('SELECT 1 FROM alerts WHERE alert_id IN (?, ?)', 'e-1', 'e-2')).toEqual([])
})

it(keeps('triage.query'), async () => {
  const hash = createHash('sha256').update('eicar').digest('hex')
  await onMain('/api/v1/intel/indicators', {
    indicators: [{ value: '203.0.113.66' }, { value: hash }],
    threat_level: 'critical',
  }).then(async (answer) => expect(answer.status, await answer.text()).toBe(200))
  const known = await ask('threat-intel-aggregator', `/api/v1/query?ip=203.0.113.66&file_hash=${hash}`)
  expect(known.body).toMatchObject({
    success: true,
    data: {
      sources_queried: expect.any(Number),
      sources_found: 1,
      threat_score: expect.any(Number),
      indicators: [
        { ioc_value: '203.0.113.66', ioc_type: 'ip', threat_level: 'critical' },
        { ioc_value: hash, ioc_type: 'hash' },
      ],
    },
  })
  expect(z.looseObject({ threat_score: z.number() }).parse(known.body.data).threat_score).toBeGreaterThan(0)
  const unknown = await ask('threat-intel-aggregator', '/api/v1/query?ip=198.51.100.9')
  expect(unknown.body).toMatchObject({ success: true, data: { sources_found: 0, threat_score: 0, indicators: [] } })
  const nothing = await ask('threat-intel-aggregator', '/api/v1/query')
  expect(nothing).toEqual({
    status: 200,
    body: { success: false, error: 'Must provide at least one of: ip, file_hash, url' },
  })
  expect((await onMain('/api/v1/query', {})).status).toBe(400)
})

const verdict = z.looseObject({ risk_score: z.number(), risk_level: z.string(), confidence: z.number() })

it(keeps('triage.verdict', 'triage.verdict-invalid'), async () => {
  const alert = security('v-1', { severity: 'critical', source_ip: '192.0.2.77', asset_id: 'SRV-9', user_id: 'nobody' })
  const { body } = await ask('ai-triage-agent', '/api/v1/triage', { alert })
  expect(body).toMatchObject({
    success: true,
    data: {
      alert_id: 'v-1',
      reasoning: expect.any(String),
      requires_human_review: expect.any(Boolean),
      estimated_impact: expect.any(String),
      triaged_at: expect.any(String),
      processing_time_seconds: expect.any(Number),
      model_used: expect.any(String),
      provider_used: expect.any(String),
      complexity_assessed: 'medium',
      breakdown: { severity: { score: 100, weight: 0.3, value: 'critical' } },
      factors: { alert_type: 'malware', type_multiplier: 1.2 },
    },
  })
  const actions = z.object({
    recommended_actions: z
      .array(
        z.looseObject({
          action: z.string(),
          priority: z.enum(['critical', 'high', 'medium', 'low']),
          type: z.enum(['containment', 'investigation', 'remediation']),
        }),
      )
      .min(1),
  })
  expect(actions.safeParse(body.data).success).toBe(true)
  const enriched = await ask('ai-triage-agent', '/api/v1/triage', {
    alert,
    enrichment: {
      asset: { criticality: 'critical' },
      source_network: { is_internal: false, reputation_score: 10 },
      threat_intel: { source_ip: { threat_score: 90, sources_queried: 4, sources_found: 3 } },
    },
  })
  expect(verdict.parse(enriched.body.data)).toMatchObject({ risk_level: 'critical', complexity_assessed: 'high' })
  expect(verdict.parse(enriched.body.data).risk_score).toBeGreaterThan(verdict.parse(body.data).risk_score)
  expect(verdict.parse(enriched.body.data).confidence).toBe(80)
  // It scored and stored nothing.
  expect(rows('SELECT 1 FROM alerts WHERE alert_id = ?', 'v-1')).toEqual([])

  const wrong = { alert: { alert_id: 'v-2' } }
  expect(await ask('ai-triage-agent', '/api/v1/triage', wrong)).toMatchObject({
    status: 200,
    body: { success: false, error: expect.any(String) },
  })
  expect((await onMain('/api/v1/triage', wrong)).status).toBe(422)
})

it(keeps('triage.similar'), async () => {
  await ask('alert-ingestor', '/api/v1/alerts', security('like-1', { description: 'Ransom note on a share' }))
  await triaged('like-1')
  const { body } = await ask('similarity-search', '/api/v1/search', {
    alert_data: { ...security('like-2', { description: 'Ransom note on a share' }) },
    top_k: 3,
    min_similarity: 0.3,
  })
  const found = z
    .object({
      results: z
        .array(z.looseObject({ alert_id: z.string(), similarity_score: z.number() }))
        .min(1)
        .max(3),
      total_results: z.int(),
      search_time_ms: z.number(),
    })
    .parse(body)
  expect(found.results.map(({ alert_id }) => alert_id)).toContain('like-1')
  expect(found.results[0]).toMatchObject({
    alert_data: { alert_type: 'malware' },
    matched_fields: expect.arrayContaining(['ip:45.33.32.156']),
    risk_level: expect.any(String),
  })
  expect(body).toMatchObject({ success: true, data: { results: found.results }, meta: expect.any(Object) })
  const others = await ask('similarity-search', '/api/v1/search', {
    query_text: 'Encrypted files and a demand for money',
  })
  expect(others.status).toBe(200)
  const texts = await ask('similarity-search', '/api/v1/search', {
    query_text: 'A ransom note was found on shares',
    top_k: 3,
  })
  expect(JSON.stringify(texts.body)).toContain('like-1')
  const nothing = await ask('similarity-search', '/api/v1/search', {})
  expect(nothing).toMatchObject({ status: 400, body: { success: false } })
})

it(keeps('triage.similarity-index'), async () => {
  const texts = ['Ransomware on a share', 'A virus on shares']
  const { body: embedded } = await ask('similarity-search', '/api/v1/embeddings', { texts, model: 'all-MiniLM-L6-v2' })
  const { data } = z
    .object({
      data: z.object({ embeddings: z.array(z.array(z.number()).length(384)).length(2), dimension: z.literal(384) }),
    })
    .parse(embedded)
  const [one = [], other = []] = data.embeddings
  expect(one.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0)).toBeGreaterThan(0.3)
  const count = async () =>
    z
      .object({
        success: z.literal(true),
        data: z.object({ total_vectors: z.int(), dimension: z.int(), last_updated: z.string() }),
      })
      .parse((await ask('similarity-search', '/api/v1/stats')).body).data.total_vectors
  const before = await count()
  for (const alert of [
    security('indexed-1'),
    { alert: security('indexed-1'), triage_result: { risk_level: 'high' } },
  ]) {
    const { body } = await ask('similarity-search', '/api/v1/index', alert)
    expect(body).toMatchObject({ success: true, message: 'Alert indexed-1 indexed successfully' })
  }
  await triaged('indexed-1')
  expect(await count()).toBe(before + 1)
})

it(keeps('triage.own-ports'), async () => {
  const bare = (path: string, body: unknown) =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  for (const path of ['/api/v1/alerts', '/api/v1/enrich', '/api/v1/query', '/api/v1/triage', '/api/v1/search']) {
    expect((await bare(path, {})).status, path).toBe(401)
  }
  const judged = await onMain('/api/v1/triage', { alert: security('main-1') })
  expect(await judged.json()).toMatchObject({ success: true, data: { alert_id: 'main-1' } })
  for (const service of services) {
    expect((await ask(service, '/api/v1/tokens')).status, service).toBe(404)
    expect((await ask(service, '/api/v1/incidents')).status, service).toBe(404)
  }
  const foreign = await fetch(`${urls.get('alert-ingestor')}/api/v1/alerts`, {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'content-type': 'application/json' },
    body: JSON.stringify(security('evil')),
  })
  expect(foreign.status).toBe(403)
  // The route of the main port is not shadowed.
  await ask('alert-ingestor', '/api/v1/alerts', security('main-2'))
  await triaged('main-2')
  expect(await (await server.ask('/api/v1/alerts/main-2')).json()).toMatchObject({
    observed: { external_id: 'main-2' },
    triage: { risk_score: expect.any(Number) },
  })
})

it(keeps('triage.incidents-and-audit'), async () => {
  await ask('alert-ingestor', '/api/v1/alerts', security('inc-1', { severity: 'critical', source_ip: '198.51.100.77' }))
  await triaged('inc-1')
  await until(() => (rows('SELECT 1 FROM incidents').length > 0 ? true : undefined))
  await until(() => (rows('SELECT 1 FROM remediation_actions').length > 0 ? true : undefined))
  const closed = await onMain('/api/v1/alerts/bulk', {
    ids: rows('SELECT alert_id FROM alerts WHERE alert_id = ?', 'inc-1').map(({ alert_id }) => alert_id),
    action: 'close',
    resolution: 'true_positive',
  })
  expect(await closed.json()).toMatchObject({ changed: 1 })
  expect(rows("SELECT actor, event_type FROM audit_logs WHERE target_type = 'alert'").length).toBeGreaterThan(0)
})

it(keeps('triage.main-health'), async () => {
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: 'healthy' })
  expect(await (await server.ask('/health')).json()).toMatchObject({
    status: 'healthy',
    service: 'vedette',
    timestamp: expect.any(String),
    models_loaded: false,
    excluded_patterns: [],
    checks: { database: 'connected' },
    problems: [],
  })
})

it(keeps('triage.gateway-list', 'triage.gateway-alert', 'triage.gateway-status'), async () => {
  const gateway = urls.get('triage-gateway')
  const get = async (path: string) => {
    const answer = await fetch(`${gateway}/api/v1/alerts${path}`)
    expect(answer.status, path).toBe(200)
    return answer.json()
  }
  const ids = ['gate-1', 'gate-2', 'gate-3']
  const alerts = ids.map((id, i) =>
    security(id, { source_ip: '192.0.2.200', severity: i === 0 ? 'critical' : 'low', description: `Gate ${i}.` }),
  )
  await ask('alert-ingestor', '/api/v1/alerts/batch', { alerts })
  for (const id of ids) await triaged(id)

  const page = z.object({
    success: z.literal(true),
    data: z.array(z.looseObject({ alert_id: z.string() })),
    meta: z.object({ total: z.int(), skip: z.int(), limit: z.int(), has_more: z.boolean() }),
  })
  const all = page.parse(await get('?source_ip=192.0.2.200&sort_by=severity&sort_order=desc'))
  expect(all.data[0]).toMatchObject({
    alert_id: 'gate-1',
    severity: 'critical',
    alert_type: 'malware',
    source_ip: '192.0.2.200',
    user_id: 'jdoe',
    risk_score: expect.any(Number),
    assigned_to: null,
  })
  expect(all.meta).toEqual({ total: 3, skip: 0, limit: 100, has_more: false })
  const second = page.parse(await get('?source_ip=192.0.2.200&sort_by=severity&sort_order=desc&skip=1&limit=1'))
  expect(second.data).toEqual([all.data[1]])
  expect(second.meta).toEqual({ total: 3, skip: 1, limit: 1, has_more: true })
  expect(page.parse(await get('?source_ip=192.0.2.200&severity=critical&status=triaged')).meta.total).toBe(1)
  expect(page.parse(await get('?search=Gate%202')).data).toMatchObject([{ alert_id: 'gate-3' }])
  expect((await fetch(`${gateway}/api/v1/alerts?limit=9999`)).status).toBe(400)
  const listed = z.array(z.looseObject({ alert_id: z.string(), risk_score: z.number() }))
  expect(listed.parse(await get('/active')).map(({ alert_id }) => alert_id)).toEqual(expect.arrayContaining(ids))
  const grave = listed.parse(await get('/high-priority?min_risk_score=30'))
  expect(grave.every(({ risk_score }) => risk_score >= 30)).toBe(true)
  expect(grave.map(({ alert_id }) => alert_id)).toContain('gate-1')
  expect(await get('/stats/summary')).toMatchObject({
    total_alerts: expect.any(Number),
    by_severity: { critical: expect.any(Number) },
    by_status: { triaged: expect.any(Number) },
    by_type: { malware: expect.any(Number) },
    avg_risk_score: expect.any(Number),
    high_priority_count: expect.any(Number),
    pending_review_count: expect.any(Number),
  })

  expect(await get('/gate-1')).toMatchObject({
    alert_id: 'gate-1',
    triage_result: { risk_score: expect.any(Number), analysis: expect.any(String), requires_human_review: true },
    network_context: { ip_address: '192.0.2.200' },
    asset_context: { asset_id: 'SRV-001' },
    user_context: { username: 'jdoe' },
  })
  expect(await get('/gate-1/triage')).toMatchObject({ alert_id: 'gate-1', key_findings: expect.any(Array) })
  expect((await fetch(`${gateway}/api/v1/alerts/never-sent`)).status).toBe(404)

  const move = (body: object, token?: string) =>
    fetch(`${gateway}/api/v1/alerts/gate-2/status`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
  expect((await move({ status: 'in_progress' })).status).toBe(401)
  expect(await (await move({ status: 'assigned', assigned_to: 'noor' }, adminToken)).json()).toMatchObject({
    assigned_to: 'noor',
  })
  expect(await (await move({ status: 'in_progress', comment: 'mine' }, adminToken)).json()).toMatchObject({
    status: 'investigating',
  })
  expect(await (await move({ status: 'closed' }, adminToken)).json()).toMatchObject({ status: 'resolved' })
  expect((await move({ status: 'gone' }, adminToken)).status).toBe(400)
  expect((await move({ status: 'assigned' }, adminToken)).status).toBe(400)
  const told = z.looseObject({ history: z.array(z.looseObject({ action: z.string() })) })
  const { history } = told.parse(await (await server.ask('/api/v1/alerts/gate-2')).json())
  expect(history.map(({ action }) => action).sort()).toEqual(['acknowledge', 'assign', 'close'])
})

it(keeps('triage.gateway-analytics'), async () => {
  const get = async (path: string) => {
    const answer = await fetch(`${urls.get('triage-gateway')}${path}`)
    return { status: answer.status, body: await answer.json() }
  }
  const of = async (path: string) => (await get(`/api/v1/analytics${path}`)).body
  const kept = rows('SELECT COUNT(*) AS count FROM alerts')[0]?.count
  const dashboard = await of('/dashboard?time_range=24h')
  expect(dashboard).toEqual({
    total_alerts: kept,
    critical_alerts: expect.any(Number),
    high_risk_alerts: expect.any(Number),
    pending_triage: expect.any(Number),
    avg_response_time: expect.any(Number),
    alerts_today: kept,
    threats_blocked: expect.any(Number),
    system_health: 'healthy',
    trends: { alert_volume: expect.arrayContaining([{ timestamp: expect.any(String), value: expect.any(Number) }]) },
  })
  expect(await of('/dashboard?time_range=30d&include_trends=false')).toMatchObject({ total_alerts: kept, trends: null })
  expect((await get('/api/v1/analytics/dashboard?time_range=1y')).status).toBe(400)
  const trend = z.object({
    metric: z.string(),
    time_range: z.literal('7d'),
    data_points: z.array(z.object({ timestamp: z.string(), value: z.number(), label: z.string() })).min(1),
    summary: z.enum(['increasing', 'decreasing', 'stable', 'insufficient_data']),
  })
  const volume = trend.parse(await of('/trends/alerts?time_range=7d&group_by=day'))
  expect(volume.metric).toBe('alert_volume')
  expect(volume.data_points.reduce((sum, { value }) => sum + value, 0)).toBe(kept)
  expect(volume.data_points[0]?.label).toMatch(/^\d{4}-\d\d-\d\d$/)
  const risk = trend.parse(await of('/trends/risk-scores?time_range=7d'))
  expect(risk.metric).toBe('average_risk_score')
  expect(risk.data_points[0]?.label).toMatch(/^\d{4}-\d\d-\d\d \d\d:00$/)
  expect(await of('/metrics/severity-distribution')).toMatchObject({ critical: 2, info: 0 })
  expect(await of('/metrics/status-distribution')).toMatchObject({
    new: expect.any(Number),
    in_progress: expect.any(Number),
    assigned: expect.any(Number),
    resolved: expect.any(Number),
    closed: expect.any(Number),
  })
  expect(await of('/metrics/top-sources?limit=1')).toEqual([{ source: expect.any(String), count: expect.any(Number) }])
  expect(await of('/metrics/top-alert-types?limit=1')).toEqual([{ alert_type: 'malware', count: expect.any(Number) }])
  expect(await of('/metrics/performance')).toMatchObject({
    average_risk_score: expect.any(Number),
    average_processing_time_ms: 0,
    deepseek_usage: 0,
    qwen_usage: 0,
    high_risk_count: expect.any(Number),
  })
  expect(await get('/health/live')).toEqual({ status: 200, body: { status: 'alive' } })
  expect(await get('/health/ready')).toEqual({ status: 200, body: { status: 'ready' } })
})

it(keeps('triage.gateway-bulk'), async () => {
  const ids = ['bulk-1', 'bulk-2']
  const alerts = ids.map((id) => security(id, { source_ip: '192.0.2.201', severity: 'low' }))
  await ask('alert-ingestor', '/api/v1/alerts/batch', { alerts })
  for (const id of ids) await triaged(id)
  const bulk = async (body: object, token: string | undefined = adminToken) => {
    const answer = await fetch(`${urls.get('triage-gateway')}/api/v1/alerts/bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const all = { action: 'assign', alert_ids: [...ids, 'never-sent'], params: { user_id: 'noor' } }
  expect((await bulk(all, '')).status).toBe(401)
  expect(await bulk(all)).toEqual({
    status: 200,
    body: {
      action: 'assign',
      total: 3,
      success_count: 2,
      failure_count: 1,
      errors: [{ alert_id: 'never-sent', error: expect.stringContaining('never-sent') }],
    },
  })
  const states = () => rows("SELECT status, assigned_to FROM alerts WHERE alert_id IN ('bulk-1', 'bulk-2')")
  expect(states()).toEqual(ids.map(() => ({ status: 'triaged', assigned_to: 'noor' })))
  expect((await bulk({ action: 'assign', alert_ids: ids })).status).toBe(400)
  expect((await bulk({ action: 'delete', alert_ids: ids })).status).toBe(400)
  expect((await bulk({ action: 'resolve', alert_ids: ids })).body).toMatchObject({ success_count: 2, errors: [] })
  expect(states().map(({ status }) => status)).toEqual(['resolved', 'resolved'])
})

it(keeps('triage.environment'), async () => {
  const explained = (key: string, env: NodeJS.ProcessEnv = {}) =>
    execFileSync(join(root, 'bin/vedette.cjs'), ['config', 'explain', key], {
      cwd: folder.path,
      encoding: 'utf8',
      env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...env },
    })
  const database = 'postgresql+asyncpg://triage_user:hush@db:5434/security_triage'
  const told = explained('storage.url', { DATABASE_URL: database })
  expect(told).toContain('postgresql://triage_user:')
  expect(told).toContain('DATABASE_URL')
  expect(told).not.toContain('hush')
  const keys = {
    RABBITMQ_URL: 'rabbitmq.url',
    VIRUSTOTAL_API_KEY: 'intel.api_keys.virustotal',
    ABUSE_CH_API_KEY: 'intel.api_keys.abuse_ch',
    OTX_API_KEY: 'intel.api_keys.otx',
    LOG_LEVEL: 'log.level',
    HOST: 'server.host',
    PORT: 'server.port',
  }
  for (const [name, key] of Object.entries(keys)) expect(explained(key), key).toContain(name)
})
