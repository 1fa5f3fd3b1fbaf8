import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'
import { mixedLines } from '../../bench/mixed-lines.ts'
import { keeps } from '../keeps.ts'
import { adminToken, freePort, root, scratch, startServer } from './program.ts'

const data = scratch()
afterAll(() => data.remove())
const lines = Number(process.env.LINES ?? 1_000_000)

const stages = z.object({
  stages: z.array(z.object({ name: z.string(), received: z.number(), emitted: z.number(), failed: z.number() })),
  queues: z.array(z.object({ dead: z.number() })),
})

it(`takes ${lines} piped lines in bounded memory, and every counter balances (${keeps('vedette.bounded-memory')})`, {
  timeout: 300_000,
}, async () => {
  const server = await startServer({ dataDir: data.path, port: await freePort() })
  const started = performance.now()
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, server.rss())
  }, 100)

  const client = spawn(process.execPath, [join(root, 'bin/vedette.cjs'), 'ingest', '-', '--url', server.url], {
    env: { ...process.env, VEDETTE_TOKEN: adminToken },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [client.stdout, client.stderr]) stream.on('data', (chunk) => (said += chunk))
  const ended = new Promise<number | null>((done) => client.once('exit', done))
  const some = mixedLines(10_000, Date.now())
  for (let i = 0; i < lines; i += 1000) {
    const chunk = `${Array.from({ length: Math.min(1000, lines - i) }, (_, k) => some[(i + k) % some.length]).join('\n')}\n`
    if (!client.stdin.write(chunk)) await new Promise((done) => client.stdin.once('drain', done))
  }
  client.stdin.end()
  expect(await ended, said).toBe(0)

  await server.settled()
  const health = stages.parse(await (await server.ask('/health/ready')).json())
  clearInterval(watch)
  const seconds = (performance.now() - started) / 1000
  console.log(`${lines} lines in ${seconds.toFixed(1)} s, server at most ${Math.round(peak)} MB`)

  const passed = (name: string) => health.stages.find((stage) => stage.name === name)
  expect(passed('normalize')?.emitted).toBe(lines)
  expect(passed('pack events')?.emitted).toBe(lines)
  expect(health.queues.every(({ dead }) => dead === 0)).toBe(true)
  const metrics = await (await server.ask('/metrics')).text()
  const received = [...metrics.matchAll(/^vedette_events_received_total\{.*\} (\d+)/gm)].map(([, count]) =>
    Number(count),
  )
  expect(received.reduce((sum, count) => sum + count, 0)).toBe(lines)
  expect(peak).toBeLessThanOrEqual(350)
  expect(await server.stop()).toBe(0)
})
