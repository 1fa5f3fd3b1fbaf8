import { dirname, join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { adminToken, freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'

const folder = scratch()
const clients: Client[] = []
let server: Server
let incident = ''

const start = async (port: number) => startServer({ dataDir: join(folder.path, 'data'), port, cwd: folder.path })

/** Connects a client of either revision; `received` collects its notifications. */
const connect = async (transport: 'http' | 'bridge', era: 'legacy' | 'auto') => {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: era } })
  const received: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void received.push(params.uri))
  clients.push(client)
  await client.connect(
    transport === 'http'
      ? new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
          requestInit: { headers: { authorization: `Bearer ${adminToken}` } },
        })
      : new StdioClientTransport({
          command: join(root, 'bin/vedette.cjs'),
          args: ['mcp', '--url', server.url],
          cwd: folder.path,
          stderr: 'ignore',
          env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, VEDETTE_TOKEN: adminToken },
        }),
  )
  return { client, received }
}
const subscribe = async (client: Client, era: 'legacy' | 'auto', uri: string) => {
  if (era === 'legacy') return void (await client.subscribeResource({ uri }))
  const { honoredFilter } = await client.listen({ resourceSubscriptions: [uri] })
  expect(honoredFilter).toEqual({ resourceSubscriptions: [uri] })
}
/** Changes the incident once. */
const change = async () => {
  const path = `/api/v1/incidents/${incident}/comments`
  const headers = { 'content-type': 'application/json' }
  const answer = await server.ask(path, { method: 'POST', headers, body: '{"text":"Still looking."}' })
  expect(answer.status).toBeLessThan(300)
}
const hears = (received: readonly string[], uri: string) => until(() => received.includes(uri), uri)

beforeAll(async () => {
  server = await start(await freePort())
  const lines = Array.from(
    { length: 60 },
    (_, i) =>
      `Jan 08 10:00:${10 + (i % 50)} web-01 sshd[1]: Failed password for root from 203.0.113.9 port ${4000 + i} ssh2`,
  )
  await server.ask('/api/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: lines.join('\n'),
  })
  const listed = z.object({ data: z.array(z.object({ display_id: z.string() })) })
  incident = await until(
    async () => listed.parse(await (await server.ask('/api/v1/incidents')).json()).data[0]?.display_id,
    'the incident',
  )
})
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await server.stop()
  folder.remove()
})

for (const transport of ['http', 'bridge'] as const) {
  for (const era of ['legacy', 'auto'] as const) {
    it(`${keeps('mcp.subscriptions')} (${transport}, ${era})`, async () => {
      const { client, received } = await connect(transport, era)
      const uri = `vedette://incident/${incident}`
      await subscribe(client, era, uri)
      await change()
      await hears(received, uri)
      expect(new Set(received)).toEqual(new Set([uri]))
      const { contents } = await client.readResource({ uri })
      expect(JSON.stringify(contents)).toContain('Still looking.')
      await client.close()
    })
  }
}

it(keeps('mcp.sessions'), async () => {
  const ask = (headers: Record<string, string>, body: object) =>
    server.ask('/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
    })
  const begun = await ask(
    {},
    {
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    },
  )
  const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' }
  await begun.text()
  expect(session['mcp-session-id']).toMatch(/^[\w-]{20,}$/)
  expect(await (await ask(session, { method: 'tools/list' })).text()).toContain('whats_happening')
  // An idle stream is answered too; changes from before it was open are sent once it is.
  const listen = async (read: (received: string) => boolean, headers: Record<string, string> = {}) => {
    const leave = new AbortController()
    const signal = AbortSignal.any([leave.signal, AbortSignal.timeout(60_000)])
    const init = { headers: { ...session, ...headers, accept: 'text/event-stream' }, signal }
    // The server may not have noticed yet that the last client disconnected.
    const stream = await until(async () => {
      const answer = await server.ask('/mcp', init)
      if (answer.headers.get('content-type')?.includes('text/event-stream')) return answer
      await answer.body?.cancel()
      return undefined
    }, 'a stream')
    let received = ''
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    while (reader && !read(received)) received += (await reader.read()).value ?? ''
    leave.abort()
    return received
  }
  await listen(() => true)
  const uri = `vedette://incident/${incident}`
  expect(await (await ask(session, { method: 'resources/subscribe', params: { uri } })).text()).toContain('"result"')
  await change()
  const received = await listen((text) => text.includes(uri))
  await change()
  const [, last = ''] = /^id: (.+)$/m.exec(received) ?? []
  expect(await listen((text) => text.includes(uri), { 'last-event-id': last })).not.toContain(`id: ${last}\n`)
  for (const uri of ['vedette://model', 'vedette://incident/INC-999', 'file:///etc/passwd']) {
    expect(await (await ask(session, { method: 'resources/subscribe', params: { uri } })).text(), uri).toContain(
      '"error"',
    )
  }
  const made = await server.ask('/api/v1/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'another', role: 'admin' }),
  })
  const { secret } = z.object({ secret: z.string() }).parse(await made.json())
  expect((await ask({ ...session, authorization: `Bearer ${secret}` }, { method: 'ping' })).status).toBe(404)
  expect((await server.ask('/mcp', { method: 'DELETE', headers: session })).status).toBe(200)
  expect((await ask(session, { method: 'ping' })).status).toBe(404)
  // A client without a session gets an answer too.
  expect(await (await ask({}, { method: 'tools/list' })).text()).toContain('whats_happening')
})

it(keeps('mcp.bridge-restart'), async () => {
  const { client, received } = await connect('bridge', 'legacy')
  const uri = `vedette://incident/${incident}`
  await client.subscribeResource({ uri })
  await server.stop()
  await expect(client.listTools()).rejects.toThrow('Cannot reach a server')
  server = await start(Number(new URL(server.url).port))
  expect((await client.listTools()).tools.length).toBeGreaterThan(10)
  received.length = 0
  await change()
  await hears(received, uri)
})
