import { brotliDecompressSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { deepRun } from '../../test/depth.ts'
import { needs } from '../../test/needs.ts'
import { compatSystems } from '../compat/systems.fake.ts'
import { AppError, errorCodes } from '../errors.ts'
import { mayAct, role } from '../schema/account/role.ts'
import { mainRoutes } from './rest/routes.ts'
import { as, fakeServer } from './server.fake.ts'

const routes = mainRoutes(compatSystems)

const body = z.record(z.string(), z.unknown())
const at = (path: string) => path.replace(':id', 'none')

describe('the server', () => {
  let closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    await Promise.all(closing.map((close) => close()))
    closing = []
  })
  const serve = async (options: Parameters<typeof fakeServer>[0] = {}) => {
    const served = await fakeServer(options)
    closing.push(() => served.app.close())
    return served
  }

  it('lets nobody without a token past what is declared open', async () => {
    const { app } = await serve()
    for (const { method, path, open, refuse, programsOnly } of routes) {
      const accept = programsOnly && { headers: { accept: 'application/json' } }
      const { statusCode, headers, json } = await app.inject({ method, url: at(path), ...accept })
      if (open) expect([path, statusCode]).not.toEqual([path, 404])
      else {
        expect([method, path, statusCode]).toEqual([method, path, 401])
        expect(headers['www-authenticate']).toBe('Bearer realm="vedette"')
        // An older contract has words of its own.
        if (refuse === undefined) expect(json()).toMatchObject({ code: 'unauthenticated', status: 401 })
      }
    }
  })

  it('lets each role do what its operation allows and no more', needs(deepRun), async () => {
    const { app } = await serve()
    for (const { method, path, operation, open } of routes) {
      if (open) continue
      for (const name of role.options) {
        const { statusCode } = await app.inject({ method, url: at(path), headers: as(name), payload: 'x' })
        expect([name, method, path, statusCode === 403]).toEqual([name, method, path, !mayAct(name, operation.role)])
      }
    }
  })

  it.each([
    ['Bearer undefined'],
    ['Bearer '],
    ['Bearer é'],
    ['Basic YWRtaW46YWRtaW4='],
    ['the-admin-secret'],
    ['Bearer vdt_admin_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['Bearer eyJhbGciOiJub25lIn0.e30.'],
  ])('refuses the credential %s', async (authorization) => {
    const { app } = await serve()
    expect((await app.inject({ url: '/api/v1/tokens', headers: { authorization } })).statusCode).toBe(401)
  })

  it('takes no token from the address', async () => {
    const { app } = await serve()
    for (const name of ['token', 'access_token', 'authorization', 'key']) {
      const { statusCode } = await app.inject(`/api/v1/tokens?${name}=the-admin-secret`)
      expect(statusCode).toBe(401)
    }
  })

  it.each([
    '/api/v1/tokens/',
    '//api/v1/tokens',
    '/api/v1/./tokens',
    '/API/v1/tokens',
    '/api/v1/tokens%2f',
    '/api/v1/%2e%2e/v1/tokens',
  ])('does not open a way round at %s', async (url) => {
    const { app } = await serve()
    const { statusCode } = await app.inject({ url, headers: { 'x-original-url': '/', 'x-forwarded-for': '127.0.0.1' } })
    expect([401, 404]).toContain(statusCode)
  })

  it('slows down who guesses tokens, but not who holds one', async () => {
    const { app } = await serve()
    const guess = () => app.inject({ url: '/api/v1/tokens', headers: { authorization: 'Bearer wrong' } })
    expect((await app.inject({ url: '/api/v1/tokens', headers: as('admin') })).statusCode).toBe(200)
    for (let i = 0; i < 20; i++) expect((await guess()).statusCode).toBe(401)
    const refused = await guess()
    expect(refused.statusCode).toBe(429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await app.inject({ url: '/api/v1/tokens', headers: as('admin') })).statusCode).toBe(200)
    // Ignores a secret that was not shown before: a right guess must look like a wrong one.
    expect((await app.inject({ url: '/api/v1/session', headers: as('viewer') })).statusCode).toBe(429)
  })

  it('makes, shows once, uses and revokes a token', async () => {
    const { app, tokens, audit } = await serve()
    const made = await app.inject({
      method: 'POST',
      url: '/api/v1/tokens',
      headers: as('admin'),
      payload: { name: 'fluent-bit', role: 'ingest' },
    })
    const { id, secret } = z.object({ id: z.string(), secret: z.string() }).parse(made.json())
    expect(JSON.stringify([...tokens.values()])).not.toContain(secret)
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'text/plain' }
    const send = () => app.inject({ method: 'POST', url: '/api/v1/events', headers, payload: 'a line' })
    expect((await send()).json()).toEqual({ accepted: 1, rejected: 0 })
    const listed = await app.inject({ url: '/api/v1/tokens', headers: as('admin') })
    expect(listed.body).not.toContain(secret)
    expect(listed.json().data[0]).toMatchObject({ id, name: 'fluent-bit', last_used_at: expect.any(String) })
    await app.inject({ method: 'DELETE', url: `/api/v1/tokens/${id}`, headers: as('admin') })
    expect((await send()).statusCode).toBe(401)
    expect(audit.map(({ actor, action, target_id }) => [actor, action, target_id])).toEqual([
      ['admin', 'create_token', id],
      ['admin', 'revoke_token', id],
    ])
  })

  it('ends the sessions that a token opened when the token is revoked or expires', async () => {
    const { app, tokens } = await serve()
    const make = async (name: string) => {
      const payload = { name, role: 'analyst' }
      const made = await app.inject({ method: 'POST', url: '/api/v1/tokens', headers: as('admin'), payload })
      const { id, secret } = z.object({ id: z.string(), secret: z.string() }).parse(made.json())
      return { id, open: () => app.inject({ method: 'POST', url: '/api/v1/session', payload: { key: secret } }) }
    }
    const session = (cookie: string) => app.inject({ url: '/api/v1/session', headers: { cookie } })
    const cookieOf = ({ headers }: Awaited<ReturnType<typeof session>>) =>
      String(headers['set-cookie']).split(';', 1)[0] ?? ''
    const [one, other] = [await make('ann'), await make('ann')]
    const [cookie, kept] = [cookieOf(await one.open()), cookieOf(await other.open())]
    expect([(await session(cookie)).statusCode, (await session(kept)).statusCode]).toEqual([200, 200])
    await app.inject({ method: 'DELETE', url: `/api/v1/tokens/${one.id}`, headers: as('admin') })
    expect([(await session(cookie)).statusCode, (await session(kept)).statusCode]).toEqual([401, 200])

    const expires_at = Date.now() + 60_000
    const brief = await make('bob')
    const bob = tokens.get(brief.id)
    if (bob) tokens.set(brief.id, { ...bob, expires_at })
    expect((await brief.open()).json()).toMatchObject({ expires_at: new Date(expires_at).toISOString() })
  })

  it('refuses what an input does not have', async () => {
    const { app } = await serve()
    const post = (payload: object | string) =>
      app.inject({
        method: 'POST',
        url: '/api/v1/tokens',
        headers: { ...as('admin'), 'content-type': 'application/json' },
        payload,
      })
    const refused = await post({ name: '', role: 'root', id: 'mine', created_at: 0 })
    expect(refused.statusCode).toBe(400)
    expect(refused.json().errors.map(({ path }: { path: string }) => path)).toEqual(['name', 'role', ''])
    expect((await post('{"name":"a","role":"ingest","__proto__":{"polluted":"yes"}}')).json().code).toBe('invalid_json')
    expect((await post(`${'['.repeat(5000)}${']'.repeat(5000)}`)).json().code).toBe('invalid_json')
    expect((await post('[1]')).json().code).toBe('invalid_request')
    expect((await post(`"${'x'.repeat(1_100_000)}"`)).json().code).toBe('too_large')
  })

  it('answers every trouble as problem+json', async () => {
    const { app } = await serve()
    const cases = [
      [{ url: '/none' }, 404],
      [{ url: '/api/v1/none', headers: as('admin') }, 404],
      [{ url: '/%%32' }, 400],
      [{ url: `/?q=${'x'.repeat(9000)}` }, 414],
      [{ method: 'DELETE', url: '/health/live' }, 405],
      [{ method: 'TRACE', url: '/health/live' }, 405],
      [{ method: 'PUT', url: '/api/v1/tokens', headers: as('admin') }, 405],
      [
        {
          method: 'POST',
          url: '/api/v1/tokens',
          headers: { ...as('admin'), 'content-type': 'text/xml' },
          payload: '<a/>',
        },
        415,
      ],
      [{ url: '/docs/static/../../../package.json' }, 404],
      [{ url: '/.env' }, 404],
    ] as const
    for (const [request, status] of cases) {
      const { statusCode, headers, json } = await app.inject(request)
      expect([request.url, statusCode]).toEqual([request.url, status])
      expect(headers['content-type']).toContain('application/problem+json')
      expect(json()).toMatchObject({ status, title: expect.any(String), request_id: headers['x-request-id'] })
      if (status === 405) expect(headers.allow).toBeTruthy()
    }
  })

  it('hides unexpected errors, and logs them', async () => {
    const { app, intake, logged } = await serve()
    intake.full = new TypeError('secret inner workings')
    const send = () =>
      app.inject({ method: 'POST', url: '/api/v1/events', headers: as('ingest'), payload: '{"message":"a"}' })
    const broken = await send()
    expect(broken.statusCode).toBe(500)
    expect(broken.body).not.toMatch(/secret|workings|\.ts/)
    expect(logged).toMatchObject([{ request_id: broken.json().request_id }])

    for (const [code, status] of [
      ['QUEUE_FULL', 429],
      ['STORAGE_FULL', 507],
      ['UNAVAILABLE', 503],
    ] as const) {
      intake.full = new AppError(code, 'Not now.', { retryable: true, retryAfter: 7 })
      const refused = await send()
      expect(refused.statusCode).toBe(status)
      expect(refused.headers['retry-after']).toBe('7')
    }
    expect(logged).toHaveLength(1)
  })

  it('explains every kind of problem where its type points', async () => {
    const { app } = await serve()
    const { body: page } = await app.inject('/docs/problems')
    for (const code of Object.keys(errorCodes)) expect(page).toContain(`id="${code.toLowerCase()}"`)
  })

  it('shows strangers only whether it is ready', async () => {
    const { app, deps } = await serve()
    const ready = (headers = {}) => app.inject({ url: '/health/ready', headers })
    expect((await app.inject('/health/live')).json()).toEqual({ status: 'alive' })
    expect((await ready()).json()).toEqual({ status: 'ready' })
    expect((await ready(as('ingest'))).json()).toEqual({ status: 'ready' })
    expect((await ready({ authorization: 'Bearer wrong' })).json()).toEqual({ status: 'ready' })
    expect((await ready(as('viewer'))).json()).toHaveProperty('stages')
    deps.health = async () => ({ ready: false, problems: ['the disk is full'], stages: [], queues: [] })
    const not = await ready()
    expect([not.statusCode, not.body]).toEqual([503, '{"status":"not_ready"}'])
  })

  it('sends the headers that keep browsers in bounds', async () => {
    const { app } = await serve()
    for (const url of [
      '/',
      '/assets/app-1a2b3c4d.js',
      '/alerts',
      '/docs',
      '/docs/static/swagger-ui-bundle.js',
      '/api/v1/tokens',
      '/none',
    ]) {
      const { headers } = await app.inject({ url, headers: { origin: 'https://evil.example' } })
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['content-security-policy']).not.toContain('unsafe')
      expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers['strict-transport-security']).toBeUndefined()
      expect(headers.server ?? headers['x-powered-by']).toBeUndefined()
      expect(headers['cache-control']).toMatch(/no-store|no-cache|max-age/)
    }
    const secured = await serve({ publicUrl: 'https://vedette.example' })
    expect((await secured.app.inject('/')).headers).toMatchObject({ 'strict-transport-security': expect.any(String) })
  })

  it('serves pages and reference without inline code or foreign hosts', async () => {
    const { app } = await serve()
    for (const url of ['/', '/docs', '/docs/problems']) {
      const { body: page, statusCode } = await app.inject(url)
      expect(statusCode).toBe(200)
      expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|style=|https?:\/\//)
      for (const [, address = ''] of page.matchAll(/(?:src|href)="([^"#]+)"/g)) {
        expect([address, (await app.inject(address)).statusCode]).toEqual([address, 200])
      }
    }
  })

  it('answers with the page wherever a browser opens a screen, and nowhere else', async () => {
    const { app } = await serve()
    const open = (url: string, accept = 'text/html,*/*;q=0.8') => app.inject({ url, headers: { accept } })
    for (const url of [
      '/alerts',
      '/incidents',
      '/incidents?show=closed',
      '/incidents/INC-3',
      '/alerts?q=severity:high',
      // A filter may end like the name of a file.
      '/logs?q=source:auth.log',
    ]) {
      const { statusCode, headers, body: page } = await open(url)
      expect([url, statusCode, headers['cache-control'], page]).toEqual([
        url,
        200,
        'no-cache',
        expect.stringContaining('<div id="root">'),
      ])
    }
    expect((await open('/alerts', 'application/json')).statusCode).toBe(404)
    // An older contract has this address too.
    expect((await open('/incidents', '*/*')).statusCode).toBe(401)
    expect((await open('/incidents')).headers['content-security-policy']).toContain("frame-ancestors 'none'")
    for (const url of ['/assets/gone-1a2b3c4d.js', '/docs/none', '/favicon.ico', '/health/none']) {
      expect([url, (await open(url)).statusCode]).toEqual([url, 404])
    }
    for (const url of ['/api/v1/none', '/metrics/none']) expect([url, (await open(url)).statusCode]).toEqual([url, 401])
    expect((await app.inject({ method: 'POST', url: '/alerts', headers: { accept: 'text/html' } })).statusCode).toBe(
      404,
    )
  })

  it('serves hashed files as immutable, compressed, and the page uncached', async () => {
    const { app } = await serve()
    const get = (url: string, encoding: string) => app.inject({ url, headers: { 'accept-encoding': encoding } })
    const plain = await get('/assets/app-1a2b3c4d.js', 'identity')
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(plain.headers['content-encoding']).toBeUndefined()
    const small = await get('/assets/app-1a2b3c4d.js', 'gzip, br')
    expect(small.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': expect.stringMatching(/javascript/),
      'cache-control': 'public, max-age=31536000, immutable',
      vary: expect.stringMatching(/accept-encoding/i),
    })
    expect(brotliDecompressSync(small.rawPayload).toString()).toBe(plain.body)
    expect((await get('/', 'identity')).headers['cache-control']).toBe('no-cache')
    expect((await get('/assets/app-1a2b3c4d.js.br', 'identity')).statusCode).toBe(404)
  })

  it('says what to do when the dashboard is not built', async () => {
    const { app } = await serve({ web: '/nowhere' })
    const { statusCode, body: text } = await app.inject('/')
    expect([statusCode, text]).toEqual([503, expect.stringContaining('npm run build')])
    expect((await app.inject({ url: '/alerts', headers: { accept: 'text/html' } })).statusCode).toBe(404)
  })

  it('writes a reference of every operation', needs(deepRun), async () => {
    const { app } = await serve()
    const document = z
      .object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), body)) })
      .parse((await app.inject('/api/v1/openapi.json')).json())
    expect(document.openapi).toBe('3.1.0')
    const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId))
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
    const listed = routes.filter(({ operationId, hide }) => operationId === undefined || !hide)
    for (const { operation, operationId } of listed) expect(ids).toContain(operationId ?? operation.name)
  })

  it('limits how often one asks, and says how much is left', async () => {
    const { app } = await serve({ rateLimit: { requests: 2 } })
    const ask = () => app.inject({ url: '/api/v1/session', headers: as('viewer') })
    expect((await ask()).headers.ratelimit).toBe('"minute";r=1;t=60')
    await ask()
    const refused = await ask()
    expect(refused.statusCode).toBe(429)
    expect(refused.json().code).toBe('rate_limited')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  })
})
