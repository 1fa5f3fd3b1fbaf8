import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, type Server, scratch, sleep, startServer } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { createPostgresCluster, type PostgresCluster, postgresPrograms } from './postgres-cluster.ts'
import { sendSteadily, stored } from './steady-sender.ts'

const alerts = z.object({ data: z.array(z.object({ title: z.string() })) })
const leases = z.array(z.object({ owner: z.string(), epoch: z.coerce.number() }))
const counts = z.array(z.object({ due: z.coerce.number() }))
const pauseMs = 60_000

describe('a server that is paused', needs(postgresPrograms()), () => {
  const data = scratch()
  const keys: string[] = []
  const receiver = createServer((request, response) => {
    keys.push(String(request.headers['idempotency-key']))
    request.resume().on('end', () => response.writeHead(204).end())
  })
  const servers: Server[] = []
  let cluster: PostgresCluster

  beforeAll(async () => {
    cluster = await createPostgresCluster()
    const port = await freePort()
    await new Promise<void>((done) => receiver.listen(port, '127.0.0.1', done))
    const config = join(data.path, 'vedette.yaml')
    writeFileSync(config, `notify:\n  - { name: oncall, type: webhook, url: 'http://127.0.0.1:${port}/' }\n`)
    for (const name of ['one', 'two']) {
      servers.push(
        await startServer({
          dataDir: join(data.path, name),
          port: await freePort(),
          env: { VEDETTE_CONFIG: config, VEDETTE_STORAGE_URL: cluster.url() },
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
  const send = async (server: Server, lines: readonly string[]) => {
    const body = lines.join('\n')
    const answer = await server.ask('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body,
    })
    expect(answer.status).toBe(200)
  }
  const successes = async (server: Server) => {
    const { data: found } = alerts.parse(await (await server.ask('/api/v1/alerts?limit=200')).json())
    return found.filter(({ title }) => /^dana logged in .* after 25 failed/.test(title)).length
  }
  const ownerOf = async () => {
    const [lease] = leases.parse(
      await cluster.ask("select owner, epoch from leases where name = 'records/0'", 'vedette'),
    )
    const pid = Number(/\/(\d+)\//.exec(lease?.owner ?? '')?.[1])
    return { server: servers.find(({ child }) => child.pid === pid), pid, epoch: lease?.epoch ?? 0 }
  }

  // A server that is stopped between sending a message and recording it sends it again, with the same key.
  const delivered = () =>
    until(async () => {
      const [found] = counts.parse(
        await cluster.ask("select count(*) as due from notifications where status = 'pending'", 'vedette'),
      )
      return found?.due === 0
    }, 'every message being sent and recorded')

  it('changes nothing when it wakes up, and takes part again', async () => {
    const before = await until(async () => {
      const owner = await ownerOf()
      return owner.server ? owner : undefined
    }, 'an owner of the records')
    const paused = before.server
    const other = servers.find((server) => server !== paused)
    if (!paused || !other) throw new Error('There are two servers.')
    await send(
      paused,
      Array.from({ length: 25 }, (_, i) => line(i, 'Failed password')),
    )
    await paused.settled()
    await delivered()
    const sending = [sendSteadily(paused, 'early'), sendSteadily(other, 'steady')]
    await until(() => sending.every(({ accepted }) => accepted.length > 30))

    const pausedAt = Date.now()
    process.kill(before.pid, 'SIGSTOP')
    try {
      await until(async () => (await ownerOf()).epoch > before.epoch, 'another owner')
      await send(other, [line(40, 'Accepted password')])
      await until(async () => (await successes(other)) > 0, 'the login after 25 failures')
      await sleep(pausedAt + pauseMs - Date.now())
    } finally {
      process.kill(before.pid, 'SIGCONT')
    }
    const woken = sending[0]?.accepted.length ?? 0
    await until(() => (sending[0]?.accepted.length ?? 0) > woken + 30, 'the paused server accepting again')
    await Promise.all(sending.map((one) => one.stop()))
    await paused.settled()
    for (const [index, name] of ['early', 'steady'].entries()) {
      expect([...(await stored(paused, name))].sort()).toEqual([...(sending[index]?.accepted ?? [])].sort())
    }
    expect(await successes(paused)).toBe(1)

    // It has to restore what it has missed before it works again.
    await delivered()
    await other.stop('SIGKILL')
    const later = sendSteadily(paused, 'later')
    await until(() => later.accepted.length > 10)
    await later.stop()
    await paused.settled()
    expect([...(await stored(paused, 'later'))].sort()).toEqual([...later.accepted].sort())
    expect((await ownerOf()).server).toBe(paused)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys.length).toBeGreaterThan(0)
  })
})
