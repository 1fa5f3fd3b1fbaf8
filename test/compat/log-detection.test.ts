import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'

const folder = scratch()
const at = (name: string) => join(folder.path, name)
let server: Server
let own: string

const log = (time: string, user: string, event_type: string, action: string, message: string) => ({
  timestamp: `2026-01-08T${time}Z`,
  user,
  source_ip: '10.0.0.100',
  event_type,
  action,
  message,
})
const normal = Array.from({ length: 40 }, (_, i) =>
  log(
    `${String(9 + (i % 8)).padStart(2, '0')}:${String(i).padStart(2, '0')}:00`,
    i % 2 ? 'ana' : 'bob',
    'login',
    'success',
    'Logged in',
  ),
)
const failures = Array.from({ length: 12 }, (_, i) =>
  log(`10:00:${String(i * 5).padStart(2, '0')}`, 'admin', 'login', 'failed', 'Failed login attempt'),
)
const shadow = log('02:00:00', 'root', 'file_access', 'success', 'Accessed /etc/shadow')

const vedette = (...args: string[]) =>
  spawnSync(join(root, 'bin/vedette.cjs'), args, {
    cwd: folder.path,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
  })

beforeAll(async () => {
  mkdirSync(at('logs/below'), { recursive: true })
  writeFileSync(at('logs/normal.json'), JSON.stringify(normal))
  const port = await freePort()
  own = `http://127.0.0.1:${port}`
  server = await startServer({
    dataDir: at('data'),
    port: await freePort(),
    cwd: folder.path,
    env: { VEDETTE_COMPAT_PORTS: `log-detection:${port}`, MODEL_DIR: at('anomaly_outputs') },
  })
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

const ask = async (path: string, init?: RequestInit) => {
  const response = await fetch(own + path, init)
  return { status: response.status, body: await response.json() }
}
const post = (path: string, body: unknown) =>
  ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const send = (name: string, content: string | Uint8Array<ArrayBuffer>) => {
  const form = new FormData()
  form.set('file', new File([content], name))
  return ask('/analyze/file', { method: 'POST', body: form })
}

it(keeps('log-detection.health', 'log-detection.not-loaded', 'log-detection.load-missing'), async () => {
  expect((await ask('/health')).body).toEqual({
    status: 'healthy',
    models_loaded: false,
    timestamp: expect.any(String),
  })
  expect((await ask('/health/live')).body).toEqual({ status: 'alive' })
  expect((await ask('/health/ready')).status).toBe(503)
  expect(await post('/analyze', { logs: [shadow] })).toEqual({
    status: 400,
    body: { detail: 'Models not loaded. Call POST /models/load first.' },
  })
  expect((await send('a.json', '[]')).status).toBe(400)
  expect((await ask('/stats')).status).toBe(400)
  expect(await post('/models/load', { model_dir: 'nowhere' })).toEqual({
    status: 404,
    body: { detail: 'Model directory not found: nowhere' },
  })
  expect((await post('/models/load', { model_dir: '/etc' })).status).toBe(403)
})

it(keeps('log-detection.train'), async () => {
  const { status, stdout, stderr } = vedette(
    ...[
      'train',
      '--data_path',
      './logs/',
      '--log_format',
      'auto',
      '--output_dir',
      'anomaly_outputs',
      '--contamination',
    ],
    ...['0.01', '--baseline_period_days', '7', '--random_state', '42', '--iso_forest_estimators', '200'],
    ...['--time_windows', '3600', '86400', '604800'],
  )
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain('Trained on 40 events, 0 anomalies')
  for (const file of ['model.vedette', 'anomalies_detected.csv', 'anomalies_detailed.json', 'anomaly_analysis.png']) {
    expect(existsSync(at(`anomaly_outputs/${file}`)), file).toBe(true)
  }
})

it(
  keeps(
    'log-detection.load-body',
    'log-detection.load-query',
    'log-detection.ready',
    'log-detection.info',
    'log-detection.stats',
  ),
  async () => {
    expect((await post('/models/load', { model_dir: 'anomaly_outputs' })).body).toEqual({
      status: 'success',
      message: 'Models loaded from anomaly_outputs',
      loaded_at: expect.any(String),
    })
    expect((await ask('/models/load?model_dir=anomaly_outputs', { method: 'POST' })).status).toBe(200)
    expect((await ask('/models/load', { method: 'POST' })).status).toBe(200)
    expect(await ask('/health/ready')).toEqual({ status: 200, body: { status: 'ready' } })
    const { body: info } = await ask('/models/info')
    expect(info).toMatchObject({
      loaded: true,
      threshold: 0.6,
      n_features: expect.any(Number),
      feature_names: expect.any(Array),
    })
    expect((await ask('/stats')).body).toMatchObject({
      models_loaded: true,
      threshold: 0.6,
      isolation_forest: { n_estimators: 200, contamination: 0.01 },
      features: { count: z.looseObject({ n_features: z.int() }).parse(info).n_features, names: expect.any(Array) },
    })
  },
)

it(
  keeps('log-detection.analyze', 'log-detection.one-event', 'log-detection.all-normal', 'log-detection.missing-field'),
  async () => {
    const { body } = await post('/analyze', { logs: [...normal, ...failures] })
    expect(body).toMatchObject({
      status: 'success',
      total_events: 52,
      anomalies_detected: 8,
      anomaly_rate: 8 / 52,
      threshold: 0.6,
    })
    const { anomalies } = z.object({ anomalies: z.array(z.record(z.string(), z.unknown())) }).parse(body)
    expect(anomalies[0]).toEqual({
      ...failures[4],
      dest_ip: 'unknown',
      severity: 'low',
      anomaly_score: expect.any(Number),
      threat_type: 'brute_force',
    })
    expect((await post('/analyze', { logs: [shadow] })).body).toMatchObject({ total_events: 1, anomalies_detected: 1 })
    expect((await post('/analyze', { logs: normal })).body).toMatchObject({ anomalies_detected: 0, anomalies: [] })
    const { user: _, ...nobody } = shadow
    expect(await post('/analyze', { logs: [nobody] })).toMatchObject({
      status: 422,
      body: { detail: [{ type: 'missing', loc: ['body', 'logs', 0, 'user'], msg: 'Field required' }] },
    })
  },
)

it(keeps('log-detection.workers'), () => {
  const { stdout } = spawnSync(process.execPath, [join(root, 'bin/vedette.cjs'), 'config', 'explain', 'workers'], {
    encoding: 'utf8',
    cwd: folder.path,
    env: { ...process.env, WORKERS: '3' },
  })
  expect(stdout).toMatch(/\b3\b/)
  expect(stdout).toContain('WORKERS')
})

it(keeps('log-detection.file', 'log-detection.docs'), async () => {
  const csv = `timestamp,user,source_ip,event_type,action,message\n2026-01-08T02:00:00Z,root,10.0.0.1,file_access,success,"Accessed /etc/shadow, twice"\n`
  for (const [name, content] of [
    ['attack.json', JSON.stringify([shadow])],
    ['attack.ndjson', `${JSON.stringify(shadow)}\n`],
    ['attack.csv', csv],
    ['attack.json.gz', new Uint8Array(gzipSync(JSON.stringify([shadow])))],
  ] as const) {
    expect((await send(name, content)).body, name).toMatchObject({ total_events: 1, anomalies_detected: 1 })
  }
  expect(await send('attack.exe', 'MZ')).toEqual({
    status: 400,
    body: { detail: 'Unsupported file format. Use JSON or CSV.' },
  })
  expect((await fetch(`${own}/docs`)).status).toBe(200)
  expect(await (await fetch(`${own}/openapi.json`)).json()).toMatchObject({ paths: { '/analyze': expect.any(Object) } })
})

it(keeps('log-analyzer.scorer-port'), async () => {
  expect(await ask('/model-info')).toEqual({ status: 200, body: { version: '1.0.0', trained_at: null } })
  expect((await post('/score', { features: { failed_logins: 2, error_rate: 0.667 } })).body).toEqual({
    score: expect.any(Number),
    anomaly: true,
  })
  expect((await ask('/incidents')).status).toBe(404)
})

it(keeps('log-detection.metrics'), async () => {
  const read = async () => {
    const text = await (await fetch(`${own}/metrics`)).text()
    const of = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
    return { anomalies: of('anomalies_detected_total'), analyses: of('analysis_duration_seconds_count') }
  }
  const before = await read()
  await post('/analyze', { logs: [shadow, ...normal] })
  expect(await read()).toEqual({ anomalies: before.anomalies + 1, analyses: before.analyses + 1 })
  expect(await (await server.ask('/metrics')).text()).toContain(`anomalies_detected_total ${before.anomalies + 1}\n`)
})

it(keeps('log-detection.batch'), async () => {
  writeFileSync(at('logs/below/attack.json'), JSON.stringify([shadow, ...failures]))
  writeFileSync(at('logs/broken.json'), '{"a":')
  const run = () => vedette('batch', '--once', '--log-dir', 'logs', '--output-dir', 'out', '--interval', '3600')
  const first = run()
  expect([first.status, first.stderr]).toEqual([5, ''])
  expect(readFileSync(at('out/processed_files.txt'), 'utf8').split('\n').filter(Boolean).sort()).toEqual([
    'logs/below/attack.json',
    'logs/normal.json',
  ])
  const written = readdirSync(at('out'))
  const found = written.find((name) => /^attack_\d{8}_\d{6}\.json$/.test(name)) ?? ''
  expect(JSON.parse(readFileSync(at(`out/${found}`), 'utf8'))).toMatchObject({
    source_file: 'logs/below/attack.json',
    total_events: 13,
    anomalies_detected: 9,
    threshold: 0.6,
  })
  const summary = written.find((name) => /^batch_summary_\d{8}_\d{6}\.json$/.test(name)) ?? ''
  expect(JSON.parse(readFileSync(at(`out/${summary}`), 'utf8'))).toMatchObject({
    status: 'success',
    processed: 3,
    errors: 1,
  })
  expect(run().stdout).toContain('1 file, 1 error')
})
