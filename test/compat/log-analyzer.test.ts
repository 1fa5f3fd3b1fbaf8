import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'

const folder = scratch()
let server: Server
let own: string
const modelAnswers: string[] = []
const model = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    modelAnswers.push(body)
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ score: 0.99, anomaly: true }))
  })
})

beforeAll(async () => {
  const port = await freePort()
  own = `http://127.0.0.1:${port}`
  server = await startServer({
    dataDir: folder.path,
    port: await freePort(),
    env: { VEDETTE_COMPAT_PORTS: `log-analyzer:${port}`, MODEL_VERSION: 'v7' },
  })
})
afterAll(async () => {
  await server.stop()
  model.close()
  folder.remove()
})

const log = (level: string, message: string) => ({ timestamp: '2026-01-05T10:00:00Z', service: 'auth', level, message })
const sample = [
  log('ERROR', 'authentication failed login for user bob'),
  log('ERROR', 'Failed login for user eve'),
  log('INFO', 'user alice logged out'),
]
const quiet = [log('INFO', 'user alice logged in'), log('INFO', 'user alice logged out')]

const json = { 'content-type': 'application/json' }
const post = (path: string, body: unknown, base = own) =>
  fetch(`${base}${path}`, {
    method: 'POST',
    headers: json,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const answerOf = async (response: Promise<Response>) => {
  const found = await response
  return { status: found.status, body: await found.json() }
}

it(keeps('log-analyzer.ingest-array', 'log-analyzer.ingest-answer', 'log-analyzer.sample-is-incident'), async () => {
  const { status, body } = await answerOf(post('/ingest', sample))
  expect(status).toBe(200)
  expect(body).toMatchObject({
    stored: 3,
    features: { count: 3, warn_count: 0, error_count: 2, failed_login_count: 2, services: ['auth'] },
    threshold: 0.8,
    scored_by: 'formula',
  })
  const judged = z.object({ score: z.number(), incident_id: z.int() }).parse(body)
  expect(judged.score).toBeGreaterThan(0.8)
})

it(keeps('log-analyzer.ingest-object', 'log-analyzer.quiet-is-none'), async () => {
  const { body } = await answerOf(post('/ingest', { logs: quiet }))
  expect(body).toMatchObject({ stored: 2, incident_id: null })
})

it(keeps('log-analyzer.invalid-log'), async () => {
  const missing = [quiet[0], { ...quiet[1], message: '' }]
  expect(await answerOf(post('/ingest', missing))).toEqual({ status: 400, body: { error: 'Invalid log at index 1' } })
})

it(keeps('log-analyzer.no-logs'), async () => {
  for (const body of ['{"a":1}', '"text"', '{broken', '']) {
    expect(await answerOf(post('/ingest', body)), body).toEqual({
      status: 400,
      body: { error: 'Body must be an array of logs or {logs: [...]}.' },
    })
  }
})

it('says why it cannot decompress a body', async () => {
  const whole = gzipSync(JSON.stringify(quiet))
  for (const [body, encoding, status, error] of [
    [whole.subarray(0, 30), 'gzip', 400, /ends too early/],
    ['[]', 'gzip', 400, /not gzip, although its Content-Encoding/],
    [whole, 'compress', 415, /"compress" cannot be read/],
    [whole, 'identity', 400, /Add the header "Content-Encoding: gzip"/],
  ] as const) {
    const headers = { ...json, 'content-encoding': encoding }
    const answer = await answerOf(fetch(`${own}/ingest`, { method: 'POST', headers, body }))
    expect(answer).toEqual({ status, body: { error: expect.stringMatching(error) } })
  }
})

const listed = z.object({
  incidents: z.array(
    z.looseObject({ id: z.int(), service: z.string().nullable(), severity: z.number(), detected_at: z.string() }),
  ),
})

it(keeps('log-analyzer.incidents'), async () => {
  const began = Date.now()
  await post('/ingest', [...sample, { ...log('WARN', 'slow'), service: 'web' }])
  const { incidents } = listed.parse(await (await fetch(`${own}/incidents`)).json())
  const [newest, before] = incidents
  expect(newest?.id).toBeGreaterThan(before?.id ?? Number.POSITIVE_INFINITY)
  expect(newest).toMatchObject({
    service: null,
    summary: 'Anomalous activity detected: errors=2, warns=1, failed_logins=2',
    features: { count: 4 },
  })
  expect(before?.service).toBe('auth')
  expect(Date.parse(newest?.detected_at ?? '')).toBeGreaterThan(began - 60_000)
})

it(keeps('log-analyzer.meta', 'log-analyzer.model-info'), async () => {
  const meta = await (await fetch(`${own}/meta`)).json()
  expect(meta).toMatchObject({ git: { commit: expect.any(String), branch: expect.any(String) }, model: 'v7' })
  expect(Date.parse(z.looseObject({ started_at: z.string() }).parse(meta).started_at)).toBeLessThanOrEqual(Date.now())
  expect(await (await fetch(`${own}/model-info`)).json()).toEqual({ version: 'v7', trained_at: null })
})

it(keeps('log-analyzer.score'), async () => {
  const nested = await answerOf(post('/score', { features: { failed_logins: 2, error_rate: 0.667 } }))
  expect(nested.body).toEqual({ score: expect.any(Number), anomaly: true })
  expect(await answerOf(post('/score', { failed_logins: 2, error_rate: 0.667 }))).toEqual(nested)
  expect((await post('/score', { failed_logins: 'many' })).status).toBe(400)
  const whole = await answerOf(post('/score', { failed_logins: 2, error_rate: 0 }))
  expect(await answerOf(post('/score', { failed_logins: '2' }))).toEqual(whole)
  expect((await post('/score', { other: 1 })).status).toBe(400)
})

it(keeps('log-analyzer.alerts', 'log-analyzer.paging'), async () => {
  const attack = sample.map((one) => ({ ...one, service: 'vpn', metadata: { ip: '203.0.113.77' } }))
  const { body } = await answerOf(post('/ingest', attack))
  const { incident_id } = z.object({ incident_id: z.int() }).parse(body)
  const listed = z.object({ incidents: z.array(z.looseObject({ id: z.int() })) })
  const page = async (query: string) =>
    listed.parse(await (await fetch(`${own}/incidents${query}`)).json()).incidents.map(({ id }) => id)
  const all = await page('')
  expect(all[0]).toBe(incident_id)
  expect([...(await page('?limit=1')), ...(await page(`?before=${incident_id}`))]).toEqual(all)
  await server.settled()
  const alerts = z.object({ data: z.array(z.looseObject({ title: z.string(), incident_id: z.string().nullable() })) })
  const { data } = alerts.parse(await (await server.ask('/api/v1/alerts?limit=100')).json())
  const found = data.find(({ title }) => title.startsWith('Anomalous batch of logs from vpn'))
  expect(found).toMatchObject({
    type: 'brute_force',
    incident_id: expect.any(String),
    entities: expect.arrayContaining([{ type: 'ip', value: '203.0.113.77' }]),
  })
})

it(keeps('log-analyzer.own-port'), async () => {
  expect((await post('/ingest', sample, server.url)).status).toBe(401)
  expect((await server.ask('/incidents')).status).toBe(200)
  expect((await fetch(`${own}/api/v1/tokens`)).status).toBe(404)
  // Neither a page of another site nor one under our own address may send requests.
  expect((await fetch(`${own}/incidents`, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
})

it(keeps('log-analyzer.threshold', 'log-analyzer.ml-url', 'log-analyzer.env-file'), async () => {
  const other = scratch()
  await new Promise<void>((done) => model.listen(0, '127.0.0.1', done))
  const address = model.address()
  const port = address && typeof address === 'object' ? address.port : 0
  writeFileSync(join(other.path, '.env'), `THRESHOLD=0.99\nML_URL=http://127.0.0.1:${port}/score\n`)
  const second = await startServer({ dataDir: join(other.path, 'data'), port: await freePort(), cwd: other.path })
  const send = () => second.ask('/ingest', { method: 'POST', headers: json, body: JSON.stringify(quiet) })
  expect(await (await send()).json()).toMatchObject({
    score: 0.99,
    threshold: 0.99,
    incident_id: null,
    scored_by: 'external',
  })
  expect(modelAnswers.map((sent) => JSON.parse(sent))).toEqual([{ features: { failed_logins: 0, error_rate: 0 } }])
  await new Promise((done) => model.close(done))
  expect(await (await send()).json()).toMatchObject({
    stored: 2,
    scored_by: 'formula',
    scorer_problem: expect.any(String),
  })
  expect(await (await second.ask('/meta')).json()).toMatchObject({ scorer_problem: expect.any(String) })
  await second.stop()
  other.remove()
})

it(keeps('log-analyzer.train'), async () => {
  const other = scratch()
  const port = await freePort()
  const fresh = await startServer({
    dataDir: other.path,
    port: await freePort(),
    env: { VEDETTE_COMPAT_PORTS: `log-analyzer:${port}` },
  })
  try {
    const base = `http://127.0.0.1:${port}`
    const train = () => fresh.ask('/train', { method: 'POST' })
    expect((await train()).status).toBe(409)
    // Two failed logins and three errors among ten lines are usual here.
    const usual = [
      ...sample,
      log('ERROR', 'disk is slow'),
      ...Array.from({ length: 6 }, () => log('INFO', 'request done')),
    ]
    const before = z.object({ score: z.number() }).parse(await (await post('/ingest', usual, base)).json()).score
    for (let i = 0; i < 59; i += 1) expect((await post('/ingest', usual, base)).status).toBe(200)
    await fresh.settled()
    expect((await fetch(`${base}/train`, { method: 'POST' })).status).toBe(401)
    const trained = await train()
    expect([trained.status, await trained.json()]).toEqual([
      200,
      { version: '2.0.0', trained_at: expect.any(String), batches: 60 },
    ])
    expect(await answerOf(fetch(`${base}/model-info`))).toEqual({
      status: 200,
      body: { version: '2.0.0', trained_at: expect.stringMatching(/^20\d\d-/) },
    })
    expect((await answerOf(post('/ingest', usual, base))).body).toMatchObject({
      scored_by: 'trained',
      incident_id: null,
    })
    const scoreOf = async (features: object) =>
      z.object({ score: z.number() }).parse(await (await post('/score', { features }, base)).json()).score
    expect(await scoreOf({ failed_logins: 2, error_rate: 0.3 })).toBeLessThan(before)
    expect(await scoreOf({ failed_logins: 30, error_rate: 0.3 })).toBeGreaterThan(0.8)
    await fresh.settled()
    expect(await (await train()).json()).toMatchObject({ version: '3.0.0', batches: 61 })
  } finally {
    await fresh.stop()
    other.remove()
  }
})
