import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../until.ts'
import { freePort, type Server, scratch, startServer } from './program.ts'

const folder = scratch()
let server: Server
/** The CPU time that one analysis of 40,000 lines takes, in seconds. */
let cost = Number.POSITIVE_INFINITY
const tokens = new Map<string, string>()
const problem = z.object({ code: z.string(), detail: z.string(), hint: z.string() })

const makeToken = async (name: string) => {
  const response = await server.ask('/api/v1/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, role: 'viewer' }),
  })
  const { secret } = z.object({ secret: z.string() }).parse(await response.json())
  tokens.set(name, secret)
}

beforeAll(async () => {
  server = await startServer({
    dataDir: folder.path,
    port: await freePort(),
    env: { VEDETTE_ANALYSIS_WAITING: '4', VEDETTE_ANALYSIS_MEMORY: '384MB' },
  })
  for (const name of ['ana', 'bob', 'cleo']) await makeToken(name)
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

const users = ['root', 'ana', 'bob', 'admin', 'deploy']
const line = (i: number): string => {
  const time = new Date(Date.UTC(2026, 0, 10, 9) + i * 200).toISOString().slice(0, 19)
  const address = `203.0.${i % 113}.${(i * 7) % 251}`
  return i % 10 < 6
    ? `${time}Z web-0${i % 3} nginx: ${address} - - "GET /item/${i % 997}?q=${i % 31} HTTP/1.1" 200 ${(i * 37) % 9_000} "-" "curl/8"`
    : `${time}Z web-0${i % 3} sshd[${i % 500}]: Failed password for ${users[i % 5]} from ${address} port ${1_024 + (i % 60_000)} ssh2`
}
const lines = (count: number): string => Array.from({ length: count }, (_, i) => line(i)).join('\n')

const analyse = (body: string, name = 'ana', init: RequestInit = {}) =>
  fetch(`${server.url}/api/v1/analyze`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.get(name)}`, 'content-type': 'text/plain' },
    body,
    ...init,
  })

/** The longest block of the main thread since the last call, in ms. */
const longestStall = async (): Promise<number> => {
  const metrics = await (await server.ask('/metrics')).text()
  return Number(/^vedette_nodejs_eventloop_lag_max_seconds ([\d.e-]+)$/m.exec(metrics)?.[1]) * 1_000
}

/** Polls /health/live from a separate process until its input ends, and prints the latency of each response. */
const prober = `
const all = []
let ended = false
process.stdin.resume().on('end', () => { ended = true })
while (!ended) {
  const started = performance.now()
  await (await fetch(process.argv[1] + '/health/live')).text()
  all.push(performance.now() - started)
  await new Promise((done) => setTimeout(done, 20))
}
console.log(JSON.stringify(all))
`

it('answers health checks while clients analyse 40,000 lines each', async () => {
  const body = lines(40_000)
  await (await analyse('a line to start the worker thread')).text()
  await longestStall()
  const probe = spawn(process.execPath, ['--input-type=module', '-e', prober, server.url])
  const [started, used] = [performance.now(), server.busy()]
  const answers = await Promise.all(
    ['ana', 'ana', 'ana', 'bob'].map(async (name) => {
      const response = await analyse(body, name)
      return [response.status, z.object({ records: z.number() }).parse(await response.json()).records]
    }),
  )
  const each = (performance.now() - started) / answers.length
  cost = (server.busy() - used) / answers.length
  const stall = await longestStall()
  probe.stdin.end()
  const waits = z.array(z.number()).parse(JSON.parse(await text(probe.stdout)))
  const longest = Math.max(...waits)
  expect(answers).toEqual(answers.map(() => [200, 40_000]))
  // On the main thread, one batch of 4,096 lines would take a tenth of an analysis and delay health checks.
  expect(stall).toBeLessThan(each / 4)
  expect(longest).toBeLessThan(each / 2)
})

describe('limits', () => {
  it('rejects a too large body by Content-Length before it is sent', async () => {
    const { port } = new URL(server.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      `POST /api/v1/analyze HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${tokens.get('ana')}\r\n` +
        `content-type: text/plain\r\ncontent-length: ${80 * 1_048_576}\r\n\r\n`,
    )
    const [head] = await once(socket, 'data')
    socket.destroy()
    expect(String(head)).toMatch(/^HTTP\/1\.1 413 /)
    expect(String(head)).toContain('analysis.max_bytes')
  })

  it('rejects a chunked body as soon as it is too large', async () => {
    const block = Buffer.alloc(1_048_576, 'a line of the log\n')
    let sent = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        if (sent <= 400) controller.enqueue(block)
        else controller.close()
      },
    })
    const response = await analyse('', 'ana', { body: stream, ...{ duplex: 'half' } }).catch(() => undefined)
    // The server may close the connection before the client has read why.
    if (response) expect(response.status).toBe(413)
    expect(sent).toBeLessThan(400)
  })

  it('limits a client with too many requests, and keeps a place for others', async () => {
    const body = lines(60_000)
    const stop = new AbortController()
    const underway = Array.from({ length: 4 }, () => analyse(body, 'ana', { signal: stop.signal }))
    const refused = await until(async () => {
      const response = await analyse(body, 'ana', { signal: stop.signal })
      return response.status === 429 && response
    }, 'a request being refused')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(problem.parse(await refused.json())).toMatchObject({
      code: 'rate_limited',
      detail: expect.stringContaining('4 analyses'),
    })
    const other = analyse(lines(100), 'bob', { signal: stop.signal })
    const full = await until(async () => {
      const response = await analyse(lines(100), 'cleo', { signal: stop.signal })
      return response.status === 503 && response
    }, 'the queue being full')
    expect(problem.parse(await full.json())).toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('analysis.waiting'),
    })
    expect((await other).status).toBe(200)
    stop.abort()
    await Promise.allSettled(underway)
  })

  it('stops work after the client disconnects', async () => {
    const stop = new AbortController()
    const given = analyse(lines(200_000), 'ana', { signal: stop.signal })
    const before = server.busy()
    await until(() => server.busy() > before + 0.5, 'the analysis being under way')
    stop.abort()
    await expect(given).rejects.toThrow()
    const response = await until(async () => {
      const answer = await analyse(lines(100))
      return answer.status === 200 && answer
    }, 'a place being free')
    expect(await response.json()).toMatchObject({ records: 100 })
    // Five times as many lines as the analyses that `cost` was measured on.
    expect(server.busy() - before).toBeLessThan(cost * 5 * 0.8)
  })
})
