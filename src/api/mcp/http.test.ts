import { InMemoryServerEventBus, McpServer } from '@modelcontextprotocol/server'
import fastify from 'fastify'
import { expect, it } from 'vitest'
import { until } from '../../../test/until.ts'
import { createLiveStreams } from '../live-streams.ts'
import { serveMcp } from './http.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const listen = {
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
}

const openDoor = async () => {
  const app = fastify()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.decorateRequest('credential', undefined)
  app.addHook('onRequest', async (asked) => {
    const actor = { name: 'ana', role: 'viewer' as const }
    asked.credential = { actor, via: 'token', tokenId: null, accountId: null, expiresAt: null }
  })
  serveMcp(app, {
    log,
    loadMake: async () => () =>
      new McpServer({ name: 'test', version: '1' }, { capabilities: { resources: { subscribe: true } } }),
    bus: new InMemoryServerEventBus(),
    newSessionId: () => 'a',
    streams: createLiveStreams(),
    stillWelcome: async () => true,
    origins: [],
    mostUnderway: 2,
  })
  return { app, address: await app.listen({ host: '127.0.0.1', port: 0 }) }
}

it('bounds how many listen, and lets others in when one leaves', async () => {
  const { app, address } = await openDoor()
  const leaving = new AbortController()
  const open = (signal?: AbortSignal) =>
    fetch(`${address}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
      },
      body: JSON.stringify(listen),
      ...(signal && { signal }),
    })
  const [first, second] = [await open(leaving.signal), await open()]
  expect([first.headers.get('content-type'), second.status]).toEqual(['text/event-stream', 200])
  const refused = await open()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30'])
  leaving.abort()
  await until(async () => (await open()).status === 200)
  // Streams end with the server, which waits for nobody.
  await app.close()
  expect(await second.text()).toContain('"resultType":"complete"')
})

it.each(['2025-03-26', '2025-06-18', '2025-11-25'])(
  'refuses batches and foreign types of answers at %s',
  async (version) => {
    const { app, address } = await openDoor()
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
    const post = (body: object, accept: string) =>
      fetch(`${address}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'mcp-protocol-version': version, accept },
        body: JSON.stringify(body),
      })
    const both = 'application/json, text/event-stream'
    expect((await post(ping, both)).status).toBe(200)
    const batch = await post([ping, { ...ping, id: 2 }], both)
    expect([batch.status, await batch.json()]).toMatchObject([400, { error: { code: -32_600 }, id: null }])
    expect((await post([], both)).status).toBe(400)
    expect((await post(ping, 'text/html')).status).toBe(406)
    await app.close()
  },
)
