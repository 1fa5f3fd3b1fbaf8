import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenStore, openStore } from '../store/open-store.ts'
import { as, fakeServer } from './server.fake.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const password = 'correct horse battery'
const own = { 'sec-fetch-site': 'same-origin' }
const hour = 3_600_000

describe('accounts', () => {
  let time: number
  let store: OpenStore
  let server: Awaited<ReturnType<typeof fakeServer>>
  beforeEach(async () => {
    time = Date.parse('2026-01-15T10:00:00Z')
    store = await openStore('sqlite::memory:', { now: () => time, log })
    server = await fakeServer({ maxFailures: 1_000, now: () => time })
    Object.assign(server.deps.store, store)
  })
  afterEach(async () => {
    await server.app.close()
    await store.close()
  })

  type Headers = Record<string, string>
  const send = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, headers: Headers = {}) =>
    server.app.inject({ method, url, headers, ...(payload && { payload }) })
  const signIn = (username: string, secret: string, headers: Headers = {}) =>
    send('POST', '/api/v1/session/password', { username, password: secret }, headers)
  const withCookie = (answer: Awaited<ReturnType<typeof signIn>>, headers: Headers = own) => ({
    ...headers,
    cookie: `vedette_session=${answer.cookies[0]?.value}`,
  })
  const create = (username: string, role: string) =>
    send('POST', '/api/v1/accounts', { username, role }, as('admin')).then((answer) => answer.json())
  const keyOf = ({ link }: { readonly link: string }) => link.slice(link.indexOf('#p=') + 3)
  const setPassword = (key: string, new_password = password) => send('POST', '/api/v1/password', { key, new_password })
  const open = async (username: string, role = 'analyst') => {
    expect((await setPassword(keyOf(await create(username, role)))).statusCode).toBe(200)
  }
  const audited = async () =>
    (await store.audit.list({ limit: 50 })).items.map(({ actor, action }) => `${actor} ${action}`)

  it('are made without a password, which their owner sets with a link that works once', async () => {
    const made = await create('Ada', 'supervisor')
    expect(made).toMatchObject({ username: 'ada', role: 'supervisor', signs_in_with: 'none', is_active: true })
    expect(made.link).toMatch(/^\/#p=vdt_password_/)
    expect((await signIn('ada', '')).statusCode).toBe(400)
    expect((await signIn('ada', password)).statusCode).toBe(401)
    expect((await setPassword(keyOf(made), 'abcabcabcabc')).json().detail).toContain('different characters')
    expect((await setPassword(keyOf(made))).json()).toEqual({ username: 'ada' })
    expect((await setPassword(keyOf(made), 'another good one')).statusCode).toBe(401)
    const signedIn = await signIn(' ADA ', password)
    expect(signedIn.json()).toMatchObject({ name: 'ada', role: 'analyst', account: made.id })
    expect(signedIn.json()).not.toHaveProperty('secret')
    expect(signedIn.cookies[0]).toMatchObject({ name: 'vedette_session', httpOnly: true, sameSite: 'Strict' })
    expect((await send('GET', '/api/v1/session', undefined, withCookie(signedIn))).json()).toMatchObject({
      name: 'ada',
    })
    expect(await audited()).toEqual([
      'ada sign_in',
      'ada set_password',
      'ada sign_in',
      'admin create_password_link',
      'admin create_account',
    ])
  })

  it('are no secret in the database', async () => {
    await open('ada')
    await signIn('ada', password)
    const rows = await store.connections.read.selectFrom('users').selectAll().execute()
    expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$/)
    const all = JSON.stringify([rows, await store.tokens.list(), (await store.audit.list({ limit: 50 })).items])
    expect(all).not.toContain(password)
    expect(all).not.toMatch(/vdt_(session|password)_/)
  })

  it('refuses a link that is a day old, a token in its place, and the link as a token', async () => {
    const key = keyOf(await create('ada', 'analyst'))
    expect((await send('GET', '/api/v1/session', undefined, { authorization: `Bearer ${key}` })).statusCode).toBe(401)
    expect((await send('POST', '/api/v1/session', { key })).statusCode).toBe(401)
    expect((await setPassword('the-admin-secret')).statusCode).toBe(401)
    time += 24 * hour
    expect((await setPassword(key)).statusCode).toBe(401)
  })

  it('answers alike to a wrong name, a wrong password and a disabled account, and works as hard for each', async () => {
    await open('ada')
    await open('bob')
    await send('PATCH', '/api/v1/accounts/bob', { is_active: false }, as('admin'))
    const { passwords } = server.deps.signIn
    const seen: boolean[] = []
    const { matches } = passwords
    passwords.matches = (text, hash) => {
      seen.push(hash !== undefined)
      return matches(text, hash)
    }
    const bodies = []
    for (const [name, secret] of [
      ['ada', 'wrong'],
      ['nobody', password],
      ['bob', password],
    ] as const) {
      const answer = await signIn(name, secret)
      const { request_id, ...body } = answer.json()
      bodies.push({ status: answer.statusCode, ...body })
    }
    expect(bodies[0]).toMatchObject({ status: 401, detail: 'Wrong user name or password.' })
    expect(bodies[1]).toEqual(bodies[0])
    expect(bodies[2]).toEqual(bodies[0])
    expect(seen).toEqual([true, false, false])
  })

  it('makes guessers wait, however many guess at once, and says for how long', async () => {
    await open('ada')
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn('ada', 'wrong')))
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(6)
    expect((await signIn('ada', password)).statusCode).toBe(429)
    expect((await signIn('ada', password)).headers['retry-after']).toBe('1')
    time += 1_000
    expect((await signIn('ada', password)).statusCode).toBe(200)
    const failed = (await store.audit.list({ limit: 50 })).items.filter(({ error }) => error !== undefined)
    expect(failed.map(({ new_values }) => new_values)).toContainEqual({ failures: 6 })
    expect(failed[0]).toMatchObject({ actor: 'ada', action: 'sign_in', ip_address: '127.0.0.1' })
  })

  it('writes down no name that nobody has: it may be a password', async () => {
    await signIn('my-secret-password', 'x')
    expect(JSON.stringify((await store.audit.list({ limit: 5 })).items)).not.toContain('my-secret')
  })

  it.each([
    ['admin', 'admin'],
    ['supervisor', 'analyst'],
    ['analyst', 'analyst'],
    ['viewer', 'viewer'],
    ['auditor', 'auditor'],
  ])('lets a %s do what the role %s may', async (account, role) => {
    await open('ada', account)
    expect((await signIn('ada', password)).json().role).toBe(role)
  })

  it('lets an auditor read the audit, which a viewer may not, and change nothing', async () => {
    const statuses = async (name: string, role: string) => {
      await open(name, role)
      const headers = withCookie(await signIn(name, password))
      const asked = [
        await send('GET', '/api/v1/audit', undefined, headers),
        await send('GET', '/api/v1/accounts', undefined, headers),
        await send('POST', '/api/v1/alerts/bulk', {}, headers),
      ]
      return asked.map(({ statusCode }) => statusCode)
    }
    expect(await statuses('olga', 'auditor')).toEqual([200, 403, 403])
    expect(await statuses('vera', 'viewer')).toEqual([403, 403, 403])
  })

  it('end their other sessions when their owner changes the password', async () => {
    await open('ada')
    const here = withCookie(await signIn('ada', password))
    const there = withCookie(await signIn('ada', password))
    const { access_token } = (await send('POST', '/api/v1/auth/login', { username: 'ada', password })).json().data
    const change = (old: string, headers: Headers) =>
      send('PATCH', '/api/v1/password', { password: old, new_password: 'a whole new sentence' }, headers)
    const sessions = await send('GET', '/api/v1/sessions', undefined, here)
    expect(sessions.json().data.map((one: { current: boolean }) => one.current)).toHaveLength(3)
    expect((await change('wrong', here)).statusCode).toBe(401)
    expect((await change(password, here)).json()).toEqual({ username: 'ada' })
    expect((await send('GET', '/api/v1/session', undefined, here)).statusCode).toBe(200)
    expect((await send('GET', '/api/v1/session', undefined, there)).statusCode).toBe(401)
    expect(
      (await send('GET', '/api/v1/session', undefined, { authorization: `Bearer ${access_token}` })).statusCode,
    ).toBe(401)
    expect((await signIn('ada', password)).statusCode).toBe(401)
    expect((await signIn('ada', 'a whole new sentence')).statusCode).toBe(200)
    expect((await change(password, as('admin'))).statusCode).toBe(409)
  })

  it('end at once when they are disabled, reset or given another role', async () => {
    await open('ada')
    for (const [method, url, payload] of [
      ['PATCH', '/api/v1/accounts/ada', { role: 'viewer' }],
      ['PATCH', '/api/v1/accounts/ada', { is_active: false }],
      ['PATCH', '/api/v1/accounts/ada', { is_active: true }],
      ['POST', '/api/v1/accounts/ada/reset', {}],
    ] as const) {
      const signedIn = await signIn('ada', password)
      const headers = withCookie(signedIn)
      const before = await send('GET', '/api/v1/session', undefined, headers)
      expect((await send(method, url, payload, as('admin'))).statusCode).toBe(200)
      const after = await send('GET', '/api/v1/session', undefined, headers)
      expect([before.statusCode, after.statusCode]).toEqual(signedIn.statusCode === 200 ? [200, 401] : [401, 401])
    }
    expect((await signIn('ada', password)).statusCode).toBe(401)
  })

  it('keep the sessions that a token of theirs opened within reach', async () => {
    await open('ada')
    const { access_token } = (await send('POST', '/api/v1/auth/login', { username: 'ada', password })).json().data
    const session = withCookie(await send('POST', '/api/v1/session', { key: access_token }))
    expect((await send('GET', '/api/v1/session', undefined, session)).statusCode).toBe(200)
    await send('PATCH', '/api/v1/accounts/ada', { is_active: false }, as('admin'))
    expect((await send('GET', '/api/v1/session', undefined, session)).statusCode).toBe(401)
  })

  it('cannot shut themselves out, nor act under names of the program', async () => {
    await open('ada', 'admin')
    const headers = withCookie(await signIn('ada', password))
    expect((await send('PATCH', '/api/v1/accounts/ada', { is_active: false }, headers)).statusCode).toBe(409)
    expect((await send('PATCH', '/api/v1/accounts/ada', { role: 'viewer' }, headers)).statusCode).toBe(409)
    expect((await send('PATCH', '/api/v1/accounts/ada', { full_name: 'Ada' }, headers)).statusCode).toBe(200)
    for (const name of ['admin', 'Vedette', 'a b', '', 'a\u202eb']) {
      expect((await send('POST', '/api/v1/accounts', { username: name }, as('admin'))).statusCode).toBe(400)
    }
    expect((await send('POST', '/api/v1/accounts', { username: 'ADA' }, as('admin'))).statusCode).toBe(409)
    expect((await send('POST', '/api/v1/accounts/none/reset', {}, as('admin'))).statusCode).toBe(404)
  })

  it('have sessions that end when they are not used, and at the latest after half a day', async () => {
    await open('ada')
    const idle = withCookie(await signIn('ada', password))
    const busy = withCookie(await signIn('ada', password))
    for (let hours = 0; hours < 11; hours++) {
      time += hour
      expect((await send('GET', '/api/v1/session', undefined, busy)).statusCode).toBe(200)
    }
    expect((await send('GET', '/api/v1/session', undefined, idle)).statusCode).toBe(401)
    time += hour
    expect((await send('GET', '/api/v1/session', undefined, busy)).statusCode).toBe(401)
  })

  it('end single sessions of their own, and nobody else’s', async () => {
    await open('ada')
    await open('bob')
    const here = withCookie(await signIn('ada', password))
    const there = withCookie(await signIn('ada', password))
    const bobs = withCookie(await signIn('bob', password))
    const { data } = (await send('GET', '/api/v1/sessions', undefined, here)).json()
    const other = data.find((one: { current: boolean }) => !one.current).id
    expect((await send('DELETE', `/api/v1/sessions/${other}`, undefined, bobs)).statusCode).toBe(404)
    expect((await send('DELETE', `/api/v1/sessions/${other}`, undefined, here)).json()).toEqual({
      id: other,
      ended: true,
    })
    expect((await send('GET', '/api/v1/session', undefined, there)).statusCode).toBe(401)
    expect((await send('GET', '/api/v1/session', undefined, bobs)).statusCode).toBe(200)
  })

  it('sign in and out in the older envelope', async () => {
    await open('ada')
    const login = await send('POST', '/api/v1/auth/login', { username: 'ada', password })
    expect(login.json()).toMatchObject({ success: true, data: { token_type: 'bearer', expires_in: 3600 } })
    const headers = { authorization: `Bearer ${login.json().data.access_token}` }
    expect((await send('GET', '/api/v1/auth/me', undefined, headers)).json().data).toMatchObject({ username: 'ada' })
    expect((await send('POST', '/api/v1/auth/logout', {}, headers)).json()).toMatchObject({ success: true })
    expect((await send('GET', '/api/v1/auth/me', undefined, headers)).statusCode).toBe(401)
    const refused = await send('POST', '/api/v1/auth/login', { username: 'ada', password: 'wrong' })
    expect([refused.statusCode, refused.json()]).toEqual([401, expect.objectContaining({ success: false })])
    expect((await send('POST', '/api/v1/auth/logout', {}, as('admin'))).statusCode).toBe(409)
  })

  it('are not signed in by another site', async () => {
    await open('ada')
    expect((await signIn('ada', password, { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
    const session = await signIn('ada', password)
    const foreign = withCookie(session, { 'sec-fetch-site': 'cross-site' })
    expect((await send('PATCH', '/api/v1/password', {}, foreign)).statusCode).toBe(403)
  })
})
