import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ids, openRuleDeps, ruleTexts } from '../../operations/rules/rules.fake.ts'
import { as, fakeServer } from '../server.fake.ts'
import { examples } from './examples.ts'

describe('the rules over REST', () => {
  let opened: Awaited<ReturnType<typeof openRuleDeps>>
  let server: Awaited<ReturnType<typeof fakeServer>>
  beforeAll(async () => {
    opened = await openRuleDeps()
    server = await fakeServer()
    Object.assign(server.deps, opened.deps)
  })
  afterAll(async () => {
    await server.app.close()
    await opened.close()
  })

  const get = (url: string) => server.app.inject({ url, headers: as('viewer') })
  const send = (
    role: 'viewer' | 'analyst' | 'admin',
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ) => server.app.inject({ method, url: `/api/v1/rules${path}`, headers: as(role), ...(body && { payload: body }) })
  const yaml = (path: string, text: string, type = 'application/yaml') =>
    server.app.inject({
      method: 'POST',
      url: `/api/v1/rules${path}`,
      headers: { ...as('admin'), 'content-type': type },
      payload: text,
    })

  it('are listed page by page, with filters in the query', async () => {
    const first = await get('/api/v1/rules?limit=1&enabled=true&applies=true')
    expect(first.json()).toMatchObject({ data: [{ id: ids.guess, applies_to: ['auth'] }], total: 3, sources: 2 })
    expect(first.headers.link).toContain('rel="next"')
    const second = await get(`/api/v1/rules?limit=1&enabled=true&applies=true&cursor=${first.json().next_cursor}`)
    expect(second.json().data).toMatchObject([{ id: ids.root }])
    expect((await get('/api/v1/rules?level=grave')).json()).toMatchObject({ status: 400, errors: [{ path: 'level' }] })
    expect((await get('/api/v1/rules?cursor=x')).statusCode).toBe(400)
  })

  it('are shown by id or name', async () => {
    expect((await get(`/api/v1/rules/${ids.root}`)).json()).toMatchObject({ id: ids.root, source: ruleTexts.root })
    expect((await get('/api/v1/rules/root_failed')).json()).toMatchObject({ id: ids.root })
    expect((await get('/api/v1/rules/%2e%2e%2fetc%2fpasswd')).statusCode).toBe(404)
  })

  it('are tried by analysts, and changed by admins only', async () => {
    const may: readonly [
      method: 'POST' | 'PATCH' | 'DELETE',
      path: string,
      body: object,
      least: 'analyst' | 'admin',
    ][] = [
      ['POST', '/lint', { yaml: ruleTexts.root }, 'analyst'],
      ['POST', '/backtest', { id: ids.root, from: 'now-1h' }, 'analyst'],
      ['POST', '/explain', { id: ids.root, event_id: '0-0' }, 'analyst'],
      ['PATCH', `/${ids.root}`, { note: 'Seen.' }, 'admin'],
      ['POST', '/reload', {}, 'admin'],
    ]
    for (const [method, path, body, least] of may) {
      const below = least === 'admin' ? 'analyst' : 'viewer'
      expect((await send(below, method, path, body)).statusCode, path).toBe(403)
      expect((await send(least, method, path, body)).statusCode, path).toBe(200)
    }
    expect((await send('analyst', 'POST', '', { yaml: ruleTexts.root })).statusCode).toBe(403)
    expect((await send('analyst', 'POST', '/import?name=x', {})).statusCode).toBe(403)
    expect((await send('analyst', 'DELETE', `/${ids.root}`)).statusCode).toBe(403)
  })

  it('may be sent as YAML or as JSON', async () => {
    const linted = await yaml('/lint', ruleTexts.windows)
    expect(linted.json()).toMatchObject({ documents: 1, errors: 0 })
    expect((await yaml('/lint', ruleTexts.windows, 'text/yaml; charset=utf-8')).json()).toEqual(linted.json())
    expect((await send('admin', 'POST', '/lint', { yaml: ruleTexts.windows })).json()).toEqual(linted.json())
    expect((await yaml('/lint', 'x'.repeat(500_001))).statusCode).toBe(400)
    expect((await yaml('/lint', 'x'.repeat(1_048_577))).statusCode).toBe(413)
    expect((await yaml('/lint', ruleTexts.windows, 'text/css')).statusCode).toBe(415)
    expect((await yaml('', 'a: &a [*a, *a]')).json()).toMatchObject({ status: 400, code: 'invalid_request' })
  })

  it('are imported as an archive and taken away by name', async () => {
    const text = ruleTexts.guess.replace(ids.guess, '77777777-0000-4000-8000-000000000001')
    const take = (name: string, payload: Buffer) =>
      server.app.inject({
        method: 'POST',
        url: `/api/v1/rules/import?name=${name}`,
        headers: { ...as('admin'), 'content-type': 'application/zip' },
        payload,
      })
    const answer = await take('theirs', Buffer.from(zipSync({ 'a.yml': strToU8(text) })))
    expect(answer.json()).toMatchObject({ name: 'theirs', rules: 1, new: 1, apply_here: 1 })
    expect((await take('theirs', Buffer.from('no archive at all'))).json()).toMatchObject({ status: 400 })
    expect((await take('theirs', Buffer.alloc(0))).json()).toMatchObject({ status: 400 })
    expect((await take('..', Buffer.from('x'))).json()).toMatchObject({ status: 400, errors: [{ path: 'name' }] })
    expect((await send('admin', 'DELETE', '/imports/theirs')).json()).toMatchObject({ removed: true, rules: 1 })
    expect((await send('admin', 'DELETE', '/imports/theirs')).statusCode).toBe(404)
  })

  it('have examples in the reference that work as they stand', async () => {
    for (const [path, name] of [
      ['/lint', 'lint_rules'],
      ['/backtest', 'backtest_rule'],
      ['/explain', 'explain_rule'],
      ['', 'create_rule'],
    ] as const) {
      const answer = await server.app.inject({
        method: 'POST',
        url: `/api/v1/rules${path}`,
        headers: as('admin'),
        payload: Object(examples[name]),
      })
      expect(answer.statusCode, `${path} ${answer.body}`).toBe(200)
      if (path === '/lint') expect(answer.json()).toMatchObject({ documents: 1, errors: 0 })
    }
    const reference = (await get('/docs/json')).json()
    expect(Object.keys(reference.paths['/api/v1/rules/import'].post.requestBody.content)).toContain('application/zip')
  })
})
