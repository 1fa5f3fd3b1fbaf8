import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fastify } from 'fastify'
import { readLogEvent } from '../src/lib/log-events/log-event.ts'
import { LogModel } from '../src/lib/log-events/log-events.ts'
import { createRandom } from '../src/lib/random/random.ts'
import { saveModelFile } from '../src/operations/models/log-model-file.ts'
import { adminToken, freePort, scratch, startServer } from '../test/e2e/program.ts'
import { percentile } from './percentile.ts'

// The latency of the three scoring requests, sent sequentially by one client: the 95th
// percentile, compared with a bare Fastify route that only parses the same bodies, in alternating rounds of one run.
// The server is a separate process that does all its usual work: the pipeline processes the ingested records meanwhile. On a busy machine,
// compare its CPU time per call, not the wall time.
const rounds = Number(process.env.REQUESTS ?? 200)
const warmUp = 20
const random = createRandom(17)
const pick = <Item>(items: readonly Item[]): Item | undefined => items[random.below(items.length)]

const event = () => ({
  timestamp: new Date(Date.UTC(2026, 0, 8, 9) + random.below(8 * 3_600_000)).toISOString(),
  user: `user${random.below(40)}`,
  source_ip: `10.0.${random.below(4)}.${random.below(250)}`,
  event_type: pick(['login', 'file_access', 'api_call']),
  action: random.below(20) === 0 ? 'failed' : 'success',
  message: `Request ${random.below(1e6)} handled`,
})
const log = () => ({
  timestamp: new Date().toISOString(),
  service: pick(['auth', 'billing', 'search']),
  level: random.below(20) === 0 ? 'ERROR' : 'INFO',
  message: `request ${random.below(1e6)} took ${random.below(900)} ms for user${random.below(1e4)}`,
})
const record = () => ({
  id: random.below(1e9),
  amount: 50 + 10 * random.next(),
  quantity: 1 + random.below(5),
  country: pick(['DE', 'PT', 'FR', 'ES']),
  status: pick(['open', 'paid', 'sent']),
  email: `user${random.below(1e5)}@example.org`,
  ordered_at: new Date(Date.UTC(2026, 0, 1) + random.below(1e9)).toISOString(),
  note: `note ${random.below(1e6)}`,
})
const many = <Item>(count: number, make: () => Item) => Array.from({ length: count }, make)

const calls = [
  { name: 'analyze_1000_events', path: '/analyze', limit: 150, body: () => ({ logs: many(1_000, event) }) },
  { name: 'ingest_100_logs', path: '/ingest', limit: 40, body: () => ({ logs: many(100, log) }) },
  {
    name: 'guard_1000_records',
    path: '/api/v1/query-results',
    limit: 150,
    body: () => ({ query: 'query Orders { orders { id } }', datasets: { orders: many(1_000, record) } }),
  },
] as const

const ticksPerSecond = 100
/** The CPU time of a process in ms, from /proc. */
const cpuOf = (pid: number | undefined): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond
}

/** Posts bodies sequentially and returns the sorted latencies in ms. */
const time = async (url: string, bodies: readonly string[]): Promise<readonly number[]> => {
  const took: number[] = []
  for (const body of bodies) {
    const started = performance.now()
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
      body,
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`)
    took.push(performance.now() - started)
  }
  return took.slice(warmUp).sort((a, b) => a - b)
}

const folder = scratch()
const events = many(5_000, event).flatMap((one) => readLogEvent(one) ?? [])
await saveModelFile(LogModel.fit(events, { trainedAt: Date.now() }), join(folder.path, 'model'))
const server = await startServer({
  dataDir: join(folder.path, 'data'),
  port: await freePort(),
  env: { MODEL_DIR: join(folder.path, 'model'), LOG_LEVEL: 'error' },
})
const bare = fastify({ bodyLimit: 2 ** 24 })
bare.post('/', async ({ body }) => ({ taken: typeof body }))
const bareUrl = await bare.listen({ host: '127.0.0.1', port: 0 })
try {
  for (const { name, path, limit, body } of calls) {
    const bodies = many(rounds + warmUp, () => JSON.stringify(body()))
    const nothing = await time(bareUrl, bodies)
    const before = cpuOf(server.child.pid)
    const took = await time(server.url + path, bodies)
    const cpu = cpuOf(server.child.pid) - before
    const p95 = percentile(took, 0.95)
    console.log(
      JSON.stringify({
        bench: 'api',
        call: name,
        requests: rounds,
        kilobytes: Math.round((bodies[0]?.length ?? 0) / 1024),
        p50_ms: percentile(took, 0.5),
        p95_ms: p95,
        p99_ms: percentile(took, 0.99),
        cpu_ms: Math.round((cpu / bodies.length) * 10) / 10,
        limit_ms: limit,
        within: p95 <= limit,
        bare_p95_ms: percentile(nothing, 0.95),
        times_bare: Math.round((percentile(took, 0.5) / Math.max(0.1, percentile(nothing, 0.5))) * 10) / 10,
      }),
    )
  }
} finally {
  await bare.close()
  await server.stop()
  folder.remove()
}
