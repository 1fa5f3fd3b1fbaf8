import { buildClientSchema, getIntrospectionQuery, validateSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { type OpenStore, openStore } from '../../store/open-store.ts'
import { as, fakeServer } from '../server.fake.ts'
import { queryLimits } from './query.ts'

const time = '2026-01-15T10:00:00.000Z'
const incident = (number: number, changes: Partial<Incident> = {}): Incident => ({
  id: `i${number}`,
  display_id: `INC-${number}`,
  status: 'open',
  severity: 'high',
  risk_score: 80,
  title: `Incident ${number}`,
  reason: 'Because.',
  entities: [{ type: 'ip', value: '203.0.113.9' }],
  techniques: ['T1110.001'],
  evidence: [{ event_id: '0-1', time, line: 'a line' }],
  members: [{ alert_id: `a${number}`, reason: 'It began it.', added_at: time }],
  timeline: [],
  alert_count: 1,
  event_count: 5_000_000_000,
  first_seen: time,
  last_seen: time,
  created_at: time,
  updated_at: time,
  assignee: null,
  resolution: null,
  merged_into: null,
  version: 1,
  ...changes,
})
const alert = (number: number): Alert => ({
  id: `a${number}`,
  dedup_key: `k${number}`,
  status: 'triaged',
  type: 'brute_force',
  severity: 'high',
  score: 0.9,
  title: `Alert ${number}`,
  sentence: 'Many failures.',
  value: '286',
  usual: '0–3',
  detectors: ['sequence'],
  source: 'sshd',
  stream: 'sshd/web-01',
  entities: [],
  techniques: [],
  contributions: [],
  evidence: [],
  count: 1,
  event_count: 286,
  detection_ids: [],
  first_seen: time,
  last_seen: time,
  created_at: time,
  updated_at: time,
  learning: false,
  incident_id: `i${number}`,
  assignee: null,
  resolution: null,
  suppression_id: null,
  triage: null,
  version: 1,
})

interface Answer {
  readonly data?: { readonly [field: string]: { readonly [name: string]: unknown } | null } | null
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly string[]
    readonly extensions: { readonly code: string; readonly hint?: string; readonly request_id: string }
  }[]
}

