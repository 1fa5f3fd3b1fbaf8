import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { startVendor, vendors } from '../../src/pipeline/triage/llm/vendors.fake.ts'
import { freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'

const folder = scratch()
const key = 'the-engine’s-key-of-32-characters'.replace('’', '-')
let server: Server
let own: string
let start: () => Promise<Server>

beforeAll(async () => {
  const port = await freePort()
  own = `http://127.0.0.1:${port}`
  const env = {
    M_AUTH_KEY: key,
    EXCLUDED_DATASETS: 'anomalies_.*,^dq_',
    MAX_HISTORICAL_RECORDS: '1000',
    MINIMUM_TRAINING_RECORDS: '100',
    VEDETTE_QUERY_GUARD_BLOCKED_QUERIES: 'delete_\\w+',
    VEDETTE_COMPAT_PORTS: `query-guard:${port}`,
  }
  const mainPort = await freePort()
  start = () => startServer({ dataDir: join(folder.path, 'data'), port: mainPort, env })
  server = await start()
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

let seed = 7
const random = () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}
const order = () => {
  const size = random()
  return {
    id: Math.floor(random() * 1e9),
    amount: 40 + 20 * size,
    tax: 4 + 2 * size + 0.1 * random(),
    country: ['DE', 'PT', 'FR'][Math.floor(random() * 3)],
    coupon: random() < 0.1 ? null : 'none',
    ordered_at: new Date(Date.UTC(2026, 0, 5) + Math.floor(random() * 5) * 86_400_000).toISOString(),
  }
}
const orders = (count: number) => Array.from({ length: count }, order)

const queryOf = (name: string) => `query ${name} { orders { id amount tax country coupon ordered_at } }`
const hashOf = (query: string) => createHash('md5').update(query).digest('hex')
const bodyOf = (name: string, datasets: unknown, query = queryOf(name)) => ({
  response: { data: datasets },
  session: { role: 'user', variables: { 'x-hasura-role': 'user', 'x-hasura-user-id': '7' } },
  rawRequest: { query, variables: {}, operationName: name },
})
const engine = { 'x-hasura-role': 'user', 'x-hasura-user': 'test-user', 'hasura-m-auth': key }
const ask = async (path: string, init: RequestInit = {}, base = own) => {
  const response = await fetch(base + path, { headers: base === own ? engine : {}, ...init })
  return { status: response.status, body: z.record(z.string(), z.unknown()).parse(await response.json()) }
}
const post = (path: string, body: unknown, headers: Record<string, string> = engine, base = own) =>
  ask(
    path,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    },
    base,
  )
const analysis = z.looseObject({
  is_anomaly: z.boolean(),
  score: z.number(),
  statistical_flags: z.int(),
  statistical_details: z.array(z.looseObject({ index: z.int(), score: z.number(), features: z.array(z.number()) })),
  drift: z.array(z.looseObject({ flag_type: z.string(), severity: z.string(), fields: z.array(z.string()) })),
  security_concerns: z.array(z.looseObject({ type: z.string(), severity: z.string() })),
})
const guarded = z.object({ results: z.record(z.string(), analysis), metadata: z.looseObject({}) })
const guard = async (name: string, rows: unknown, query?: string) => {
  const { status, body } = await post('/anomalies', bodyOf(name, { orders: rows }, query))
  expect(status).toBe(200)
  const found = guarded.parse(body).results.orders
  if (!found) throw new Error(`orders were not scored: ${JSON.stringify(body)}`)
  return found
}

it(
  keeps(
    'query-guard.protocol',
    'query-guard.answer-program',
    'query-guard.answer-document',
    'query-guard.metadata',
    'query-guard.hash',
    'query-guard.language-model',
  ),
  async () => {
    const rows = orders(5)
    const { status, body } = await post('/anomalies', bodyOf('First', { orders: rows, nothing: [], none: null }))
    expect(status).toBe(200)
    const query_hash = hashOf(queryOf('First'))
    expect(body).toEqual({
      results: {
        orders: {
          is_anomaly: false,
          score: 0,
          model_details: { model_type: 'isolation_forest', status: 'no_model', features_used: 0 },
          query_analysis: {
            anomalies_detected: false,
            records: [],
            query_pattern_analysis: { typical: true, concerns: [], recommendations: [] },
            analysis_mode: 'baseline',
            language_model: 'not configured',
          },
          query_hash,
          operation_name: 'First',
          statistical_flags: 0,
          statistical_details: [],
          drift: [],
          processed_records: 5,
          anomalous_records: 0,
          recommendations: [],
          security_concerns: [],
          metadata: {
            timestamp: expect.any(String),
            query_hash,
            operation_name: 'First',
            historical_data_size: 0,
            errors: null,
          },
        },
      },
      metadata: {
        timestamp: expect.any(String),
        query_hash,
        operation_name: 'First',
        total_records: 5,
        total_anomalies: 0,
        datasets_processed: 1,
        datasets_skipped: [],
        status: 'completed',
      },
    })
  },
)

it(keeps('query-guard.role-header'), async () => {
  expect(await post('/anomalies', bodyOf('A', {}), { 'hasura-m-auth': key })).toEqual({
    status: 400,
    body: { error: 'Missing required headers', missing: ['X-Hasura-Role'] },
  })
  expect((await post('/anomalies', bodyOf('A', {}), { 'x-hasura-role': 'user', 'hasura-m-auth': key })).status).toBe(
    200,
  )
})

it(
  keeps('query-guard.no-body', 'query-guard.raw-fields', 'query-guard.introspection', 'query-guard.bad-response'),
  async () => {
    const { response, rawRequest } = bodyOf('A', {})
    const refused: readonly [body: unknown, answer: unknown][] = [
      ['', { error: 'Request body is required' }],
      ['{}', { error: 'Request body is required' }],
      [{ response }, { error: 'rawRequest is required' }],
      [{ rawRequest }, { error: 'response is required' }],
      [
        { response, rawRequest: { query: '{ a }' } },
        { error: 'Invalid rawRequest format', missing: ['variables', 'operationName'] },
      ],
      [
        { response, rawRequest: { ...rawRequest, operationName: 'IntrospectionQuery' } },
        { error: 'Introspection queries are not allowed' },
      ],
      [{ rawRequest, response: [1] }, { error: 'response must be an object with dataset keys' }],
      [{ rawRequest, response: { data: 'text' } }, { error: 'response must be an object with dataset keys' }],
      ['[1]', { error: 'Invalid request format' }],
      ['{broken', { error: 'Invalid request format', details: expect.any(String) }],
    ]
    for (const [body, answer] of refused) {
      expect(await post('/anomalies', body), JSON.stringify(body)).toEqual({ status: 400, body: answer })
    }
  },
)

it(keeps('query-guard.auth', 'query-guard.own-port'), async () => {
  const { 'hasura-m-auth': _, ...unnamed } = engine
  const body = bodyOf('Auth', { orders: orders(1) })
  for (const base of [own, server.url]) {
    expect((await post('/anomalies', body, engine, base)).status).toBe(200)
    expect((await post('/anomalies', body, unnamed, base)).status).toBe(401)
    expect(await post('/anomalies', body, { ...engine, 'hasura-m-auth': `${key}x` }, base)).toMatchObject({
      status: 401,
      body: { error: expect.stringContaining('token') },
    })
  }
  const history = `/history/${hashOf(queryOf('Auth'))}`
  expect((await ask(history)).status).toBe(200)
  expect((await ask(history, { headers: {} })).status).toBe(401)
  expect((await ask(history, { headers: {}, method: 'DELETE' })).status).toBe(401)
  expect((await ask('/health', { headers: {} })).status).toBe(200)
  expect((await ask(history, {}, server.url)).status).toBe(401)
  // On the main port, the key only permits sending.
  expect((await ask(history, { headers: { authorization: `Bearer ${key}` } }, server.url)).status).toBe(403)
  expect((await server.ask(history)).status).toBe(200)
  expect(server.output()).toContain(`query-guard clients with their key may send and read at ${own}`)
  const taken = spawnSync(join(root, 'bin/vedette.cjs'), ['serve'], {
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      VEDETTE_DATA_DIR: join(folder.path, 'other'),
      VEDETTE_SAMPLES: 'off',
      VEDETTE_COMPAT_PORTS: 'query-guard:28999',
      PORT: '28999',
    },
  })
  expect(taken.stderr).toContain('28999 is the port of this server itself')
})

