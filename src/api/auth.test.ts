import { beforeEach, describe, expect, it } from 'vitest'
import { formatToken, hashToken } from '../operations/accounts/tokens/token-secret.ts'
import { createAuth } from './auth.ts'
import { fakeDeps } from './server.fake.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

describe('auth', () => {
  let time = 1_000_000
  let deps: ReturnType<typeof fakeDeps>
  let auth: ReturnType<typeof createAuth>
  let lookUps = 0
  const secret = formatToken('viewer', 'a'.repeat(43))
  const proof = { authorization: `Bearer ${secret}`, sessionCookie: undefined, address: '192.0.2.1' }
  const token = {
    id: 'token-1',
    name: 'ada',
    role: 'viewer' as const,
    hash: hashToken(secret),
    created_at: 0,
    expires_at: null,
    last_used_at: null,
    revoked_at: null,
    user_id: null,
  }

  beforeEach(() => {
    time = 1_000_000
    lookUps = 0
    deps = fakeDeps(() => time)
    const { tokens } = deps.deps.store
    auth = createAuth({
      tokens: {
        findByHash: (hash) => {
          lookUps += 1
          return tokens.findByHash(hash)
        },
        used: (id, at) => tokens.used(id, at),
      },
      now: () => time,
      idle: 7_200_000,
      log,
    })
    deps.tokens.set(token.id, token)
  })

  it('knows a token and notes its use once a minute', async () => {
    expect(await auth.authenticate(proof)).toMatchObject({ actor: { name: 'ada', role: 'viewer' }, via: 'token' })
    expect(deps.tokens.get(token.id)?.last_used_at).toBe(1_000_000)
    time += 59_000
    await auth.authenticate(proof)
    expect(deps.tokens.get(token.id)?.last_used_at).toBe(1_000_000)
    time += 2_000
    await auth.authenticate(proof)
    expect(deps.tokens.get(token.id)?.last_used_at).toBe(1_061_000)
  })

  it('looks a token up every five seconds, so that one revoked elsewhere ends', async () => {
    await auth.authenticate(proof)
    await auth.authenticate(proof)
    expect(lookUps).toBe(1)
    deps.tokens.set(token.id, { ...token, revoked_at: time })
    time += 5_000
    await expect(auth.authenticate(proof)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('forgets immediately on request', async () => {
    await auth.authenticate(proof)
    deps.tokens.set(token.id, { ...token, revoked_at: time })
    auth.forget()
    await expect(auth.authenticate(proof)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('ends a token at its time, even within the five seconds', async () => {
    deps.tokens.set(token.id, { ...token, expires_at: time + 1_000 })
    await auth.authenticate(proof)
    time += 1_000
    await expect(auth.authenticate(proof)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('asks the store for nothing that cannot be a token', async () => {
    const mistyped = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`
    for (const authorization of ['Bearer x', `Bearer ${mistyped}`, `Basic ${secret}`]) {
      await expect(auth.authenticate({ ...proof, authorization })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    }
    expect(lookUps).toBe(0)
  })

  it('says nothing of who says nothing', async () => {
    expect(await auth.authenticate({ ...proof, authorization: undefined })).toBeUndefined()
  })

  it('counts failures per address, for a minute', async () => {
    const wrong = { ...proof, authorization: 'Bearer wrong' }
    for (let i = 0; i < 20; i++)
      await expect(auth.authenticate(wrong)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(auth.authenticate(wrong)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfter: 60 })
    await expect(auth.authenticate({ ...wrong, address: '192.0.2.2' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
    time += 60_000
    expect(await auth.authenticate(proof)).toBeDefined()
  })
})
