import { join } from 'node:path'
import { freePort, scratch, sleep, startServer } from '../test/e2e/program.ts'
import { mixedLines } from './mixed-lines.ts'
import { percentile } from './percentile.ts'
import { sendBodies, waitingRecords } from './record-backlog.ts'
import { toRequestBodies } from './request-bodies.ts'

// How long requests wait while the server works off a backlog: with the pipeline in a worker thread, and with the pipeline on the main
// thread, in one run. The server is a process of its own; one client asks one request after another.
const total = Number(process.env.LINES ?? 200_000)
const perBody = 5_000
const measuredMs = Number(process.env.SECONDS ?? 15) * 1_000
const paths = ['/health/live', '/api/v1/incidents'] as const

const bodies = toRequestBodies(mixedLines(total), perBody)

const measure = async (workers: 0 | 1) => {
  const folder = scratch()
  const server = await startServer({
    dataDir: join(folder.path, 'data'),
    port: await freePort(),
    env: { VEDETTE_WORKERS: String(workers), LOG_LEVEL: 'error' },
  })
  try {
    await sendBodies(server, bodies)
    const backlog = await waitingRecords(server)
    const took = new Map<string, number[]>(paths.map((path) => [path, []]))
    const until = performance.now() + measuredMs
    while (performance.now() < until) {
      for (const path of paths) {
        const began = performance.now()
        const answer = await server.ask(path)
        await answer.text()
        if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
        took.get(path)?.push(performance.now() - began)
      }
      await sleep(5)
    }
    const left = await waitingRecords(server)
    for (const [path, times] of took) {
      const sorted = times.sort((a, b) => a - b)
      console.log(
        JSON.stringify({
          bench: 'backlog',
          ...{ workers, path, backlog, left, requests: sorted.length },
          p50_ms: percentile(sorted, 0.5),
          p99_ms: percentile(sorted, 0.99),
          max_ms: percentile(sorted, 1),
        }),
      )
    }
  } finally {
    await server.stop('SIGKILL')
    folder.remove()
  }
}

await measure(0)
await measure(1)