it(keeps('query-guard.training', 'query-guard.odd-record'), async () => {
  const model = async () => (await ask(`/model/${hashOf(queryOf('Train'))}`)).body.model_info
  await guard('Train', orders(60))
  expect(await model()).toEqual({ status: 'no_model' })
  // 39 more are 99.
  await guard('Train', orders(39))
  expect(await model()).toEqual({ status: 'no_model' })
  await guard('Train', orders(61))
  expect(await model()).toMatchObject({ status: 'active', features: 6 })

  const huge = { ...order(), amount: 1e6 }
  const found = await guard('Train', [...orders(20), huge])
  expect(found.is_anomaly).toBe(true)
  const [odd] = found.statistical_details.filter(({ index }) => index === 20)
  expect(odd).toMatchObject({
    record: huge,
    index: 20,
    features: [huge.amount, expect.any(Number), expect.any(Number), 0, expect.any(Number), huge.tax],
    category: 'range_violation',
    reason: expect.stringContaining('amount'),
  })
  expect(odd?.score).toBeLessThan(-0.9)
  expect(found.score).toBe(odd?.score)
  // It was not learned: the same record again is equally anomalous.
  const again = await guard('Train', [...orders(20), huge])
  expect(again.statistical_details.map(({ index }) => index)).toContain(20)
})

