import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastify } from 'fastify'
import { startApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { median } from './median.ts'
import { mixedLines } from './mixed-lines.ts'
import { toRequestBodies } from './request-bodies.ts'

// Lines per second accepted durably over HTTP, against a bare Fastify route that parses the same bodies and stores
// nothing, in alternating rounds of one run. The pipeline runs meanwhile, as in production.
const total = Number(process.env.LINES ?? 300_000)
const perBody = 1_000
const rounds = 3
const bodies = toRequestBodies(mixedLines(total), perBody)

/** Posts every body, four at a time, and returns lines per second. Retries after a full queue as requested. */
const post = async (url: string, headers: Record<string, string>): Promise<number> => {
  const rest = bodies.values()
  const started = performance.now()
  const sender = async () => {
    for (const body of rest) {
      for (;;) {
        const answer = await fetch(url, { method: 'POST', headers, body })
        await answer.body?.cancel()
        if (answer.ok) break
        if (answer.status !== 429 && answer.status !== 503) throw new Error(`${url} answered ${answer.status}`)
        await new Promise((done) => setTimeout(done, 1_000 * Number(answer.headers.get('retry-after') ?? 1)))
      }
    }
  }
  await Promise.all([sender(), sender(), sender(), sender()])
  return Math.round((total / (performance.now() - started)) * 1_000)
}

const bare = async (): Promise<number> => {
  const server = fastify({ bodyLimit: 2 ** 24 })
  server.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, async (_request: unknown, body: string) =>
    body.split('\n').map((line): unknown => JSON.parse(line)),
  )
  server.post('/', async ({ body }) => ({ accepted: Array.isArray(body) ? body.length : 0 }))
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const speed = await post(url, { 'content-type': 'application/x-ndjson' })
  await server.close()
  return speed
}

const ours = async (): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const token = 'vdt_bench_0123456789abcdef0123456789abcdef'
  const { config, origins } = loadConfig({
    flags: {},
    env: {
      VEDETTE_DATA_DIR: folder,
      VEDETTE_SAMPLES: 'off',
      VEDETTE_ADMIN_TOKEN: token,
      PORT: '0',
      LOG_LEVEL: 'error',
    },
    cwd: folder,
  })
  const app = await startApp({ config, origins, print: () => {}, signal: new AbortController().signal })
  if (!app) throw new Error('The start was interrupted.')
  const speed = await post(`${app.address}/api/v1/events`, {
    'content-type': 'application/x-ndjson',
    authorization: `Bearer ${token}`,
  })
  await app.stop()
  rmSync(folder, { recursive: true, force: true })
  return speed
}

const runs: { readonly bare: number; readonly ours: number }[] = []
for (let i = 0; i < rounds; i++) runs.push({ bare: await bare(), ours: await ours() })
console.log(
  JSON.stringify({
    bench: 'http',
    lines: total,
    bare_lines_per_second: median(runs.map((run) => run.bare)),
    accepted_lines_per_second: median(runs.map((run) => run.ours)),
    share_of_bare: Number(median(runs.map((run) => run.ours / run.bare)).toFixed(2)),
    runs,
  }),
)
