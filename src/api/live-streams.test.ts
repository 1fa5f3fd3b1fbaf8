import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../test/until.ts'
import type { Credential } from '../operations/accounts/credential.ts'
import type { Role } from '../schema/account/role.ts'
import { createLiveStreams } from './live-streams.ts'
import { as, fakeServer } from './server.fake.ts'

const credential = (tokenId: string | null, more: Partial<Credential> = {}, role: Role = 'viewer'): Credential => ({
  actor: { name: 'ana', role },
  via: 'token',
  tokenId,
  accountId: null,
  expiresAt: null,
  ...more,
})

describe('createLiveStreams', () => {
  it('limits one caller, and keeps streams for admins', () => {
    const streams = createLiveStreams({ total: 6, per_caller: 3, reserved: 2 })
    const own = [1, 2, 3].map(() => streams.open(credential('a'), ''))
    expect(() => streams.open(credential('a'), '')).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', retryAfter: 30 }),
    )
    streams.open(credential('b'), '')
    expect(() => streams.open(credential('c'), '')).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', retryAfter: 30 }),
    )
    streams.open(credential('admin', {}, 'admin'), '')
    streams.open(credential('admin', {}, 'admin'), '')
    expect(() => streams.open(credential('admin', {}, 'admin'), '')).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE' }),
    )
    own[0]?.()
    own[0]?.()
    streams.open(credential('admin', {}, 'admin'), '')
    expect(() => streams.open(credential('admin2', {}, 'admin'), '')).toThrow()
  })

  it('counts sessions of one account together, and callers without a token by address', () => {
    const streams = createLiveStreams({ total: 100, per_caller: 1, reserved: 0 })
    streams.open(credential('s1', { via: 'session', accountId: 'kim' }), '10.0.0.1')
    expect(() => streams.open(credential('s2', { via: 'session', accountId: 'kim' }), '10.0.0.2')).toThrow()
    streams.open(credential('s3', { via: 'session', accountId: 'lee' }), '10.0.0.1')
    streams.open(credential('s4', { via: 'session' }), '10.0.0.1')
    expect(() => streams.open(credential('s5', { via: 'session' }), '10.0.0.1')).toThrow()
    streams.open(credential(null), '10.0.0.1')
    streams.open(credential(null), '10.0.0.2')
    expect(() => streams.open(credential(null), '10.0.0.2')).toThrow()
  })
})

describe('a server with live streams', () => {
  let server: Awaited<ReturnType<typeof fakeServer>>
  let address = ''
  const stop = new AbortController()
  beforeEach(async () => {
    server = await fakeServer({ streams: createLiveStreams({ total: 6, per_caller: 4, reserved: 1 }) })
    address = await server.app.listen({ port: 0, host: '127.0.0.1' })
  })
  afterEach(async () => {
    stop.abort()
    await server.app.close()
  })

  /** A response that is forgotten is closed. */
  const kept: Response[] = []
  const keep = (response: Response): Response => {
    kept.push(response)
    return response
  }
  const events = (role: Role, signal = stop.signal) =>
    fetch(`${address}/api/v1/stream`, { headers: as(role), signal }).then(keep)
  const subscribe = (role: Role) =>
    fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { ...as(role), 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { incident_changed { id } }' }),
      signal: stop.signal,
    }).then(keep)
  const listen = (role: Role) =>
    fetch(`${address}/mcp`, {
      method: 'POST',
      headers: {
        ...as(role),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'subscriptions/listen',
        params: {
          notifications: { resourceSubscriptions: ['vedette://incident/INC-1'] },
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
      signal: stop.signal,
    }).then(keep)

  it('counts all doors together, says what to do, and always has one left for an admin', async () => {
    expect((await events('viewer')).status).toBe(200)
    expect((await events('viewer')).status).toBe(200)
    expect((await subscribe('viewer')).status).toBe(200)
    expect((await listen('viewer')).status).toBe(200)
    const refused = await events('viewer')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await refused.json()).toMatchObject({
      code: 'rate_limited',
      hint: expect.stringContaining('server.live_streams.per_caller'),
    })
    expect((await listen('viewer')).status).toBe(429)
    const told = await subscribe('viewer')
    expect(await told.text()).toContain('already has 4 live streams')
    expect((await events('analyst')).status).toBe(200)
    expect((await events('analyst')).status).toBe(503)
    expect((await events('admin')).status).toBe(200)
  })

  it('frees the place of a client that left', async () => {
    for (let i = 0; i < 12; i++) {
      const leave = new AbortController()
      const opened = await until(async () => {
        const response = await events('viewer', leave.signal)
        return response.status === 200
      }, 'a place being free')
      expect(opened).toBe(true)
      leave.abort()
    }
  })
})