it(keeps('query-guard.drift'), async () => {
  let queries = 0
  const types = async (change: (row: ReturnType<typeof order>) => object) => {
    queries += 1
    await guard(`Drift${queries}`, orders(300))
    const found = await guard(`Drift${queries}`, orders(100).map(change))
    return found.drift.map(({ flag_type, fields }) => `${flag_type} ${fields.join(' ')}`)
  }
  expect(await types((row) => row)).toEqual([])
  expect(await types((row) => ({ ...row, amount: row.amount * 4 }))).toEqual(
    expect.arrayContaining(['numeric_mean amount', 'numeric_range amount', 'numeric_variance amount']),
  )
  expect(await types((row) => ({ ...row, country: random() < 0.9 ? 'DE' : 'PT' }))).toEqual(
    expect.arrayContaining(['categorical_distribution country']),
  )
  expect(await types((row) => ({ ...row, coupon: random() < 0.6 ? null : 'none' }))).toContain('null_ratio coupon')
  expect(await types((row) => ({ ...row, tax: 4 + 2 * random() }))).toContain('correlation amount tax')
  expect(await types((row) => ({ ...row, amount: 40 + random() }))).toContain('distribution_shift amount')
})

it(keeps('query-guard.excluded', 'query-guard.health'), async () => {
  const datasets = { dq_checks: orders(3), my_anomalies_table: orders(3), orders: orders(3) }
  const { body } = await post('/anomalies', bodyOf('Skip', datasets))
  expect(body).toMatchObject({
    metadata: { datasets_skipped: ['dq_checks', 'my_anomalies_table'], datasets_processed: 1, total_records: 3 },
  })
  expect((await ask(`/stats/${hashOf(queryOf('Skip'))}`)).body).toMatchObject({ historical_records: 3 })
  expect((await ask('/health')).body).toEqual({
    status: 'healthy',
    timestamp: expect.any(String),
    excluded_patterns: ['anomalies_.*', '^dq_'],
  })
})

