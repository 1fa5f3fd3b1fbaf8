import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { adminToken, freePort, type Server, scratch, sleep, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'

const password = 'correct horse battery'
const folder = scratch()
let server: Server
let base = ''
/** The cookie and the token of noor, an analyst. */
let cookie = ''
let token = ''

const page = { 'sec-fetch-site': 'same-origin' }
const json = async (answer: Response) => z.looseObject({}).parse(await answer.json())
const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  fetch(`${base}${path}`, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })
const mine = () => ({ authorization: `Bearer ${token}` })
const get = async (path: string) => {
  const answer = await send('GET', path, undefined, mine())
  expect(answer.status, path).toBe(200)
  return z.looseObject({ success: z.literal(true), data: z.unknown() }).parse(await answer.json()).data
}
const login = (username: string, secret: string) =>
  send('POST', '/api/v1/auth/login', { username, password: secret }, page)
const createAccount = async (username: string, role: string) => {
  const made = await server.ask('/api/v1/accounts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, role, email: `${username}@example.org` }),
  })
  const { link } = z.object({ link: z.string() }).parse(await made.json())
  const set = await server.ask('/api/v1/password', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: link.slice(link.indexOf('#p=') + 3), new_password: password }),
  })
  expect(set.status).toBe(200)
}
const until = async <Found>(look: () => Promise<Found | undefined> | Found | undefined): Promise<Found> => {
  for (let i = 0; i < 800; i++) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(25)
  }
  throw new Error('It did not happen.')
}

