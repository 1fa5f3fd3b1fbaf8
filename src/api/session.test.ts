import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { as, fakeServer } from './server.fake.ts'

type Server = Awaited<ReturnType<typeof fakeServer>>

describe('a session', () => {
  let server: Server
  beforeEach(async () => {
    server = await fakeServer()
  })
  afterEach(() => server.app.close())

  const signIn = (key: string, headers: Record<string, string> = {}) =>
    server.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { 'content-type': 'application/json', ...headers },
      payload: { key },
    })
  const cookieOf = async (key: string) => {
    const { cookies } = await signIn(key)
    return cookies[0]?.value ?? ''
  }
  const own = { 'sec-fetch-site': 'same-origin' }
  const ask = (method: 'GET' | 'DELETE' | 'POST', url: string, cookie: string, headers: Record<string, string> = {}) =>
    server.app.inject({ method, url, headers, cookies: { vedette_session: cookie } })

  it('begins with the key of a sign-in link, which works once', async () => {
    const key = server.signInKeys.issue({ name: 'ada', role: 'analyst' })
    const first = await signIn(key)
    expect(first.json()).toMatchObject({ name: 'ada', role: 'analyst' })
    expect(first.json()).not.toHaveProperty('secret')
    expect(first.cookies[0]).toMatchObject({ name: 'vedette_session', httpOnly: true, sameSite: 'Strict', path: '/' })
    expect((await signIn(key)).statusCode).toBe(401)
    const cookie = first.cookies[0]?.value ?? ''
    expect((await ask('GET', '/api/v1/session', cookie)).json()).toMatchObject({ name: 'ada' })
    expect((await ask('GET', '/api/v1/tokens', cookie)).statusCode).toBe(403)
  })

  it('begins with a token that may read', async () => {
    expect((await signIn('the-viewer-secret')).json()).toMatchObject({ role: 'viewer' })
    expect((await signIn('the-ingest-secret')).statusCode).toBe(401)
    expect((await signIn('nonsense')).statusCode).toBe(401)
  })

  it('ends when its owner signs out', async () => {
    const cookie = await cookieOf('the-viewer-secret')
    expect((await ask('DELETE', '/api/v1/session', cookie, own)).json()).toEqual({ signed_out: true })
    expect((await ask('GET', '/api/v1/session', cookie)).statusCode).toBe(401)
    expect(server.audit.map(({ action }) => action)).toEqual(['sign_in', 'sign_out'])
  })

  it('changes nothing at the wish of another site', async () => {
    const cookie = await cookieOf('the-admin-secret')
    const foreign = [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
    ]
    for (const headers of foreign) {
      expect((await ask('POST', '/api/v1/tokens', cookie, headers)).json().code).toBe('forbidden')
    }
    expect((await ask('POST', '/api/v1/tokens', cookie, { origin: 'http://localhost:80' })).statusCode).not.toBe(200)
    expect((await ask('POST', '/api/v1/tokens', cookie, { host: 'here', origin: 'http://here' })).json().code).toBe(
      'invalid_request',
    )
    expect((await ask('POST', '/api/v1/tokens', cookie, own)).json().code).toBe('invalid_request')
    expect((await signIn('the-viewer-secret', { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
  })

  it('is no token, and a token is no session', async () => {
    const cookie = await cookieOf('the-viewer-secret')
    const headers = { authorization: `Bearer ${cookie}` }
    expect((await server.app.inject({ url: '/api/v1/session', headers })).statusCode).toBe(401)
    expect((await ask('GET', '/api/v1/session', 'the-viewer-secret')).statusCode).toBe(401)
  })

  it('cannot be had by guessing', async () => {
    for (let i = 0; i < 20; i++) await signIn(`guess ${i}`)
    const key = server.signInKeys.issue({ name: 'ada', role: 'analyst' })
    expect((await signIn(key)).statusCode).toBe(429)
  })

  it('has a cookie for this host and TLS alone where there is TLS', async () => {
    const secured = await fakeServer({ publicUrl: 'https://vedette.example' })
    const { cookies } = await secured.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { 'content-type': 'application/json', origin: 'https://vedette.example' },
      payload: { key: 'the-viewer-secret' },
    })
    expect(cookies[0]).toMatchObject({ name: '__Host-vedette_session', secure: true })
    await secured.app.close()
  })

  it('does not let a token sign out', async () => {
    const { statusCode } = await server.app.inject({ method: 'DELETE', url: '/api/v1/session', headers: as('viewer') })
    expect(statusCode).toBe(409)
  })
})