it(
  keeps(
    'query-guard.history',
    'query-guard.clear',
    'query-guard.model',
    'query-guard.stats',
    'query-guard.analyze',
    'query-guard.restart',
  ),
  async () => {
    const id = hashOf(queryOf('Keep'))
    const rows = orders(120)
    await guard('Keep', rows)
    const huge = { ...order(), amount: 1e6 }
    const check = async (known: readonly object[]) => {
      const { body } = await ask(`/history/${id}`)
      expect(body).toMatchObject({ query_hash: id, record_count: known.length, timestamp: expect.any(String) })
      const [newest] = z.array(z.looseObject({ data: z.unknown() })).parse(body.data)
      expect(newest?.data).toEqual(known.at(-1))
      expect((await ask(`/model/${id}`)).body).toMatchObject({
        query_hash: id,
        model_info: {
          status: 'active',
          model_type: 'isolation_forest',
          features: 6,
          records: 120,
          timestamp: expect.any(String),
        },
      })
      expect((await ask(`/stats/${id}`)).body).toMatchObject({
        query_hash: id,
        historical_records: known.length,
        model_info: { status: 'active' },
        timestamp: expect.any(String),
        status: 'active',
      })
      const { status, body: scored } = await post(`/analyze/${id}`, huge)
      expect([status, scored.query_hash]).toEqual([200, id])
      return analysis.parse(scored.analysis)
    }
    const before = await check(rows)
    expect(before).toMatchObject({ is_anomaly: true, anomalous_records: 1, processed_records: 1 })
    await server.stop()
    server = await start()
    const { metadata: _, statistical_details, db_record_id: __, ...after } = await check([...rows, huge])
    expect(before).toMatchObject(after)
    // Single records have a separate history and model, like results.
    for (const one of rows.slice(0, 100)) await post('/analyze/only-single-records', one)
    expect((await ask('/stats/only-single-records')).body).toMatchObject({
      historical_records: 100,
      model_info: { status: 'active' },
    })
    expect(statistical_details[0]?.score).toBe(before.statistical_details[0]?.score)

    expect((await ask(`/history/${id}`, { method: 'DELETE' }, server.url)).status).toBe(401)
    expect((await ask(`/history/${id}`, { method: 'DELETE' })).body).toEqual({
      success: true,
      query_hash: id,
      timestamp: expect.any(String),
      message: 'History cleared successfully',
    })
    expect((await ask(`/history/${id}`)).body).toMatchObject({ record_count: 0, data: [] })
    expect((await ask(`/model/${id}`)).body).toMatchObject({ model_info: { status: 'no_model' } })
    expect((await post(`/analyze/${id}`, huge)).body).toMatchObject({
      analysis: { is_anomaly: false, query_analysis: { analysis_mode: 'baseline' } },
    })
  },
)

it(keeps('query-guard.history-cap'), async () => {
  for (let sent = 0; sent < 4; sent += 1) await guard('Cap', orders(400))
  const { body } = await ask(`/stats/${hashOf(queryOf('Cap'))}`)
  expect(body).toMatchObject({ historical_records: 800 })
})

it(keeps('query-guard.blocked'), async () => {
  const query = 'mutation GetOrders { delete_orders(where: {}) { affected_rows } }'
  const found = await guard('GetOrders', [{ affected_rows: 3 }], query)
  expect(found.is_anomaly).toBe(true)
  expect(found.security_concerns.map(({ type, severity }) => [type, severity])).toEqual([
    ['blocked_query', 'high'],
    ['disguised_mutation', 'high'],
  ])
})

it(keeps('query-guard.pre-parse'), async () => {
  const check = (query: string, headers = { 'hasura-m-auth': key }) =>
    fetch(`${own}/pre-parse`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ rawRequest: { query }, session: { role: 'user', variables: {} } }),
    })
  const allowed = await check('{ orders { id } }')
  expect([allowed.status, await allowed.text()]).toEqual([204, ''])
  const refused = await check('mutation { delete_orders(where: {}) { affected_rows } }')
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: 'This query is blocked', blocked_by: 'delete_\\w+' })
  expect((await check('')).status).toBe(400)
  expect((await check('{ orders { id } }', { 'hasura-m-auth': 'wrong' })).status).toBe(401)
})

it(keeps('query-guard.any-results'), async () => {
  const query = 'select id, amount, tax from orders where ordered_at > $1'
  const send = async (records: unknown) => {
    const response = await server.ask('/api/v1/query-results', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, records }),
    })
    return { status: response.status, body: await response.json() }
  }
  expect(await send(orders(200))).toMatchObject({
    status: 200,
    body: { query_id: hashOf(query), analyses: [{ mode: 'baseline', is_odd: false, analysis_id: null }] },
  })
  const { body } = await send([...orders(10), { ...order(), amount: -5_000 }])
  const [found] = z
    .object({ analyses: z.array(z.looseObject({ analysis_id: z.int(), odd_records: z.array(z.unknown()) })) })
    .parse(body).analyses
  expect(found).toMatchObject({ is_odd: true, mode: 'comparative', history_records: 200 })
  const listed = await (await server.ask(`/api/v1/query-results?query_id=${hashOf(query)}`)).json()
  expect(listed).toMatchObject({ data: [{ analysis_id: found?.analysis_id, is_odd: true }] })
  expect(await send('rows')).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
})

