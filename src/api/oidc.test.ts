import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenStore, openStore } from '../store/open-store.ts'
import { client, startIdentityProvider } from './identity-provider.fake.ts'
import { createOidc, type OidcOptions } from './oidc.ts'
import { as, fakeServer } from './server.fake.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const dana = {
  sub: 'd1',
  preferred_username: 'Dana',
  email: 'dana@example.com',
  email_verified: true,
  name: 'Dana Ito',
}
const analyst = { ...dana, groups: ['staff', 'soc'] }

describe('signing in through an identity provider', () => {
  let time: number
  let store: OpenStore
  let server: Awaited<ReturnType<typeof fakeServer>>
  let provider: Awaited<ReturnType<typeof startIdentityProvider>>
  beforeEach(async () => {
    time = Date.now()
    provider = await startIdentityProvider()
    store = await openStore('sqlite::memory:', { now: () => time, log })
    server = await fakeServer({ maxFailures: 1_000, now: () => time })
    Object.assign(server.deps.store, store)
    use()
  })
  afterEach(async () => {
    await server.app.close()
    await store.close()
    await provider.close()
  })

  const use = (admission: Partial<OidcOptions['admission']> = {}, options: Partial<OidcOptions> = {}) => {
    const oidc = createOidc({
      ...{ issuer: provider.issuer, name: 'Keycloak', clientId: client.id, clientSecret: client.secret },
      ...{ scopes: ['openid', 'profile'], usernameClaim: 'preferred_username', roleClaim: 'groups' },
      admission: {
        roles: { admin: ['root'], supervisor: [], analyst: ['soc'], auditor: [], viewer: ['staff'] },
        ...{ defaultRole: undefined, domains: [], subjects: [], ...admission },
      },
      ...{ publicUrl: 'https://vedette.example', now: () => time, log, ...options },
    })
    Object.assign(server.deps.signIn, { provider: oidc })
  }

  const post = (path: string, payload: object = {}, headers: Record<string, string> = {}) =>
    server.app.inject({ method: 'POST', url: `/api/v1/session/${path}`, payload, headers })
  const begin = async () => (await post('provider')).json()
  const finish = (answer: string, pending: string, headers = {}) =>
    post('provider/answer', { answer, pending }, headers)
  const signIn = async (claims: object) => {
    const { location, pending } = await begin()
    return finish(provider.signIn(location, { ...claims }), pending)
  }
  const detail = async (claims: object) => {
    const { statusCode, body } = await signIn(claims)
    return `${statusCode} ${JSON.parse(body).detail}`
  }
  const audited = async () =>
    (await store.audit.list({ limit: 50 })).items.map(
      ({ actor, action, error }) => `${actor} ${action}${error ? '!' : ''}`,
    )

  it('opens a session for whom it vouches, in an account with the role that their group gives', async () => {
    const answer = await signIn(analyst)
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { name: 'dana', role: 'analyst' }])
    expect(answer.json()).not.toHaveProperty('secret')
    expect(answer.cookies[0]).toMatchObject({ name: 'vedette_session', httpOnly: true, sameSite: 'Strict' })
    const accounts = (await server.app.inject({ url: '/api/v1/accounts', headers: as('admin') })).json().data
    expect(accounts).toMatchObject([
      { username: 'dana', full_name: 'Dana Ito', role: 'analyst', signs_in_with: 'oidc' },
    ])
    expect((await signIn(analyst)).json().account).toBe(answer.json().account)
    expect((await server.app.inject('/api/v1/session/ways')).json()).toEqual({ password: false, provider: 'Keycloak' })
    expect(provider.complaints).toEqual([])
    expect(await audited()).toEqual(['dana sign_in', 'dana sign_in', 'dana create_account'])
  })

  it('takes the highest role of several groups, also from deeper in the token or from the user’s information', async () => {
    use({}, { roleClaim: 'realm_access.roles' })
    expect((await signIn({ ...dana, realm_access: { roles: ['staff', 'root', 'soc'] } })).json().role).toBe('admin')
    use({}, {})
    provider.faults.userinfo = { sub: 'd1', groups: 'staff' }
    use({}, {})
    expect((await signIn(dana)).json().role).toBe('viewer')
    provider.faults.userinfo = { sub: 'somebody else', groups: ['root'] }
    expect(await detail(dana)).toContain('could not be verified')
  })

  it('lets in nobody who has no role, and makes nobody an admin by default', async () => {
    expect(await detail({ ...dana, groups: ['guests'] })).toBe(
      '403 The identity provider knows you, but you have no role here.',
    )
    expect(await store.accounts.list()).toEqual([])
    use({ defaultRole: 'viewer', domains: ['Example.com'] })
    expect((await signIn(dana)).json().role).toBe('viewer')
  })

  it('lets in only whom the lists name, by a verified address or by subject', async () => {
    use({ defaultRole: 'viewer', domains: ['example.com'], subjects: ['e9'] })
    for (const claims of [
      { ...dana, email: 'dana@evil.example' },
      { ...dana, email: 'dana@notexample.com' },
      { ...dana, email_verified: false },
      { ...dana, email: undefined },
      { ...analyst, email: 'dana@example.com.evil.example' },
    ]) {
      expect(await detail(claims)).toBe('403 The identity provider knows you, but you may not sign in here.')
    }
    expect((await signIn({ sub: 'e9', preferred_username: 'eve' })).statusCode).toBe(200)
  })

  it('follows the provider: another role, and none at all, end what was open', async () => {
    const first = await signIn(analyst)
    const session = { cookie: `vedette_session=${first.cookies[0]?.value}` }
    const still = async () => {
      server.auth.forget()
      return (await server.app.inject({ url: '/api/v1/session', headers: session })).statusCode
    }
    expect(await still()).toBe(200)
    expect((await signIn({ ...dana, groups: ['staff'] })).json().role).toBe('viewer')
    expect(await still()).toBe(401)
    const second = await signIn(analyst)
    session.cookie = `vedette_session=${second.cookies[0]?.value}`
    expect(await still()).toBe(200)
    expect(await detail(dana)).toContain('no role')
    expect(await still()).toBe(401)
  })

  it('keeps a disabled account out', async () => {
    await signIn(analyst)
    const change = {
      method: 'PATCH',
      url: '/api/v1/accounts/dana',
      headers: as('admin'),
      payload: { is_active: false },
    } as const
    expect((await server.app.inject(change)).statusCode).toBe(200)
    expect(await detail(analyst)).toBe('403 Account "dana" is disabled.')
    expect((await audited())[0]).toBe('dana sign_in!')
  })

  it('makes nobody somebody else by their name; an admin joins the two', async () => {
    const admin = { headers: as('admin') }
    await server.app.inject({
      ...admin,
      method: 'POST',
      url: '/api/v1/accounts',
      payload: { username: 'dana', role: 'admin' },
    })
    const refused = await signIn(analyst)
    const subject = `${provider.issuer}|d1`
    expect([refused.statusCode, refused.json().hint]).toEqual([409, expect.stringContaining(`link dana '${subject}'`)])
    const link = { ...admin, method: 'PATCH', url: '/api/v1/accounts/dana', payload: { subject } } as const
    expect((await server.app.inject(link)).json()).toMatchObject({ username: 'dana', signs_in_with: 'oidc' })
    expect((await signIn(analyst)).json()).toMatchObject({ name: 'dana', role: 'analyst' })
    expect(await detail({ sub: 'x', preferred_username: 'admin', groups: ['soc'] })).toContain(
      'name from the identity provider',
    )
  })

  it.each([
    ['signed with another key', () => Object.assign(provider.faults, { wrongKey: true })],
    ['for another nonce', () => Object.assign(provider.faults, { claims: { nonce: 'another' } })],
    ['without a nonce', () => Object.assign(provider.faults, { claims: { nonce: undefined } })],
    [
      'that has expired',
      () => Object.assign(provider.faults, { claims: { exp: Math.floor(Date.now() / 1000) - 3_600 } }),
    ],
    ['for somebody else', () => Object.assign(provider.faults, { claims: { aud: 'another program' } })],
    ['of another issuer', () => Object.assign(provider.faults, { claims: { iss: 'https://evil.example' } })],
  ])('refuses a token %s', async (_, spoil) => {
    spoil()
    expect(await detail({ ...analyst, groups: ['root'] })).toBe(
      '401 "Keycloak" did not sign you in. Its answer could not be verified.',
    )
    expect(await store.accounts.list()).toEqual([])
    expect(await audited()).toEqual(['stranger sign_in!'])
  })

  it('sends what the provider checks: its own address, the verifier of this sign-in, and a code once', async () => {
    provider.faults.redirectUri = 'https://evil.example/signed-in'
    expect(await detail(analyst)).toContain('invalid_grant')
    provider.faults.redirectUri = 'https://vedette.example/signed-in'
    expect((await signIn(analyst)).statusCode).toBe(200)

    const [one, two] = [await begin(), await begin()]
    const stolen = new URLSearchParams(provider.signIn(one.location, analyst))
    stolen.set('state', new URL(two.location).searchParams.get('state') ?? '')
    expect((await finish(`${stolen}`, two.pending)).statusCode).toBe(401)

    const three = await begin()
    const answer = provider.signIn(three.location, analyst)
    const four = await begin()
    const replayed = new URLSearchParams(answer)
    expect((await finish(answer, three.pending)).statusCode).toBe(200)
    expect((await finish(answer, three.pending)).json().detail).toContain('finished before')
    replayed.set('state', new URL(four.location).searchParams.get('state') ?? '')
    expect((await finish(`${replayed}`, four.pending)).statusCode).toBe(401)
    expect(provider.complaints).toEqual(['redirect_uri', 'code_verifier', 'code'])
  })

  it('refuses the state of another sign-in, one that took too long, and one that we did not begin', async () => {
    const { location, pending } = await begin()
    expect((await finish('?code=x&state=another', pending)).json().detail).toContain('could not be verified')
    const late = await begin()
    time += 600_001
    expect((await finish(provider.signIn(late.location, analyst), late.pending)).json().detail).toContain('ten minutes')
    const answer = provider.signIn(location, analyst)
    for (const sealed of ['x', `${late.pending}A`, Buffer.alloc(80).toString('base64url')]) {
      expect((await finish(answer, sealed)).statusCode).toBe(401)
    }
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    expect((await finish(answer, (await begin()).pending, foreign)).statusCode).toBe(403)
  })

  it('says what the provider said', async () => {
    const { location, pending } = await begin()
    const state = new URL(location).searchParams.get('state')
    const answer = `?error=access_denied&error_description=You+may+not+use+this&state=${state}`
    expect((await finish(answer, pending)).json().detail).toBe(
      '"Keycloak" did not sign you in. It said: You may not use this.',
    )
    provider.faults.secret = 'changed since'
    expect(await detail(analyst)).toContain('503 "Keycloak" does not know this server: invalid_client.')
  })

  it('reports that the provider is unreachable, and continues when it is back', async () => {
    provider.faults.down = true
    const away = await post('provider')
    expect([away.statusCode, away.json()]).toMatchObject([
      503,
      { detail: expect.stringContaining('"Keycloak" does not answer'), hint: expect.stringContaining('Passwords') },
    ])
    provider.faults.down = false
    const { location, pending } = await begin()
    provider.faults.down = true
    expect((await finish(provider.signIn(location, analyst), pending)).statusCode).toBe(503)
    provider.faults.down = false
    expect((await signIn(analyst)).statusCode).toBe(200)
  })

  it('is not there when nobody set it up', async () => {
    Object.assign(server.deps.signIn, { provider: undefined })
    expect((await post('provider')).statusCode).toBe(409)
    expect((await server.app.inject('/api/v1/session/ways')).json().provider).toBeNull()
  })
})
