import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { createPostgresCluster, type PostgresCluster, postgresPrograms } from './postgres-cluster.ts'

const message = z.object({ data: z.object({ title: z.string() }) })
const alerts = z.object({ data: z.array(z.object({ title: z.string() })) })

describe('two servers on one database', needs(postgresPrograms()), () => {
  const data = scratch()
  const received: { readonly key: string; readonly title: string }[] = []
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ key: String(request.headers['idempotency-key']), ...message.parse(JSON.parse(body)).data })
      response.writeHead(204).end()
    })
  })
  const servers: Server[] = []
  let cluster: PostgresCluster

  beforeAll(async () => {
    cluster = await createPostgresCluster()
    const port = await freePort()
    await new Promise<void>((done) => receiver.listen(port, '127.0.0.1', done))
    const config = join(data.path, 'vedette.yaml')
    writeFileSync(config, `notify:\n  - { name: oncall, type: webhook, url: 'http://127.0.0.1:${port}/' }\n`)
    for (const partition of [0, 1]) {
      servers.push(
        await startServer({
          dataDir: join(data.path, String(partition)),
          port: await freePort(),
          env: {
            VEDETTE_CONFIG: config,
            VEDETTE_STORAGE_URL: cluster.url(),
          },
        }),
      )
    }
  })
  afterAll(async () => {
    for (const server of servers) await server.stop('SIGKILL')
    receiver.close()
    await cluster?.remove()
    data.remove()
  })

  const began = Date.now() - 60_000
  const line = (second: number, text: string) =>
    `${new Date(began + second * 1_000).toISOString()} web-01 sshd[${100 + second}]: ${text} for dana from 203.0.113.9 port ${4_000 + second} ssh2`
  const send = async (server: Server | undefined, lines: readonly string[]) => {
    const answer = await server?.ask('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: lines.join('\n'),
    })
    expect(answer?.status).toBe(200)
  }
  const titles = async (server: Server | undefined) => {
    const answer = await server?.ask('/api/v1/alerts?limit=50')
    return alerts.parse(await answer?.json()).data.map(({ title }) => title)
  }

  it('sends each message once', async () => {
    const [one, two] = servers
    // Both accept parts of the attack; only one of them works on records.
    await send(
      one,
      Array.from({ length: 13 }, (_, i) => line(i, 'Failed password')),
    )
    await send(
      two,
      Array.from({ length: 12 }, (_, i) => line(13 + i, 'Failed password')),
    )
    await until(async () => received.length > 0, 'the message')
    await one?.settled()
    expect((await titles(two)).join()).toContain('failed')
    const keys = received.map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('continues with what the killed server had learnt', async () => {
    const [one, two] = servers
    await one?.stop('SIGKILL')
    await send(two, [line(40, 'Accepted password')])
    await until(
      async () => (await titles(two)).some((title) => /^dana logged in .* after 25 failed/.test(title)),
      'the login after 25 failures',
    )
  })
})
