import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEmbeddedQueue } from '../../queue/embedded.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { type OpenStore, openStore } from '../../store/open-store.ts'
import { as, fakeServer } from '../server.fake.ts'

const time = '2026-01-15T10:00:00.000Z'
const incident = (number: number): Incident => ({
  id: `i${number}`,
  display_id: `INC-${number}`,
  status: 'open',
  severity: 'high',
  risk_score: 80,
  title: `<img src=x onerror=alert(${number})>`,
  reason: 'Because.',
  entities: [],
  techniques: [],
  evidence: [{ event_id: '0-1', time, line: '<script>alert(1)</script>' }],
  members: [],
  timeline: [],
  alert_count: 0,
  event_count: 1,
  first_seen: time,
  last_seen: time,
  created_at: time,
  updated_at: time,
  assignee: null,
  resolution: null,
  merged_into: null,
  version: 1,
})

describe('the REST API on a real store', () => {
  let store: OpenStore
  let server: Awaited<ReturnType<typeof fakeServer>>
  beforeAll(async () => {
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    store = await openStore('sqlite::memory:', { now: Date.now, log })
    await store.transaction((tx) => store.incidents.save([1, 2, 3].map(incident), tx))
    server = await fakeServer()
    const queue = openEmbeddedQueue({ connections: store.connections, now: Date.now, log })
    Object.assign(server.deps, { store, queue })
  })
  afterAll(async () => {
    await server.app.close()
    await store.close()
  })

  const get = (url: string) => server.app.inject({ url, headers: as('analyst') })
  const change = (headers: Record<string, string>, payload: object) =>
    server.app.inject({
      method: 'PATCH',
      url: '/api/v1/incidents/INC-1',
      headers: { ...as('analyst'), ...headers },
      payload,
    })

  it('gives lists page by page, each naming the next', async () => {
    const seen: string[] = []
    let url: string | undefined = '/api/v1/incidents?limit=2&q=status%3Aopen'
    while (url !== undefined) {
      const page: Awaited<ReturnType<typeof get>> = await get(url)
      seen.push(...page.json().data.map(({ id }: Incident) => id))
      const link = page.headers.link
      expect(typeof link === 'string').toBe(page.json().next_cursor !== null)
      url = typeof link === 'string' ? /^<(.+)>; rel="next"$/.exec(link)?.[1] : undefined
    }
    expect(seen.sort()).toEqual(['i1', 'i2', 'i3'])
  })

  it('takes an empty cursor for the first page', async () => {
    const first = await get('/api/v1/incidents?limit=2')
    const same = await get('/api/v1/incidents?limit=2&cursor=')
    expect([same.statusCode, same.json()]).toEqual([200, first.json()])
  })

  it('answers with and without a slash at the end', async () => {
    const { data } = (await get('/api/v1/incidents/?limit=2')).json()
    expect(data).toHaveLength(2)
    expect((await get('/api/v1/incidents/INC-1/')).json()).toMatchObject({ id: 'i1' })
    const wrongMethod = await server.app.inject({ method: 'DELETE', url: '/api/v1/incidents/', headers: as('analyst') })
    expect(wrongMethod.statusCode).toBe(405)
  })

  it.each([
    ['limit=0', 400],
    ['limit=501', 400],
    ['limit=abc', 400],
    ['limit=1.5', 400],
    ['cursor=garbage', 400],
    ['status=gone', 400],
    ['agent_name=x', 400],
    ['q=((', 422],
    ['from=yesterday', 400],
  ])('refuses ?%s', async (query, status) => {
    const { statusCode, json } = await get(`/api/v1/incidents?${query}`)
    expect([statusCode, json().status]).toEqual([status, status])
  })

  it('changes a thing only in the version that was seen', async () => {
    const tag = String((await get('/api/v1/incidents/INC-1')).headers.etag)
    expect(tag).toBe('"1"')
    const changed = await change({ 'if-match': tag }, { action: 'acknowledge' })
    expect([changed.statusCode, changed.headers.etag]).toEqual([200, '"2"'])
    const late = await change({ 'if-match': tag }, { action: 'assign', assignee: 'ada' })
    expect([late.statusCode, late.json().code]).toEqual([412, 'version_conflict'])
    expect((await change({ 'if-match': 'W/"x"' }, { action: 'acknowledge' })).statusCode).toBe(400)
    expect((await change({ 'if-match': '*' }, { action: 'assign', assignee: 'ada' })).statusCode).toBe(200)
  })

  it('lets nobody set what is not theirs to set', async () => {
    for (const extra of [{ version: 9, id: 'i2' }, { risk_score: 0 }, { created_at: time }, { actor: 'root' }]) {
      expect((await change({}, { action: 'reopen', ...extra })).statusCode).toBe(400)
    }
  })

  it('changes many in one request', async () => {
    const { statusCode, json } = await server.app.inject({
      method: 'POST',
      url: '/api/v1/incidents/bulk',
      headers: as('analyst'),
      payload: { filter: 'id:i2 OR id:i3', action: 'close', resolution: 'expected' },
    })
    expect([statusCode, json()]).toEqual([
      200,
      { matched: 2, changed: 2, skipped: [], pending: 0, decision_id: expect.any(String) },
    ])
  })

  it('answers markup in log lines as JSON, never as a page', async () => {
    const { headers, body } = await get('/api/v1/incidents/INC-1')
    expect(headers['content-type']).toContain('application/json')
    expect(body).toContain('<script>')
  })
})