it(keeps('query-guard.alerts'), async () => {
  await guard('Alert', orders(150))
  for (let again = 0; again < 2; again += 1) await guard('Alert', [...orders(5), { ...order(), amount: 1e6 }])
  const found = z.object({ data: z.array(z.looseObject({ title: z.string(), description: z.string().optional() })) })
  await expect
    .poll(
      async () => {
        const { data } = found.parse(await (await server.ask('/api/v1/alerts?limit=100')).json())
        return data.filter(({ title }) => title === 'Unusual results of Alert (orders)').length
      },
      { timeout: 20_000 },
    )
    .toBe(1)
})

it(keeps('query-guard.environment'), () => {
  const explained = spawnSync(join(root, 'bin/vedette.cjs'), ['config', 'explain', 'query_guard'], {
    cwd: folder.path,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      ANOMALY_THRESHOLD: '0.2',
      MODEL_RETENTION_DAYS: '100',
    },
  })
  expect(explained.status).toBe(0)
  const where = (...args: string[]) =>
    spawnSync(join(root, 'bin/vedette.cjs'), ['config', 'explain', ...args], {
      cwd: folder.path,
      encoding: 'utf8',
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        ANOMALY_DETECTION_DATA: './tmp',
        DATABASE_URL: 'postgres://db/anomalies',
      },
    }).stdout
  expect(where('data_dir')).toContain(join(folder.path, 'tmp'))
  expect(where('storage.url')).toContain('postgres://db/anomalies')
  for (const [key, value, variable] of [
    ['threshold', '0.2', 'ANOMALY_THRESHOLD'],
    ['min_training_records', '100', 'MINIMUM_TRAINING_RECORDS'],
    ['max_history', '100000', 'MAX_HISTORICAL_RECORDS'],
    ['max_records_per_batch', '50', 'MAX_RECORDS_PER_BATCH'],
    ['language_model.max_tokens', '100000', 'MAX_TOKENS'],
    ['history_days', '14', 'HISTORICAL_RETENTION_DAYS'],
    ['anomaly_days', '90', 'ANOMALY_RETENTION_DAYS'],
    ['model_days', '100', 'MODEL_RETENTION_DAYS'],
  ]) {
    const part = explained.stdout.split(/(?=query_guard\.)/).find((text) => text.startsWith(`query_guard.${key}`))
    expect(part, key).toContain(variable)
    expect(part, key).toContain(value)
  }
})

it(keeps('query-guard.new-role', 'query-guard.graphql'), async () => {
  const query = queryOf('Roles')
  const send = async (role: string) => {
    const { body } = await post('/anomalies', bodyOf('Roles', { orders: orders(3) }), {
      ...engine,
      'x-hasura-role': role,
    })
    return JSON.stringify(body)
  }
  for (let run = 0; run < 20; run += 1) expect(await send('clerk')).not.toContain('new_role')
  expect(await send('stranger')).toContain('The role stranger runs this query for the first time')
  const id = hashOf(query)
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `{ queries(limit: 1000) { data { query_id times } } query(id: "${id}") { records }
        query_analyses(query_id: "${id}") { data { concerns { type } } } }`,
    }),
  }
  expect(await (await server.ask('/graphql', init)).json()).toMatchObject({
    data: {
      queries: { data: expect.arrayContaining([{ query_id: id, times: 21 }]) },
      query: { records: 63 },
      query_analyses: { data: expect.arrayContaining([{ concerns: expect.arrayContaining([{ type: 'new_role' }]) }]) },
    },
  })
})