describe('GraphQL', () => {
  let store: OpenStore
  let server: Awaited<ReturnType<typeof fakeServer>>
  let address = ''
  beforeAll(async () => {
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    store = await openStore('sqlite::memory:', { now: Date.now, log })
    await store.transaction(async (tx) => {
      await store.incidents.save([incident(1), incident(2), incident(3)], tx)
      await store.alerts.save([alert(1), alert(2), alert(3)], tx)
    })
    server = await fakeServer()
    Object.assign(server.deps, { store })
    address = await server.app.listen({ port: 0, host: '127.0.0.1' })
  })
  afterAll(async () => {
    await server.app.close()
    await store.close()
  })

  const post = (body: unknown, headers: Record<string, string> = as('viewer')) =>
    fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const query = async (text: string, variables?: object): Promise<Answer> =>
    (await post({ query: text, variables })).json() as Promise<Answer>
  const rest = async (path: string): Promise<{ data: Incident[]; next_cursor: string | null }> =>
    (await server.app.inject({ url: `/api/v1/${path}`, headers: as('viewer') })).json()

  it('answers what the REST API answers', async () => {
    const [graph, same] = [
      await query(
        '{ incidents(q: "open:true", status: open) { data { id severity event_count entities { type value } } next_cursor } }',
      ),
      await rest('incidents?q=open:true&status=open'),
    ]
    expect(graph.errors).toBeUndefined()
    expect(graph.data?.incidents).toEqual({
      data: same.data.map(({ id, severity, event_count, entities }: Incident) => ({
        id,
        severity,
        event_count,
        entities,
      })),
      next_cursor: same.next_cursor,
    })
  })

  it('gives lists page by page', async () => {
    const text = 'query ($cursor: String) { incidents(limit: 2, cursor: $cursor) { data { id } next_cursor } }'
    const first = (await query(text, { cursor: null })).data?.incidents
    const second = (await query(text, { cursor: first?.next_cursor })).data?.incidents
    expect(JSON.stringify([first?.data, second]).match(/i\d/g)?.toSorted()).toEqual(['i1', 'i2', 'i3'])
    expect(second).toHaveProperty('next_cursor', null)
  })

  it('leads from one thing to others', async () => {
    const { data, errors } = await query(
      '{ incident(id: "INC-2") { title alerts { title incident { display_id } detections { id } } evidence { line event { id } } history { action } } }',
    )
    expect(errors).toBeUndefined()
    expect(data?.incident).toEqual({
      title: 'Incident 2',
      alerts: [{ title: 'Alert 2', incident: { display_id: 'INC-2' }, detections: [] }],
      // The event has expired; its line stays.
      evidence: [{ line: 'a line', event: null }],
      history: [],
    })
  })

  it('counts', async () => {
    const { data } = await query('{ alert_counts(fields: ["severity"]) { total facets { values { value count } } } }')
    expect(data?.alert_counts).toEqual({ total: 3, facets: [{ values: [{ value: 'high', count: 3 }] }] })
  })

  it('reports failures as the REST API does, beside the successful fields', async () => {
    const { data, errors } = await query(
      '{ gone: incident(id: "i9") { id } bad: alerts(limit: 0) { total } there: alert(id: "a1") { id } }',
    )
    expect(data).toEqual({ gone: null, bad: null, there: { id: 'a1' } })
    const of = (name: string) => errors?.find(({ path }) => path?.[0] === name)
    expect(of('gone')).toMatchObject({
      message: 'Incident "i9" not found.',
      extensions: { code: 'not_found', status: 404, hint: expect.any(String), request_id: expect.any(String) },
    })
    expect(of('bad')?.extensions).toMatchObject({ code: 'invalid_request', errors: [{ path: 'limit' }] })
  })

  it('hides internal errors, but logs them', async () => {
    const { incidents } = store
    Object.assign(store, { incidents: { ...incidents, list: () => Promise.reject(new Error('secret of the store')) } })
    const answer = await query('{ incidents { next_cursor } }').finally(() => Object.assign(store, { incidents }))
    expect(answer.errors?.[0]?.extensions.code).toBe('internal')
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(server.logged).toContainEqual(
      expect.objectContaining({
        request_id: answer.errors?.[0]?.extensions.request_id,
        err: expect.objectContaining({ message: 'secret of the store' }),
      }),
    )
  })

  const fragments = (count: number) =>
    `{ incidents { data { ...f0 } } } ${Array.from({ length: count }, (_, i) => `fragment f${i} on Incident { alerts { incident { ${i + 1 < count ? `...f${i + 1} x: id ...f${i + 1}` : 'id'} } } }`).join(' ')}`

  it.each([
    [
      'too deep',
      '{ alert(id: "a1") { incident { alerts { incident { alerts { incident { alerts { incident { alerts { incident { alerts { incident { id } } } } } } } } } } } } }',
      'levels deep',
    ],
    ['too dear', '{ incidents(limit: 500) { data { alerts { detections { id } } } } }', 'costs'],
    [
      'dear by its variable',
      'query ($n: Int!) { incidents(limit: $n) { data { alerts { id detections { id } } } } }',
      'costs',
    ],
    [
      'dear by aliases',
      `{ incidents { data { ${Array.from({ length: 400 }, (_, i) => `a${i}: title`).join(' ')} } } }`,
      'costs',
    ],
    [
      'too many questions',
      `{ ${Array.from({ length: 21 }, (_, i) => `a${i}: alert(id: "a1") { id }`).join(' ')} }`,
      'at its top',
    ],
    [
      'too many questions in fragments',
      `{ ...a ...a } fragment a on Query { ${Array.from({ length: 11 }, (_, i) => `a${i}: alert(id: "a1") { id }`).join(' ')} }`,
      'at its top',
    ],
    ['too long', `{ ${'__typename '.repeat(queryLimits.tokens)} }`, 'tokens'],
    ['fragments that swell', fragments(3), 'costs'],
    ['a circle', '{ incidents { data { ...a } } } fragment a on Incident { alerts { incident { ...a } } }', 'fragment'],
    ['no query', '{ incidents', 'Syntax Error'],
    ['an unknown field', '{ incidents { data { password } } }', 'password'],
    ['an unknown argument', '{ incidents(actor: "root") { next_cursor } }', 'actor'],
    ['a change', 'mutation { close { id } }', 'mutation'],
  ])('refuses %s', async (_, text, why) => {
    const { data, errors } = await query(text, { n: 400 })
    expect(data).toBeUndefined()
    expect(errors?.[0]?.message).toContain(why)
    expect(errors?.[0]?.extensions.code).toBe('invalid_request')
  })

  it('reads no more than so many things one by one, however long lists turn out to be', needs(deepRun), async () => {
    const many = Array.from({ length: queryLimits.asks + 20 }, (_, i) => alert(1_000 + i))
    const members = many.map(({ id }) => ({ alert_id: id, reason: 'Alike.', added_at: time }))
    await store.transaction(async (tx) => {
      await store.alerts.save(many, tx)
      await store.incidents.save([incident(4, { members })], tx)
    })
    const { errors } = await query('{ incident(id: "i4") { alerts { detections { id } } } }')
    expect(errors?.[0]?.message).toContain(`more than ${queryLimits.asks} things`)
  })

  it.each([
    ['nobody', {}, '{"query":"{ __typename }"}', 401],
    ['a sender of logs', as('ingest'), '{"query":"{ __typename }"}', 403],
    ['another type', { ...as('viewer'), 'content-type': 'text/plain' }, '{ __typename }', 415],
    ['no JSON', as('viewer'), '{', 400],
    ['several queries at once', as('viewer'), '[{"query":"{ __typename }"}]', 400],
    [
      'a body that is too large',
      as('viewer'),
      JSON.stringify({ query: '{ __typename }', extensions: { a: 'x'.repeat(300_000) } }),
      413,
    ],
  ])('is not for %s', async (_, headers, body, status) => {
    const answer = await post(body, headers)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      expect.stringContaining('problem+json'),
    ])
  })

  it('sets the status for clients of the newer media type, and answers queries in the address', async () => {
    const newer = { ...as('viewer'), accept: 'application/graphql-response+json, application/json;q=0.9' }
    expect((await post({ query: '{ nope }' }, newer)).status).toBe(400)
    expect((await post({ query: '{ nope }' })).status).toBe(200)
    const text = encodeURIComponent('query ($id: ID!) { alert(id: $id) { id } }')
    const answer = await fetch(`${address}/graphql?query=${text}&variables=${encodeURIComponent('{"id":"a1"}')}`, {
      headers: newer,
    })
    expect(answer.headers.get('content-type')).toContain('application/graphql-response+json')
    expect(await answer.json()).toEqual({ data: { alert: { id: 'a1' } } })
  })

  it('describes itself', async () => {
    const { data } = await query(getIntrospectionQuery())
    const schema = buildClientSchema(data as never)
    expect(validateSchema(schema)).toEqual([])
    expect(String(schema.getType('IncidentStatus'))).toBe('IncidentStatus')
  })

  /** Reads a subscription until so many documents came, or something in one; `opened` is called once it is open. */
  const follow = async (
    text: string,
    enough: number | string,
    opened: () => Promise<void> = async () => {},
    headers: Record<string, string> = {},
  ) => {
    const answer = await post({ query: text }, { ...as('viewer'), accept: 'text/event-stream', ...headers })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    // The first comment says that it is open.
    let read = (await reader?.read())?.value ?? ''
    await opened()
    const hasCome = () => (typeof enough === 'string' ? read.includes(enough) : read.split('event: ').length > enough)
    while (!hasCome() || !read.endsWith('\n\n')) {
      const { value, done } = (await reader?.read()) ?? { done: true }
      if (done) break
      read += value
    }
    await reader?.cancel()
    return [...read.matchAll(/event: (\w+)\ndata: ?(.*)\n/g)].map(([, event, data]) => [
      event,
      data && JSON.parse(data),
    ])
  }

  const save = (...incidents: Incident[]) => store.transaction((tx) => store.incidents.save(incidents, tx))

  it('reports an incident when it is created, and no other', async () => {
    const told = await follow('subscription { incident_created { id title alerts { id } } }', 1, async () => {
      const now = new Date(server.deps.now() + 1_000).toISOString()
      await save(incident(1, { version: 2, updated_at: now }), incident(5, { created_at: now, members: [] }))
    })
    const data = { incident_created: { id: 'i5', title: 'Incident 5', alerts: [] } }
    expect(told).toEqual([['next', { data, extensions: { cursor: expect.stringMatching(/^\d+$/) } }]])
  })

  it('reports changes with the resulting state', async () => {
    const told = await follow('subscription { incident_changed { id status } }', 1, () =>
      save(incident(2, { version: 2, status: 'contained' })),
    )
    expect(told).toEqual([
      [
        'next',
        { data: { incident_changed: { id: 'i2', status: 'contained' } }, extensions: { cursor: expect.any(String) } },
      ],
    ])
  })

  it('reports missed changes to a returning client, by header and by argument', needs(deepRun), async () => {
    const [first] = await follow('subscription { incident_changed { id } }', 1, () =>
      save(incident(2, { version: 3, status: 'open' })),
    )
    const cursor: string = first?.[1].extensions.cursor
    const made = new Date(server.deps.now()).toISOString()
    await save(incident(3, { version: 2, status: 'contained' }), incident(6, { created_at: made, members: [] }))
    // A change may come twice.
    const idsOf = (told: Awaited<ReturnType<typeof follow>>, field: string) =>
      [...new Set(told.map(([, { data }]) => data[field].id))].sort()
    for (const [args, headers] of [
      ['', { 'last-event-id': cursor }],
      [`(after: "${cursor}")`, {}],
      [`(after: "${cursor}")`, { 'last-event-id': '99999999999999' }],
    ] as const) {
      const changed = await follow(`subscription { incident_changed${args} { id } }`, 2, undefined, headers)
      expect(idsOf(changed, 'incident_changed')).toEqual(['i3', 'i6'])
      const created = await follow(`subscription { incident_created${args} { id } }`, 1, undefined, headers)
      expect(idsOf(created, 'incident_created')).toEqual(['i6'])
    }
    // And of what comes after.
    const told = await follow(`subscription { incident_changed(after: "${cursor}") { id } }`, '"i1"', () =>
      save(incident(1, { version: 9, status: 'contained' })),
    )
    expect(idsOf(told, 'incident_changed')).toContain('i1')
    expect(JSON.stringify(await follow('subscription { incident_changed(after: "x") { id } }', 1))).toContain(
      'is no cursor',
    )
  })

  it('ends subscriptions when the server does', async () => {
    const told = await follow('subscription { incident_created { id } }', 1, () => server.app.close())
    expect(told).toEqual([['complete', '']])
  })
})