/** The response to a request with headers that `fetch` would not send. */
const statusOf = (url: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((done, fail) => {
    request(url, { headers }, (answer) => {
      answer.resume()
      done(answer.statusCode)
    })
      .on('error', fail)
      .end()
  })

const told = z.looseObject({ type: z.string(), data: z.unknown().optional() })
/** Opens a WebSocket and records its messages. */
const open = (headers: Record<string, string>) => {
  const socket = new WebSocket(`${base.replace('http', 'ws')}/ws`, { headers })
  const messages: z.output<typeof told>[] = []
  socket.addEventListener('message', ({ data }) => messages.push(told.parse(JSON.parse(String(data)))))
  const opened = new Promise<boolean>((done) => {
    socket.addEventListener('open', () => done(true))
    socket.addEventListener('error', () => done(false))
  })
  const closed = new Promise<number>((done) => socket.addEventListener('close', ({ code }) => done(code)))
  return {
    socket,
    messages,
    opened,
    closed,
    next: (type: string) => until(() => messages.find((one) => one.type === type)),
  }
}

beforeAll(async () => {
  server = await startServer({
    dataDir: join(folder.path, 'data'),
    port: await freePort(),
    env: { VEDETTE_COMPAT_PORTS: 'triage-dashboard:0' },
  })
  base = await until(() => /triage-dashboard clients with a token may read at (http:\S+)/.exec(server.output())?.[1])
  await createAccount('noor', 'analyst')
  await createAccount('vera', 'viewer')
}, 40_000)
afterAll(async () => {
  await server.stop()
  folder.remove()
})

it(keeps('triage-dashboard.login', 'triage-dashboard.session'), async () => {
  for (const [name, secret] of [
    ['admin', 'admin'],
    ['noor', 'wrong wrong wrong'],
  ] as const) {
    const refused = await login(name, secret)
    expect(refused.status).toBe(401)
    expect(await refused.json()).toEqual({ success: false, error: 'Invalid username or password' })
  }
  for (const body of [{}, { username: 'noor' }, { username: 'noor', password: '' }]) {
    const refused = await send('POST', '/api/v1/auth/login', body)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toEqual({ success: false, error: 'Username and password are required' })
  }
  const stranger = await send('GET', '/api/v1/auth/me')
  expect(stranger.status).toBe(401)
  expect(await stranger.json()).toEqual({ success: false, error: expect.any(String) })

  const answer = await login('noor', password)
  const body = await json(answer)
  expect(body).toEqual({
    success: true,
    data: {
      access_token: expect.stringMatching(/^\S{20,}$/),
      refresh_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 3600,
    },
  })
  token = z.object({ access_token: z.string() }).parse(body.data).access_token
  const set = answer.headers.getSetCookie()[0] ?? ''
  expect(set).toMatch(/HttpOnly; SameSite=Strict/)
  cookie = set.split(';')[0] ?? ''
  expect(await get('/api/v1/auth/me')).toMatchObject({
    id: expect.any(String),
    username: 'noor',
    email: 'noor@example.org',
    role: 'analyst',
    permissions: expect.arrayContaining(['alerts.update']),
  })
  const refresh = await send('POST', '/api/v1/auth/refresh', { refresh_token: token }, mine())
  expect(refresh.status).toBe(501)
  expect(await refresh.json()).toEqual({ success: false, error: expect.any(String) })

  const other = z
    .object({ data: z.object({ access_token: z.string() }) })
    .parse(await (await login('noor', password)).json()).data.access_token
  const bearer = { authorization: `Bearer ${other}` }
  expect(await (await send('POST', '/api/v1/auth/logout', undefined, bearer)).json()).toEqual({
    success: true,
    data: null,
  })
  expect((await send('GET', '/api/v1/auth/me', undefined, bearer)).status).toBe(401)
})

it(
  keeps('triage-dashboard.changes', 'triage-dashboard.alerts', 'triage-dashboard.charts', 'triage-dashboard.lists'),
  async () => {
    const empty = z.looseObject({ total_alerts: z.literal(0), mttr: z.literal(0) }).parse(await get('/api/v1/metrics'))
    expect(empty.by_severity).toEqual({ critical: 0, high: 0, medium: 0, low: 0, info: 0 })
    expect(await get('/api/v1/top-alerts')).toEqual([])

    // As the page sends them: empty fields are missing or empty strings.
    const create = (body: object) => send('POST', '/api/v1/alerts', body, mine())
    const made = await create({
      title: 'Strange upload',
      description: 'An unknown file.',
      severity: 'critical',
      type: 'intrusion',
      source_ip: '45.33.32.156',
      destination_ip: '10.0.0.50',
      source_port: '443',
      protocol: '',
    })
    expect(made.status).toBe(200)
    const alert = z.looseObject({ alert_id: z.string() }).parse((await json(made)).data)
    expect(alert).toMatchObject({
      title: 'Strange upload',
      alert_type: 'unauthorized_access',
      severity: 'critical',
      status: 'pending',
      source_ip: '45.33.32.156',
      destination_ip: '10.0.0.50',
      created_at: expect.any(String),
    })
    const untitled = await create({ description: 'Nameless.' })
    expect(untitled.status).toBe(400)
    expect(await untitled.json()).toEqual({ success: false, error: expect.stringContaining('title') })
    const list = z.object({
      data: z.array(z.looseObject({ alert_id: z.string(), status: z.string(), title: z.string() })),
      total: z.int(),
      page: z.int(),
      page_size: z.int(),
      total_pages: z.int(),
    })
    const alerts = async (query: string) => list.parse(await get(`/api/v1/alerts${query}`))
    // Alerts of one delivery have one creation time.
    await until(async () => ((await alerts('?status=triaged')).total === 1 ? true : undefined))
    expect((await create({ title: 'Small thing', severity: 'low', type: 'other' })).status).toBe(200)
    await until(async () => ((await alerts('?status=triaged')).total === 2 ? true : undefined))
    const byPage = await alerts('?page=2&page_size=1&sort_by=created_at&sort_order=asc')
    expect(byPage).toMatchObject({ total: 2, page: 2, page_size: 1, total_pages: 2, data: [{ title: 'Small thing' }] })
    expect(await alerts('?limit=1&offset=1&sort_by=severity')).toMatchObject({
      page: 2,
      data: [{ title: 'Small thing' }],
    })
    // Unknown query parameters of the page are ignored.
    expect((await alerts('?severity[]=critical&severity[]=high&_=1736078400&sort_by=title')).data).toMatchObject([
      { alert_id: alert.alert_id, description: 'An unknown file.', target_ip: '10.0.0.50' },
    ])
    expect((await alerts('?severity=critical&alert_type=intrusion&search=Strange&status=')).total).toBe(1)
    expect((await alerts('?date_from=2020-01-01T00:00:00.000Z&date_to=2020-01-02T00:00:00.000Z')).total).toBe(0)
    expect((await alerts('?date_from=2020-01-01T00:00:00.000Z')).total).toBe(2)
    expect((await send('GET', '/api/v1/alerts?severity=grave', undefined, mine())).status).toBe(400)
    expect(await get(`/api/v1/alerts/${alert.alert_id}`)).toMatchObject({
      id: alert.alert_id,
      alert_type: 'unauthorized_access',
    })
    const none = await send('GET', '/api/v1/alerts/never-sent', undefined, mine())
    expect(none.status).toBe(404)
    expect(await none.json()).toEqual({ success: false, error: expect.stringContaining('never-sent') })
    expect(await get(`/api/v1/alerts/${alert.alert_id}/triage`)).toMatchObject({ risk_score: expect.any(Number) })

    const move = (body: object, headers: Record<string, string> = mine()) =>
      send('PATCH', `/api/v1/alerts/${alert.alert_id}/status`, body, headers)
    expect((await json(await move({ status: 'in_progress', note: 'mine' }))).data).toMatchObject({
      status: 'in_progress',
    })
    expect((await move({})).status).toBe(400)
    expect((await move({ status: 'gone' })).status).toBe(400)
    const given = await send('PATCH', `/api/v1/alerts/${alert.alert_id}/assign`, { assigned_to: 'vera' }, mine())
    expect((await json(given)).data).toMatchObject({ assigned_to: 'vera' })
    const viewer = z
      .object({ data: z.object({ access_token: z.string() }) })
      .parse(await (await login('vera', password)).json()).data.access_token
    expect((await move({ status: 'resolved' }, { authorization: `Bearer ${viewer}` })).status).toBe(403)
    const bulk = await send(
      'POST',
      '/api/v1/alerts/bulk/status',
      { alert_ids: [alert.alert_id, 'never-sent'], status: 'false_positive' },
      mine(),
    )
    expect((await json(bulk)).data).toEqual({
      updated_count: 1,
      errors: [{ alert_id: 'never-sent', error: expect.any(String) }],
    })

    expect(await get('/api/v1/metrics')).toMatchObject({
      total_alerts: 2,
      critical_alerts: 1,
      resolved_today: 1,
      avg_resolution_time: expect.any(Number),
      by_severity: { critical: 1, low: 1, info: 0 },
      by_type: { unauthorized_access: 1, other: 1 },
      by_status: { triaged: 1, false_positive: 1 },
    })
    expect(await get('/api/v1/top-alerts?limit=1')).toEqual([
      { alert_type: expect.any(String), count: 1, percentage: 50 },
    ])
    // The alerts may have come before and after the end of an hour.
    const rows = z.array(z.strictObject({ date: z.string(), count: z.number() }))
    for (const [query, shape] of [
      ['', /^\d{4}-\d\d-\d\d$/],
      ['?interval=month', /^\d{4}-\d\d$/],
      ['?interval=week', /^\d{4}-\d\d$/],
      ['?interval=hour', /^\d{4}-\d\d-\d\d \d\d:00$/],
    ] as const) {
      const trend = rows.parse(await get(`/api/v1/trends${query}`))
      expect(trend.reduce((sum, { count }) => sum + count, 0)).toBe(2)
      for (const { date } of trend) expect(date).toMatch(shape)
    }
    expect(await get('/api/v1/trends?date_to=2020-01-31T00:00:00.000Z')).toEqual([])

    const incidents = z.array(z.looseObject({ title: z.string(), read: z.boolean() }))
    expect(incidents.parse(await get('/api/v1/notifications')).length).toBeGreaterThan(0)
    expect(incidents.parse(await get('/api/v1/notifications?unreadOnly=true')).every(({ read }) => !read)).toBe(true)
    expect(await get('/api/v1/workflows')).toEqual(expect.any(Array))
    expect(
      z.array(z.looseObject({ steps: z.int() })).parse(await get('/api/v1/workflow-templates')).length,
    ).toBeGreaterThan(0)
    expect(await (await send('GET', '/health')).json()).toMatchObject({ status: 'healthy', service: 'web-dashboard' })
  },
)

it(keeps('triage-dashboard.cookie'), async () => {
  const byCookie = (headers: Record<string, string>) =>
    send(
      'POST',
      '/api/v1/alerts/bulk/status',
      { alert_ids: ['never-sent'], status: 'resolved' },
      { cookie, ...headers },
    )
  expect((await byCookie(page)).status).toBe(200)
  expect((await byCookie({ origin: base })).status).toBe(200)
  expect((await byCookie({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await byCookie({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await byCookie({})).status).toBe(403)
  // It is not valid on the main port.
  expect((await fetch(`${server.url}/api/v1/alerts`, { headers: { cookie } })).status).toBe(401)
})

it(keeps('triage-dashboard.analysis'), async () => {
  const answer = await send(
    'POST',
    '/api/v1/ai/analyze-alert',
    {
      alert: {
        id: 'x-1',
        title: 'Unusual file',
        severity: 'high',
        type: 'malware',
        source: '45.33.32.156',
        target: null,
      },
    },
    mine(),
  )
  expect(answer.status).toBe(200)
  expect((await json(answer)).data).toMatchObject({
    alert_id: 'x-1',
    analysis: {
      risk_score: expect.any(Number),
      risk_level: expect.any(String),
      confidence: expect.any(Number),
      summary: expect.any(String),
      analysis: expect.any(String),
      threat_indicators: ['45.33.32.156'],
      recommended_actions: expect.arrayContaining([expect.any(String)]),
      priority: expect.stringMatching(/^(critical|high|medium|low)$/),
    },
    model: 'risk-formula',
    usage: { prompt_tokens: 0 },
  })
  const none = await send('POST', '/api/v1/ai/analyze-alert', {}, mine())
  expect(none.status).toBe(422)
  expect(await none.json()).toEqual({ success: false, error: expect.any(String) })
})

it(keeps('triage-dashboard.socket'), async () => {
  const client = open({ cookie, origin: base })
  expect(await client.opened).toBe(true)
  expect(await client.next('connected')).toMatchObject({
    message: expect.any(String),
    data: { metrics: { total_alerts: expect.any(Number) }, workflows: expect.any(Array) },
  })
  client.socket.send('no JSON')
  client.socket.send(JSON.stringify({ type: 'ping' }))
  client.socket.send(JSON.stringify({ type: 'subscribe', channels: ['alerts'] }))
  await client.next('pong')
  expect(await client.next('subscribed')).toEqual({ type: 'subscribed', channels: ['alerts'] })
  await send('POST', '/api/v1/alerts', { title: 'Ransom note', severity: 'critical', type: 'malware' }, mine())
  await client.next('alert_created')
  await client.next('alerts_update')
  expect((await client.next('metrics_update')).data).toMatchObject({ total_alerts: expect.any(Number) })
  await client.next('workflows_update')
  client.socket.close()
  await client.closed
})

it(keeps('triage-dashboard.socket-limits'), async () => {
  for (const headers of [
    {},
    { authorization: 'Bearer nobody' },
    { cookie, origin: 'https://evil.example' },
    { cookie, 'sec-fetch-site': 'cross-site' },
  ]) {
    expect(await open(headers).opened, JSON.stringify(headers)).toBe(false)
  }
  expect((await send('GET', '/ws', undefined, mine())).status).toBe(404)
  for (const url of [base, server.url]) {
    expect(await statusOf(`${url}/health`, { connection: 'upgrade, http2-settings', upgrade: 'h2c' })).toBe(200)
  }
  expect(await statusOf(`${server.url}/health`, { connection: 'upgrade', upgrade: 'websocket' })).toBe(200)
  // Only /ws is a WebSocket.
  const elsewhere = new WebSocket(`${base.replace('http', 'ws')}/api/v1/alerts`, { headers: mine() })
  await new Promise((done) => elsewhere.addEventListener('close', done))

  const talker = open(mine())
  await talker.next('connected')
  talker.socket.send('x'.repeat(5_000))
  expect(await talker.closed).toBe(1009)
  const chatter = open(mine())
  await chatter.next('connected')
  for (let i = 0; i < 200; i++) chatter.socket.send('{"type":"ping"}')
  expect(await chatter.closed).toBe(1008)

  // The server may still count the two rejected connections.
  const crowd = Array.from({ length: 30 }, () => open(mine()))
  const entered = await Promise.all(crowd.map(({ opened }) => opened))
  expect(entered.filter(Boolean).length).toBeLessThanOrEqual(20)
  expect(entered.filter(Boolean).length).toBeGreaterThanOrEqual(18)
  for (const { socket } of crowd) socket.close()
  await Promise.all(crowd.filter((_, i) => entered[i]).map(({ closed }) => closed))

  const last = open({ authorization: `Bearer ${adminToken}` })
  expect(await last.opened).toBe(true)
  last.socket.close()
  const own = open(mine())
  await own.next('connected')
  await send('POST', '/api/v1/auth/logout', undefined, mine())
  expect(await own.closed).toBe(1008)
}, 60_000)

it(
  keeps('triage-dashboard.marks', 'triage-dashboard.preferences', 'triage-dashboard.pages', 'triage-dashboard.batch'),
  async () => {
    const signIn = async (name: string) =>
      z.object({ data: z.object({ access_token: z.string() }) }).parse(await (await login(name, password)).json()).data
        .access_token
    // The test before closed the session.
    token = await signIn('noor')
    const change = async (method: string, path: string, body?: object) => {
      const answer = await send(method, path, body, mine())
      return { status: answer.status, body: await json(answer) }
    }
    const reported = await change('POST', '/api/v1/alerts', {
      ...{ title: 'Malware on db-7', severity: 'critical', type: 'malware', source_ip: '45.33.32.99' },
    })
    expect(reported.status).toBe(200)
    await server.settled()
    const listed = z.array(z.looseObject({ id: z.string(), read: z.boolean() }))
    const unread = async () => listed.parse(await get('/api/v1/notifications?unreadOnly=true')).map(({ id }) => id)
    const [first = ''] = await until(async () => ((await unread()).length > 0 ? unread() : undefined))
    expect((await change('PATCH', `/api/v1/notifications/${first}/read`)).status).toBe(200)
    expect(await unread()).not.toContain(first)
    expect(listed.parse(await get('/api/v1/notifications')).map(({ id }) => id)).toContain(first)
    expect((await change('DELETE', `/api/v1/notifications/${first}`)).status).toBe(200)
    expect(listed.parse(await get('/api/v1/notifications')).map(({ id }) => id)).not.toContain(first)
    expect((await change('PATCH', '/api/v1/notifications/read-all')).status).toBe(200)
    expect(await unread()).toEqual([])
    expect((await change('PATCH', '/api/v1/notifications/none/read')).status).toBe(404)
    // Another user has marks of their own.
    const vera = await signIn('vera')
    const hers = await send('GET', '/api/v1/notifications?unreadOnly=true', undefined, {
      authorization: `Bearer ${vera}`,
    })
    expect(listed.parse((await json(hers)).data).map(({ id }) => id)).toContain(first)

    expect(await get('/api/v1/config/preferences')).toMatchObject({ theme: 'auto' })
    expect((await change('PUT', '/api/v1/config/preferences', { theme: 'dark' })).body.data).toMatchObject({
      theme: 'dark',
    })
    expect(await get('/api/v1/config/preferences')).toMatchObject({
      theme: 'dark',
      dashboard: { refresh_interval: 30 },
    })
    // A viewer reads no personal data, but the words of a preference are none.
    const chosen = { notifications: { email: true } }
    await send('PUT', '/api/v1/config/preferences', chosen, { authorization: `Bearer ${vera}` })
    const read = await send('GET', '/api/v1/config/preferences', undefined, { authorization: `Bearer ${vera}` })
    expect((await json(read)).data).toMatchObject({ theme: 'auto', ...chosen })
    expect((await change('PUT', '/api/v1/config/preferences', { theme: 'pink' })).status).toBe(400)
    const settings = z.array(z.looseObject({ key: z.string(), category: z.string(), editable: z.literal(false) }))
    expect(settings.parse(await get('/api/v1/config?category=llm')).every(({ category }) => category === 'llm')).toBe(
      true,
    )
    expect((await change('PUT', '/api/v1/config/system.version', { value: 2 })).status).toBe(501)
    expect(await get('/api/v1/features')).toEqual({})

    const reports = z.array(z.looseObject({ id: z.string(), status: z.literal('completed') }))
    expect(reports.parse(await get('/api/v1/reports')).length).toBeGreaterThan(0)
    const made = await change('POST', '/api/v1/reports', { name: 'Mine', type: 'alerts', format: 'html', filters: {} })
    const { id } = z.looseObject({ id: z.string() }).parse(made.body.data)
    expect(await get(`/api/v1/reports/${id}`)).toMatchObject({ id, status: 'completed' })
    const file = await send('GET', `/api/v1/reports/${id}/download`, undefined, mine())
    expect(file.headers.get('content-type')).toContain('text/html')
    expect(await file.text()).toContain('<html')

    const workflows = z.array(z.looseObject({ id: z.string() }))
    const proposed = await server.ask(`/api/v1/incidents/${first}/actions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ description: 'Ask the owner.' }),
    })
    expect(proposed.status).toBe(200)
    const [workflow] = workflows.parse(await get('/api/v1/workflows'))
    expect(await get(`/api/v1/workflows/${workflow?.id}`)).toMatchObject({ id: workflow?.id, status: 'pending' })
    const act = (action: string) => change('POST', `/api/v1/workflows/${workflow?.id}/actions`, { action })
    expect((await act('cancel')).body.data).toMatchObject({ status: 'cancelled' })
    expect((await act('retry')).body.data).toMatchObject({ status: 'pending' })
    expect((await act('explode')).status).toBe(400)

    const analysed = await change('POST', '/api/v1/ai/batch-analyze', {
      alerts: [{ id: 1, title: 'Malware', severity: 'high', type: 'malware' }, 'nonsense'],
    })
    expect(analysed.body.data).toEqual([
      expect.objectContaining({ alert_id: '1', analysis: expect.objectContaining({ risk_score: expect.any(Number) }) }),
      { error: expect.any(String) },
    ])
    expect((await change('POST', '/api/v1/ai/batch-analyze', {})).status).toBe(400)
  },
)