it(keeps('query-guard.language-model-reads', 'query-guard.reading-cache', 'query-guard.max-tokens'), async () => {
  const anthropic = vendors.find(({ type }) => type === 'anthropic')
  if (!anthropic) throw new Error('There is no vendor.')
  const vendor = await startVendor(anthropic, () => ({
    records: [{ record_index: 0, reason: 'country is Narnia', risk_level: 'high', category: 'business_logic' }],
    concerns: ['The operation is called Read.', 'It was asked 4711 times.'],
    recommendations: ['find_out_who_asks'],
  }))
  const data = scratch()
  const wideFields = Array.from({ length: 12 }, (_, i) => [`note_${i}`, 'y'.repeat(150)] as const)
  const other = await startServer({
    dataDir: data.path,
    port: await freePort(),
    env: {
      M_AUTH_KEY: key,
      ANTHROPIC_API_KEY: 'the-key',
      CLAUDE_MODEL: 'm',
      MAX_RECORDS_PER_BATCH: '3',
      MAX_TOKENS: '3500',
      VEDETTE_QUERY_GUARD_LANGUAGE_MODEL_BASE_URL: String(vendor.settings.base_url),
    },
  })
  try {
    const send = (rows: unknown) => post('/anomalies', bodyOf('Read', { orders: rows }), engine, other.url)
    const reading = async (rows: unknown) => {
      const { status, body } = await send(rows)
      expect(status).toBe(200)
      return z
        .looseObject({ query_analysis: z.looseObject({}), metadata: z.looseObject({}) })
        .parse(z.object({ results: z.record(z.string(), z.unknown()) }).parse(body).results.orders)
    }
    const first = await reading(orders(5))
    expect(first.query_analysis.language_model).toBe('not asked: nothing to compare with yet')
    expect(vendor.wire.requests).toEqual([])
    const rows = orders(5).map((row, i) => (i === 0 ? { ...row, country: 'Narnia', buyer: 'dana@example.org' } : row))
    const { query_analysis } = await reading(rows)
    expect(query_analysis).toMatchObject({
      language_model: 'answered',
      records: [{ record_index: 0, reason: 'country is Narnia', risk_level: 'medium', category: 'business_logic' }],
      query_pattern_analysis: {
        concerns: expect.arrayContaining(['The operation is called Read.']),
        recommendations: expect.arrayContaining(['Find out who sends this query, and why.']),
      },
    })
    expect(JSON.stringify(query_analysis)).not.toContain('4711')
    expect(vendor.complaints).toEqual([])
    const sent = vendor.wire.requests[0]?.body ?? ''
    expect(sent).toContain('Narnia')
    expect(sent).not.toContain('dana@example.org')
    expect(sent.match(/\\"index\\"/g)).toHaveLength(3)
    // The same result again costs nothing, although the history has grown.
    const again = await reading(rows)
    expect(again.query_analysis.language_model).toBe('answered')
    expect(vendor.wire.requests).toHaveLength(1)
    // Only some of the three wide records fit into the limit.
    await reading(orders(5).map((row) => ({ ...row, ...Object.fromEntries(wideFields) })))
    expect(vendor.wire.requests[1]?.body.match(/\\"index\\"/g)).toHaveLength(2)
    vendor.behaviour = 'refuses the key'
    const failed = await reading(orders(6))
    expect(failed.query_analysis.language_model).toBe('failed')
    expect(failed.metadata.errors).toEqual(['No language model answered: query-guard: it rejected the API key (401).'])
  } finally {
    await other.stop()
    await vendor.wire.close()
    data.remove()
  }
})

it(keeps('query-guard.role-thresholds'), async () => {
  const data = scratch()
  const other = await startServer({
    dataDir: data.path,
    port: await freePort(),
    env: { M_AUTH_KEY: key, VEDETTE_QUERY_GUARD_ROLE_THRESHOLDS: '{"clerk": 0, "admin": 1}' },
  })
  try {
    const anomalous = async (role: string, rows: unknown) => {
      const { body } = await post(
        '/anomalies',
        bodyOf('Prices', { prices: rows }),
        { ...engine, 'x-hasura-role': role },
        other.url,
      )
      const results = z.object({ prices: z.looseObject({ anomalous_records: z.int() }) })
      return z.object({ results }).parse(body).results.prices.anomalous_records
    }
    const usual = Array.from({ length: 400 }, (_, i) => ({ amount: i % 200, price: 2 * (i % 200) + (i % 7) }))
    expect(await anomalous('admin', usual)).toBe(0)
    expect(await anomalous('admin', [{ amount: 3, price: 395 }])).toBe(0)
    expect(await anomalous('clerk', [{ amount: 4, price: 394 }])).toBe(1)
    expect(await anomalous('admin', [{ amount: 1e6, price: 7 }])).toBe(1)
  } finally {
    await other.stop()
    data.remove()
  }
})
