import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'
import { freePort, scratch, startServer } from './program.ts'

let data: ReturnType<typeof scratch>
beforeEach(() => {
  data = scratch()
})
afterEach(() => data.remove())

const secret = 'a secret of the receiver'
const message = z.object({ data: z.object({ reason: z.string(), title: z.string() }) })

/** A receiver on loopback that rejects the first attempt and checks its messages. */
const receiver = async (port: number) => {
  const got: { key: string; signed: boolean; body: z.infer<typeof message>['data'] }[] = []
  let refused = 0
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      if (refused === 0) {
        refused += 1
        response.writeHead(503, { 'retry-after': '1' }).end()
        return
      }
      const [, time, signature] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(request.headers['x-vedette-signature'])) ?? []
      const expected = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
      const key = String(request.headers['idempotency-key'])
      got.push({ key, signed: signature === expected, body: message.parse(JSON.parse(body)).data })
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return { got, refused: () => refused, close: () => server.close() }
}

const attack = (from: number, count: number, address = '203.0.113.9') =>
  Array.from({ length: count }, (_, i) => {
    const time = new Date(Date.now() - (count - i) * 500).toISOString()
    return `${time} web-01 sshd[${4000 + from + i}]: Failed password for root from ${address} port ${40_000 + from + i} ssh2`
  }).join('\n')

it(`notifies a receiver once of an attack, even if the server is killed (${keeps('vedette.notified-once')})`, async () => {
  const [port, webhook] = [await freePort(), await freePort()]
  const config = join(data.path, 'vedette.yaml')
  const url = `http://127.0.0.1:${webhook}/hook`
  writeFileSync(config, `notify:\n  - { name: oncall, type: webhook, url: '${url}', secret: '${secret}' }\n`)
  const { got, refused, close } = await receiver(webhook)
  const start = () => startServer({ dataDir: join(data.path, 'data'), port, env: { VEDETTE_CONFIG: config } })
  const send = async (server: Awaited<ReturnType<typeof start>>, from: number, count: number) => {
    const body = attack(from, count)
    const answer = await server.ask('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body,
    })
    expect(answer.status).toBe(200)
  }

  const first = await start()
  await send(first, 0, 60)
  await until(() => got.length > 0, 'the first word')
  expect(refused()).toBe(1)
  expect(got[0]?.signed).toBe(true)
  expect(got[0]?.body.title).toContain('203.0.113.9')
  await first.stop('SIGKILL')

  const second = await start()
  await send(second, 60, 60)
  await second.settled()
  const waiting = z.object({ data: z.array(z.object({ status: z.string() })) })
  await until(async () => {
    const { data: planned } = waiting.parse(await (await second.ask('/api/v1/notifications')).json())
    return planned.every(({ status }) => status === 'sent')
  }, 'the end of all notifications')
  // A message in flight at the kill may arrive twice, with the same key.
  const told = new Map(got.map(({ key, body }) => [key, body.reason]))
  expect([...told.values()].filter((reason) => reason === 'opened')).toHaveLength(1)

  const list = z.object({ data: z.array(z.object({ id: z.string(), display_id: z.string() })) })
  const { data: incidents } = list.parse(await (await second.ask('/api/v1/incidents')).json())
  expect(incidents).toHaveLength(1)
  const closed = await second.ask(`/api/v1/incidents/${incidents[0]?.display_id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'close', resolution: 'true_positive', note: 'blocked the address' }),
  })
  expect(closed.status).toBe(200)
  await until(() => got.some(({ body }) => body.reason === 'resolved'))
  expect(await second.stop()).toBe(0)
  close()
})

it('plans one message about the addresses that join an attack', async () => {
  const port = await freePort()
  const config = join(data.path, 'vedette.yaml')
  writeFileSync(config, "notify:\n  - { name: oncall, type: webhook, url: 'http://127.0.0.1:9/hook' }\n")
  const server = await startServer({ dataDir: join(data.path, 'data'), port, env: { VEDETTE_CONFIG: config } })
  const send = async (addresses: readonly string[]) => {
    const body = addresses.map((address) => attack(0, 200, address)).join('\n')
    await server.ask('/api/v1/events', { method: 'POST', headers: { 'content-type': 'text/plain' }, body })
    await server.settled()
  }
  const list = z.object({ data: z.array(z.object({ reason: z.string(), next_attempt_at: z.string().nullable() })) })
  const planned = async () => {
    const { data: all } = list.parse(await (await server.ask('/api/v1/notifications')).json())
    return all.filter(({ reason }) => reason === 'attacker_joined')
  }
  await send(['203.0.113.9'])
  expect(await planned()).toEqual([])
  await send(['198.51.100.7'])
  expect(await planned()).toHaveLength(1)
  await send(['198.51.100.7'])
  expect(await planned()).toHaveLength(1)
  await send(Array.from({ length: 20 }, (_, i) => `198.51.100.${i + 20}`))
  expect(new Set((await planned()).map(({ next_attempt_at }) => next_attempt_at)).size).toBe(1)
  expect(await server.stop()).toBe(0)
})
