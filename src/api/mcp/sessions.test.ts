import { McpServer } from '@modelcontextprotocol/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Credential } from '../../operations/accounts/credential.ts'
import { createSessions } from './sessions.ts'

const caller = (name: string, changes: Partial<Credential> = {}): Credential => ({
  actor: { name, role: 'viewer' },
  via: 'token',
  tokenId: name,
  accountId: null,
  expiresAt: null,
  ...changes,
})
const ana = caller('ana')
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
}
const ping = { jsonrpc: '2.0', id: 2, method: 'ping' }

describe('sessions', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  let made = 0
  const closed: number[] = []
  const servers: McpServer[] = []
  const open = (options: { most?: number; mostEach?: number } = {}) => {
    made = 0
    closed.length = 0
    let ids = 0
    return createSessions({
      make: () => {
        made += 1
        const number = made
        const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { tools: {}, resources: {} } })
        servers.push(server)
        server.server.onclose = () => void closed.push(number)
        return server
      },
      newId() {
        ids += 1
        return `session-${ids}`
      },
      mostBytes: 100_000,
      idleMs: 60_000,
      ...options,
    })
  }
  const ask = async (
    sessions: ReturnType<typeof createSessions>,
    body: unknown,
    { credential = ana, id, method = 'POST', ended = Promise.resolve(), headers = {} }: Asking = {},
  ) => {
    const request = new Request('http://localhost/mcp', {
      method,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(id !== undefined && { 'mcp-session-id': id }),
        ...headers,
      },
    })
    const response = await sessions.answer({ request, body, credential, ended })
    return { status: response?.status, id: response?.headers.get('mcp-session-id') ?? '', response }
  }
  interface Asking {
    credential?: Credential
    id?: string
    method?: string
    ended?: Promise<void>
    headers?: Record<string, string>
  }

  it('begin, answer, and end on request', async () => {
    const sessions = open()
    const { id, status } = await ask(sessions, initialize)
    expect([status, id]).toEqual([200, 'session-1'])
    expect(await (await ask(sessions, ping, { id })).response?.text()).toContain('"id":2')
    expect((await ask(sessions, undefined, { id, method: 'DELETE' })).status).toBe(200)
    expect((await ask(sessions, ping, { id })).status).toBe(404)
    expect(closed).toEqual([1])
  })

  it('are hidden from clients with another credential, or another role by now', async () => {
    const sessions = open()
    const { id } = await ask(sessions, initialize)
    const others = [
      caller('bob'),
      caller('ana', { actor: { name: 'ana', role: 'admin' } }),
      caller('ana', { tokenId: 'new' }),
    ]
    for (const credential of others) {
      expect((await ask(sessions, ping, { id, credential })).status).toBe(404)
      expect((await ask(sessions, undefined, { id, credential, method: 'DELETE' })).status).toBe(404)
    }
    expect((await ask(sessions, ping, { id })).status).toBe(200)
  })

  it('leave requests alone that neither begin nor continue one', async () => {
    expect((await ask(open(), ping)).status).toBeUndefined()
  })

  it('keep nothing of what could not begin', async () => {
    const sessions = open()
    const request = new Request('http://localhost/mcp', { method: 'POST', headers: { 'content-type': 'text/plain' } })
    const refused = await sessions.answer({ request, body: initialize, credential: ana, ended: Promise.resolve() })
    expect(refused?.status).toBe(406)
    expect([made, closed]).toEqual([1, [1]])
  })

  describe('replay the messages that nobody listened to', () => {
    const begin = async () => {
      const sessions = open()
      const { id } = await ask(sessions, initialize)
      const say = (uri: string) => servers.at(-1)?.server.sendResourceUpdated({ uri })
      const listen = async (headers: Record<string, string> = {}) => {
        const left = Promise.withResolvers<void>()
        const { status, response } = await ask(sessions, undefined, { id, method: 'GET', ended: left.promise, headers })
        const reader = response?.body?.getReader()
        const read = async () => new TextDecoder().decode((await reader?.read())?.value)
        const leave = async () => {
          await reader?.cancel()
          left.resolve()
          await left.promise
        }
        return { status, read, leave }
      }
      return { say, listen }
    }

    it('to the first listener', async () => {
      const { say, listen } = await begin()
      await say('vedette://incident/INC-1')
      const stream = await listen()
      expect(await stream.read()).toContain('INC-1')
      await say('vedette://incident/INC-2')
      expect(await stream.read()).toContain('INC-2')
      expect((await listen()).status).toBe(409)
    })

    it('to a returning listener, and only that', async () => {
      const { say, listen } = await begin()
      const first = await listen()
      await say('vedette://incident/INC-1')
      await first.read()
      await first.leave()
      await say('vedette://incident/INC-2')
      const second = await listen()
      const heard = await second.read()
      expect(heard).toContain('INC-2')
      expect(heard).not.toContain('INC-1')
    })

    it('to a client that sends its last event id, though its old stream seems open', async () => {
      const { say, listen } = await begin()
      const first = await listen()
      await say('vedette://incident/INC-1')
      await say('vedette://incident/INC-2')
      const [, id = ''] = /^id: (.+)$/m.exec(await first.read()) ?? []
      const second = await listen({ 'last-event-id': id })
      expect(second.status).toBe(200)
      expect(await second.read()).toContain('INC-2')
      expect((await listen({ 'last-event-id': 'nonsense' })).status).toBe(400)
    })
  })

  it('give an answer to a client that lost the connection while waiting for it', async () => {
    const sessions = open()
    const { id } = await ask(sessions, initialize)
    const slow = Promise.withResolvers<void>()
    servers.at(-1)?.registerTool('slow', {}, async () => {
      await slow.promise
      return { content: [{ type: 'text', text: 'at last' }] }
    })
    const call = { jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'slow' } }
    const headers = { 'mcp-protocol-version': '2025-11-25' }
    const asked = await ask(sessions, call, { id, headers })
    const reader = asked.response?.body?.getReader()
    const [, last = ''] = /^id: (.+)$/m.exec(new TextDecoder().decode((await reader?.read())?.value)) ?? []
    await reader?.cancel()
    slow.resolve()
    const resumed = await ask(sessions, undefined, {
      id,
      method: 'GET',
      headers: { ...headers, 'last-event-id': last },
    })
    expect(await resumed.response?.text()).toContain('at last')
  })

  it('end when idle, but not while a stream is open', async () => {
    const sessions = open()
    const [idle, watching] = [await ask(sessions, initialize), await ask(sessions, initialize)]
    const stream = Promise.withResolvers<void>()
    await ask(sessions, undefined, { id: watching.id, method: 'GET', ended: stream.promise })
    await vi.advanceTimersByTimeAsync(61_000)
    expect((await ask(sessions, ping, { id: idle.id })).status).toBe(404)
    expect((await ask(sessions, ping, { id: watching.id })).status).toBe(200)
    stream.resolve()
    await vi.advanceTimersByTimeAsync(61_000)
    expect(closed).toEqual([1, 2])
  })

  it('are bounded: who begins too many loses the one used least lately', async () => {
    const sessions = open({ mostEach: 2, most: 3 })
    const [first, second] = [await ask(sessions, initialize), await ask(sessions, initialize)]
    await ask(sessions, ping, { id: first.id })
    const third = await ask(sessions, initialize)
    expect(closed).toEqual([2])
    expect((await ask(sessions, ping, { id: second.id })).status).toBe(404)
    expect((await ask(sessions, ping, { id: third.id })).status).toBe(200)
    expect((await ask(sessions, initialize, { credential: caller('bob') })).status).toBe(200)
    // Nobody pushes out others.
    const refused = await ask(sessions, initialize, { credential: caller('eve') })
    expect([refused.status, refused.response?.headers.get('retry-after')]).toEqual([503, '30'])
  })

  it('end with the server', async () => {
    const sessions = open()
    await ask(sessions, initialize)
    await ask(sessions, initialize)
    await sessions.end()
    expect(closed).toEqual([1, 2])
  })
})
