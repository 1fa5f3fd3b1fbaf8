import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'
import { freePort, type Server, scratch, startServer } from './program.ts'

const message = z.object({ data: z.object({ reason: z.string(), title: z.string() }) })

let data: ReturnType<typeof scratch>
let program: Server
let got: z.infer<typeof message>['data'][]
let close: () => void
beforeEach(async () => {
  data = scratch()
  const [port, webhook] = [await freePort(), await freePort()]
  got = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      got.push(message.parse(JSON.parse(body)).data)
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((done) => server.listen(webhook, '127.0.0.1', done))
  close = () => server.close()
  const config = join(data.path, 'vedette.yaml')
  writeFileSync(config, `notify:\n  - { name: oncall, type: webhook, url: 'http://127.0.0.1:${webhook}/' }\n`)
  program = await startServer({ dataDir: join(data.path, 'data'), port, env: { VEDETTE_CONFIG: config } })
})
afterEach(async () => {
  await program.stop()
  close()
  data.remove()
})

const ask = async <Answer>(shape: z.ZodType<Answer>, path: string, method = 'GET', body?: object): Promise<Answer> => {
  const answer = await program.ask(`/api/v1${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return shape.parse(text === '' ? undefined : JSON.parse(text))
}

const rows = z.object({ data: z.array(z.object({ id: z.string(), status: z.string() })) })
const statuses = async (path: string) => (await ask(rows, path)).data.map(({ status }) => status)

/** Sends lines and waits until their processing is complete, messages included. */
const send = async (lines: readonly string[]): Promise<readonly string[]> => {
  const before = got.length
  const answer = await program.ask('/api/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: lines.join('\n'),
  })
  expect(answer.status).toBe(200)
  await delivered()
  return got.slice(before).map(({ reason }) => reason)
}

const delivered = async (): Promise<void> => {
  await program.settled()
  await until(async () => !(await statuses('/notifications')).includes('pending'), 'the end of all deliveries')
}

let sent = 0
const from = '203.0.113.9'
const failures = (count: number, address = from, user = 'root', host = 'web-01') =>
  Array.from({ length: count }, () => line(`Failed password for ${user} from ${address} port 4711 ssh2`, host))
const line = (text: string, host = 'web-01') => {
  sent += 1
  return `${new Date(Date.now() - 600_000 + sent * 200).toISOString()} ${host} sshd[${4000 + sent}]: ${text}`
}

const incident = z.object({ status: z.string(), alert_count: z.number(), event_count: z.number() })
const onlyIncident = async () => {
  const [first, ...others] = (await ask(z.object({ data: z.array(incident) }), '/incidents')).data
  expect(others).toEqual([])
  return first
}

describe(`a dismissed incident (${keeps('vedette.quiet-after-normal')})`, () => {
  it.each(['incident', 'alerts'] as const)(
    'stays quiet while the same activity continues, closed by its %s',
    async (by) => {
      expect(await send(failures(60))).toContain('opened')
      const change = { action: 'close', resolution: 'false_positive' }
      if (by === 'incident') {
        const [{ id } = { id: '' }] = (await ask(rows, '/incidents')).data
        await ask(z.unknown(), `/incidents/${id}`, 'PATCH', change)
      } else await ask(z.unknown(), '/alerts/bulk', 'POST', { filter: 'open:true', ...change })
      await delivered()
      const before = await onlyIncident()
      for (const count of [60, 200, 400]) expect(await send(failures(count))).toEqual([])
      expect(new Set(await statuses('/alerts'))).toEqual(new Set(['false_positive']))
      expect((await onlyIncident())?.status).toBe(before?.status)

      // Another stage of the attack sends a message.
      expect(await send([line(`Accepted password for root from ${from} port 4711 ssh2`)])).not.toEqual([])
      expect(await statuses('/alerts')).toContain('triaged')
      expect((await onlyIncident())?.status).toBe('open')
    },
  )

  it.each([
    ['a new attacker on another host', '198.51.100.7', 'db-02', ['opened']],
    ['a new attacker on the same host', '198.51.100.7', 'web-01', ['opened']],
    ['the same attacker on another host', from, 'db-02', ['reopened']],
  ] as const)('sends a message about %s', async (_who, address, host, reasons) => {
    expect(await send(failures(60))).toContain('opened')
    const [{ id } = { id: '' }] = (await ask(rows, '/incidents')).data
    await ask(z.unknown(), `/incidents/${id}`, 'PATCH', { action: 'close', resolution: 'false_positive' })
    await delivered()
    expect(await send(failures(60, address, 'root', host))).toEqual(expect.arrayContaining([...reasons]))
    expect(got.at(-1)?.title).toContain(address)
    const statusOf = async () => (await ask(rows, '/incidents')).data.find((one) => one.id === id)?.status
    expect(await statusOf()).toBe(reasons[0] === 'opened' ? 'closed' : 'open')
  })
})

describe('a suppression', () => {
  const suppression = z.object({ id: z.string(), hits: z.number() })

  it(`suppresses open alerts until it is removed (${keeps('vedette.quiet-after-normal')})`, async () => {
    expect(await send(failures(60))).toContain('opened')
    const told = got.length
    const { hits } = await ask(suppression, '/suppressions', 'POST', {
      scope: `ip:${from}`,
      reason: 'our own scanner',
    })
    expect(hits).toBeGreaterThan(0)
    expect(new Set(await statuses('/alerts'))).toEqual(new Set(['suppressed']))
    expect(await statuses('/incidents')).toEqual(['closed'])
    await delivered()
    for (const count of [60, 200, 400]) expect(await send(failures(count))).toEqual([])
    expect(got).toHaveLength(told)
    expect(await statuses('/incidents')).toEqual(['closed'])

    // Alerts outside its scope open a separate incident.
    expect(await send(failures(60, '198.51.100.7', 'dana', 'db-02'))).toContain('opened')
    expect(got.at(-1)?.title).toContain('198.51.100.7')
    expect(got.at(-1)?.title).not.toContain(from)
    expect((await statuses('/incidents')).toSorted()).toEqual(['closed', 'open'])
  })

  it('that is removed allows messages about the same activity again', async () => {
    expect(await send(failures(60))).toContain('opened')
    const { id } = await ask(suppression, '/suppressions', 'POST', { scope: `ip:${from}`, reason: 'a drill' })
    expect(await send(failures(60))).toEqual([])
    await ask(z.unknown(), `/suppressions/${id}`, 'DELETE')
    expect(await send(failures(400))).toContain('reopened')
    expect(await statuses('/incidents')).toEqual(['open'])
  })

  it('cancels unsent messages', async () => {
    close()
    await program.ask('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: failures(60).join('\n'),
    })
    await until(async () => (await statuses('/notifications')).includes('failed'), 'a delivery that failed')
    await ask(suppression, '/suppressions', 'POST', { scope: `ip:${from}`, reason: 'our own scanner' })
    expect(new Set(await statuses('/notifications'))).toEqual(new Set(['cancelled']))
  })
})
