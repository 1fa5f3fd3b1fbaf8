import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { createPostgresCluster, type PostgresCluster, postgresPrograms } from './postgres-cluster.ts'

const message = z.object({ type: z.string(), data: z.object({ display_id: z.string() }) })
const incidents = 40
const kills = 3
const count = 3

describe('three servers, kills, and a receiver that fails half of the time', needs(postgresPrograms()), () => {
  const data = scratch()
  const accepted: { readonly key: string; readonly about: string }[] = []
  let asked = 0
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      asked += 1
      if (asked % 2 === 1) return response.writeHead(503, { 'retry-after': '0' }).end()
      const { type, data } = message.parse(JSON.parse(body))
      accepted.push({ key: String(request.headers['idempotency-key']), about: `${data.display_id} ${type}` })
      return response.writeHead(204).end()
    })
  })
  const servers: Server[] = []
  let cluster: PostgresCluster
  let config: string
  const start = async (number: number): Promise<Server> =>
    startServer({
      dataDir: join(data.path, String(number)),
      port: await freePort(),
      env: { VEDETTE_CONFIG: config, VEDETTE_STORAGE_URL: cluster.url() },
    })

  beforeAll(async () => {
    cluster = await createPostgresCluster()
    const port = await freePort()
    await new Promise<void>((done) => receiver.listen(port, '127.0.0.1', done))
    config = join(data.path, 'vedette.yaml')
    writeFileSync(
      config,
      `notify:\n  - { name: oncall, type: webhook, url: 'http://127.0.0.1:${port}/', limit: { messages: 1000, per: 1h } }\n`,
    )
    for (let number = 0; number < count; number += 1) servers.push(await start(number))
  })
  afterAll(async () => {
    for (const server of servers) await server.stop('SIGKILL')
    receiver.close()
    await cluster?.remove()
    data.remove()
  })

  const headers = { 'content-type': 'application/json' }
  const send = async (number: number, extra: object = {}) => {
    const answer = await servers[number % count]?.ask('/api/v1/alerts', {
      method: 'POST',
      headers,
      body: JSON.stringify({
        alert_id: `A-${number}`,
        timestamp: new Date().toISOString(),
        alert_type: 'other',
        severity: 'high',
        description: `Something happened on host-${number}`,
        hostname: `host-${number}`,
        ...extra,
      }),
    })
    expect(answer?.status).toBe(200)
  }
  const keysOf = (reason: string) =>
    new Set(accepted.filter(({ about }) => about.endsWith(reason)).map(({ key }) => key))

  it('send each message once, apart from those that a kill interrupted', async () => {
    for (let number = 0; number < incidents; number += 1) {
      await send(number)
      if (number % Math.ceil(incidents / kills) !== kills) continue
      const victim = number % count
      await servers[victim]?.stop('SIGKILL')
      servers[victim] = await start(victim)
    }
    await until(() => keysOf('opened').size >= incidents, 'all beginnings')
    const close = { filter: 'open:true', action: 'close', resolution: 'true_positive' }
    await servers[0]?.ask('/api/v1/alerts/bulk', { method: 'POST', headers, body: JSON.stringify(close) })
    await until(() => keysOf('resolved').size >= incidents, 'all ends')

    // One message for each state change of each incident.
    expect(new Set(accepted.map(({ about }) => about)).size).toBe(2 * incidents)
    expect(new Set(accepted.map(({ key }) => key)).size).toBe(2 * incidents)
    // A kill between the answer of the receiver and its record repeats at most that message, with the same key.
    const repeated = accepted.length - 2 * incidents
    process.stdout.write(
      `${accepted.length} messages accepted of ${asked} sent; ${repeated} repeated after ${kills} kills\n`,
    )
    expect(repeated).toBeLessThanOrEqual(kills)
  })
})
