import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server as HttpServer, request } from 'node:http'
import { dirname, join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { InMemoryServerEventBus } from '@modelcontextprotocol/server'
import fastify from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { createLiveStreams } from '../../src/api/live-streams.ts'
import { serveMcp } from '../../src/api/mcp/http.ts'
import { needs, sharedData } from '../needs.ts'
import { createFixtureServer } from './mcp-fixtures.ts'
import { adminToken, freePort, root, scratch, startServer } from './program.ts'

const suite = sharedData('conformance/bin/mcp_conformance.sh')

/** A proxy for clients that cannot send a token. */
const withToken = (port: number, to: string): Promise<HttpServer> => {
  const { hostname, port: there } = new URL(to)
  const proxy = createServer((asked, answer) => {
    const { method, url: path, headers } = asked
    const onward = request(
      { hostname, port: there, method, path, headers: { ...headers, authorization: `Bearer ${adminToken}` } },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 500, answered.headers)
        answered.pipe(answer)
      },
    )
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  })
  return new Promise((done) => proxy.listen(port, '127.0.0.1', () => done(proxy)))
}

/** Runs both revisions of the suite; returns the output and the failed scenarios. */
const run = async (url: string, out: string) => {
  const { code, printed } = await new Promise<{ readonly code: number; readonly printed: string }>((done) => {
    execFile('bash', [suite.path, url, out], { timeout: 280_000 }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code ?? 1) : 0, printed: `${stdout}${stderr}` }),
    )
  })
  const failed = ['spec-2026-07-28', 'spec-2025-11-25'].flatMap((name) =>
    readFileSync(join(out, `${name}.summary`), 'utf8')
      .split('\n')
      .flatMap((line) => /^✗ ([\w-]+):/.exec(line)?.[1] ?? [])
      .map((scenario) => `${name} ${scenario}`),
  )
  return { code, printed, failed }
}

/** An extension is not part of a revision: the suite runs it but does not score it. */
const extension = /^spec-2026-07-28 tasks-/

/** Serves the fixtures with the transport of the program's own tools. */
const serveFixtures = async () => {
  const app = fastify({ exposeHeadRoutes: false })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.decorateRequest('credential', undefined)
  app.addHook('onRequest', async (asked) => {
    asked.credential = {
      actor: { name: 'suite', role: 'admin' },
      via: 'token',
      tokenId: null,
      accountId: null,
      expiresAt: null,
    }
  })
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  serveMcp(app, {
    log,
    loadMake: async () => createFixtureServer,
    bus: new InMemoryServerEventBus(),
    streams: createLiveStreams(),
    newSessionId: randomUUID,
    stillWelcome: async () => true,
    origins: [],
    hosts: ['127.0.0.1', 'localhost'],
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, address }
}

describe('the official MCP conformance suite', needs(suite), () => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  it('passes for the program in scenarios without fixtures', async () => {
    const folder = scratch()
    ends.push(folder.remove)
    const server = await startServer({ dataDir: join(folder.path, 'data'), port: await freePort() })
    ends.push(() => server.stop())
    const port = await freePort()
    const proxy = await withToken(port, server.url)
    ends.push(() => proxy.close())
    const { code, printed } = await run(`http://127.0.0.1:${port}/mcp`, join(folder.path, 'out'))
    expect(printed).toContain('product-agnostic: PASS')
    expect(code).toBe(0)
  })

  it('passes for fixtures on the same transport, at either revision', async () => {
    const folder = scratch()
    ends.push(folder.remove)
    const { app, address } = await serveFixtures()
    ends.push(() => app.close())
    const { printed, failed } = await run(`${address}/mcp`, join(folder.path, 'out'))
    expect(
      failed.filter((one) => !extension.test(one)),
      printed,
    ).toEqual([])
    expect(printed).toContain('product-agnostic: PASS')
  })
})

it('sends requests to the client through the stdio bridge', async () => {
  const { app, address } = await serveFixtures()
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: 'legacy' }, capabilities: { sampling: {}, elicitation: {} } },
  )
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    model: 'none',
    content: { type: 'text', text: 'a sampled word' },
  }))
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { username: 'ana', email: 'a@b.c' },
  }))
  try {
    const command = join(root, 'bin/vedette.cjs')
    const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
    await client.connect(new StdioClientTransport({ command, args: ['mcp', '--url', address], stderr: 'ignore', env }))
    const call = async (name: string, args: Record<string, unknown> = {}) =>
      JSON.stringify((await client.callTool({ name, arguments: args })).content)
    expect(await call('test_sampling', { prompt: 'Say a word.' })).toContain('a sampled word')
    expect(await call('test_elicitation')).toContain('ana')
  } finally {
    await client.close()
    await app.close()
  }
})
