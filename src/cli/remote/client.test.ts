import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fakeIncident } from '../analyze/report.fake.ts'
import { runFake } from '../cli.fake.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-client-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Asked {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly authorization: string | null
}

/** A fake server that records its requests and returns the given response. */
const serving = (answer: (asked: Asked) => unknown, status = 200) => {
  const asked: Asked[] = []
  const fake: typeof fetch = async (input, init = {}) => {
    const url = new URL(String(input))
    const one = {
      method: init.method ?? 'GET',
      path: url.pathname + url.search,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
      authorization: new Headers(init.headers).get('authorization'),
    }
    asked.push(one)
    return Response.json(answer(one), { status })
  }
  return { asked, fetch: fake }
}

const page = (...data: unknown[]) => ({ data, next_cursor: null })

describe('commands that need a server', () => {
  it('read the URL and the token from options, files and the environment', async () => {
    const { asked, fetch } = serving(() => page())
    const file = join(folder, 'token')
    writeFileSync(file, 'from-file\n')
    await runFake(['incidents'], { fetch, env: { VEDETTE_TOKEN: 'from-env', VEDETTE_URL: 'http://a:1/' } })
    await runFake(['incidents', '--token-file', file], { fetch, env: { VEDETTE_TOKEN: 'from-env' } })
    await runFake(['incidents'], { fetch, env: { VEDETTE_TOKEN_FILE: file } })
    expect(asked.map(({ authorization }) => authorization)).toEqual([
      'Bearer from-env',
      'Bearer from-file',
      'Bearer from-file',
    ])
    expect(await runFake(['incidents', '--url', 'nonsense'], { fetch })).toMatchObject({ code: 2 })
    expect(await runFake(['incidents', '--token-file', '/nowhere'], { fetch })).toMatchObject({ code: 2 })
  })

  it('fetch pages until the limit is reached', async () => {
    const { asked, fetch } = serving(({ path }) => ({
      data: Array.from({ length: Number(/limit=(\d+)/.exec(path)?.[1]) }, () => fakeIncident()),
      next_cursor: 'more',
    }))
    const { out, err } = await runFake(
      ['incidents', 'list', '--limit', '700', '--where', 'a:b', '--from', 'now-1h', '--ndjson'],
      { fetch },
    )
    expect(out.trim().split('\n').length).toBe(700)
    expect(err).toBe('')
    expect(asked.map(({ path }) => path)).toEqual([
      '/api/v1/incidents?from=now-1h&q=a%3Ab&limit=500',
      '/api/v1/incidents?from=now-1h&q=a%3Ab&limit=200&cursor=more',
    ])
  })

  it('link an account to an identity', async () => {
    const dana = { username: 'dana', role: 'analyst', is_active: true, signs_in_with: 'oidc' }
    const { asked, fetch } = serving(() => ({ ...dana, full_name: null, last_login_at: null }))
    const { out } = await runFake(['account', 'link', 'dana', 'https://id.example|d1'], { fetch })
    expect(asked).toMatchObject([
      { method: 'PATCH', path: '/api/v1/accounts/dana', body: { subject: 'https://id.example|d1' } },
    ])
    expect(out).toBe('dana, analyst, may sign in\n')
  })

  it('show an incident as text and as JSON', async () => {
    const hostile = fakeIncident({ title: 'x\u001b[2J' })
    const { fetch } = serving(() => hostile)
    const shown = await runFake(['incidents', 'show', 'INC-3'], { fetch })
    expect(shown.out).toContain('INC-3  critical 94\n  x\\x1b[2J')
    expect(shown.out).toContain('Accepted password for dana')
    expect(JSON.parse((await runFake(['incidents', 'show', 'INC-3', '--json'], { fetch })).out).title).toBe(
      'x\u001b[2J',
    )
  })

  it('decide by id or by filter', async () => {
    const { asked, fetch } = serving(() => ({
      matched: 2,
      changed: 1,
      skipped: [{ id: 'INC-2', reason: 'is closed' }],
    }))
    const closed = await runFake(['incidents', 'close', 'INC-1', 'INC-2', '--as', 'false_positive', '--note', 'test'], {
      fetch,
    })
    expect(closed).toMatchObject({ code: 0, out: '1 incident of 2 changed\n', err: 'INC-2 is closed\n' })
    await runFake(['alerts', 'assign', '--to', 'nobody', '--filter', 'severity:low'], { fetch })
    await runFake(['alerts', 'ack', 'alert-1'], { fetch })
    expect(asked).toMatchObject([
      {
        method: 'POST',
        path: '/api/v1/incidents/bulk',
        body: { ids: ['INC-1', 'INC-2'], action: 'close', resolution: 'false_positive', note: 'test' },
      },
      { path: '/api/v1/alerts/bulk', body: { filter: 'severity:low', action: 'assign', assignee: null } },
      { path: '/api/v1/alerts/bulk', body: { ids: ['alert-1'], action: 'acknowledge' } },
    ])
    expect(await runFake(['alerts', 'ack'], { fetch })).toMatchObject({ code: 2 })
    expect(await runFake(['alerts', 'ack', 'x', '--filter', 'y'], { fetch })).toMatchObject({ code: 2 })
    expect(await runFake(['alerts', 'close', 'x', '--as', 'gone'], { fetch })).toMatchObject({ code: 2 })
  })

  it('merge, split and comment', async () => {
    const { asked, fetch } = serving(() => fakeIncident())
    await runFake(['incidents', 'merge', 'INC-1', 'INC-2'], { fetch })
    await runFake(['incidents', 'split', 'INC-1', 'alert-1', 'alert-2'], { fetch })
    await runFake(['incidents', 'comment', 'INC-1', 'two', 'words'], { fetch })
    expect(asked.map(({ method, path, body }) => [method, path.slice('/api/v1/incidents/'.length), body])).toEqual([
      ['POST', 'INC-2/merge', { into: 'INC-1' }],
      ['GET', 'INC-1', undefined],
      ['POST', 'INC-1/split', { alert_ids: ['alert-1', 'alert-2'] }],
      ['POST', 'INC-1/comments', { text: 'two words' }],
    ])
  })

  it('create a suppression', async () => {
    const made = {
      id: 's-1',
      scope: 'a:b',
      reason: 'r',
      owner: 'ann',
      created_at: '2026-01-15T10:00:00Z',
      expires_at: null,
      paused: false,
      hits: 3,
      last_hit_at: null,
    }
    const { asked, fetch } = serving(({ path, method }) =>
      path.endsWith('/preview')
        ? { checked: 10, hidden: 4, true_positives: 1, open_severe: 2, samples: [{ title: 'one' }] }
        : method === 'GET'
          ? page(made)
          : made,
    )
    const { out: preview } = await runFake(['normal', 'preview', 'a:b'], { fetch })
    expect(preview).toContain('suppressed 4 of 10 alerts')
    expect(preview).toContain('Warning: that includes 2 open alerts of high or critical severity.')
    expect((await runFake(['normal', 'add', 'a:b', '--reason', 'r', '--never'], { fetch })).out).toContain(
      'expires never',
    )
    expect((await runFake(['suppressions'], { fetch })).out).toContain('a:b  (r)')
    await runFake(['suppressions', 'pause', 's-1'], { fetch })
    await runFake(['suppressions', 'remove', 's-1'], { fetch })
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET', 'PATCH', 'DELETE'])
    expect(asked[1]?.body).toEqual({ scope: 'a:b', reason: 'r', expires_at: null })
    expect(await runFake(['normal', 'add', 'a:b'], { fetch })).toMatchObject({ code: 2 })
  })

  it('print only the new secret to stdout', async () => {
    const token = {
      id: 't',
      name: 'n',
      role: 'viewer',
      expires_at: null,
      last_used_at: null,
      revoked_at: null,
      secret: 'vdt_x',
    }
    const { asked, fetch } = serving(() => token)
    expect(await runFake(['token', 'create', '--role', 'viewer'], { fetch })).toMatchObject({ out: 'vdt_x\n', code: 0 })
    expect(asked[0]?.body).toEqual({ name: 'viewer token', role: 'viewer' })
    expect(await runFake(['token', 'create', '--role', 'king'], { fetch })).toMatchObject({ code: 2 })
  })

  it('show errors of the server, and how to get a token', async () => {
    const problem = (status: number, code: string) =>
      serving(() => ({ title: 'T', detail: 'D', hint: 'H', code }), status).fetch
    expect(await runFake(['incidents'], { fetch: problem(401, 'unauthenticated') })).toMatchObject({
      code: 4,
      err: expect.stringContaining('vedette token create'),
    })
    expect(await runFake(['search', 'a:('], { fetch: problem(422, 'filter_syntax') })).toMatchObject({
      code: 2,
      err: 'error: T: D\nH\n',
    })
    expect(await runFake(['incidents', 'show', 'INC-9'], { fetch: problem(404, 'not_found') })).toMatchObject({
      code: 4,
    })
    const odd = serving(() => 'hello').fetch
    expect(await runFake(['incidents'], { fetch: odd })).toMatchObject({
      code: 4,
      err: expect.stringContaining('not Vedette'),
    })
  })
})
