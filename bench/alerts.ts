import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { freePort, root, scratch, startServer } from '../test/e2e/program.ts'
import { createPostgresCluster } from '../test/services/postgres-cluster.ts'
import { cpuOf } from './cluster-run.ts'
import { readBenchOptions } from './options.ts'
import { sendBodies } from './record-backlog.ts'
import { toRequestBodies } from './request-bodies.ts'

// Measures how many alerts a second the one worker of `alerts` can triage and correlate: all of an attack on many hosts wait before it starts.
const failures = 30
const attackers = Math.ceil(readBenchOptions().number('lines', 90_000) / failures)
const hosts = Math.ceil(attackers / 3)
const began = Date.now() - 3_600_000
const lines = Array.from({ length: attackers * failures }, (_, index) => {
  const attacker = index % attackers
  const address = `198.${18 + (attacker >> 16)}.${(attacker >> 8) & 255}.${attacker & 255}`
  const time = new Date(began + (index * 600_000) / (attackers * failures)).toISOString()
  return `${time} host-${attacker % hosts} sshd[9]: Failed password for user${attacker} from ${address} port ${20_000 + (index % 40_000)} ssh2`
})

const folder = scratch()
const cluster = await createPostgresCluster()
const env = { VEDETTE_STORAGE_URL: cluster.url(), VEDETTE_PARTITIONS: '16', LOG_LEVEL: 'error' }
const server = await startServer({
  ...{ dataDir: join(folder.path, 'server'), port: await freePort(), env },
  args: ['--workers', 'none'],
})
const startWorker = async (topics: string) => {
  const port = await freePort()
  const child = spawn(join(root, 'bin/vedette.cjs'), ['worker', '--topics', topics, '--health-port', String(port)], {
    env: { ...process.env, ...env, VEDETTE_DATA_DIR: join(folder.path, topics) },
    stdio: 'ignore',
  })
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) await sleep(50)
  return { child, metrics: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text() }
}
const counts = z.array(z.object({ topic: z.string(), count: z.coerce.number() }))
const waiting = async (...topics: readonly string[]): Promise<number> => {
  const sql = "select topic, sum(count) as count from jobs where state <> 'dead' group by topic"
  const rows = counts.parse(await cluster.ask(sql, 'vedette'))
  return rows.reduce((sum, { topic, count }) => sum + (topics.includes(topic) ? count : 0), 0)
}

await sendBodies(server, toRequestBodies(lines, 5_000))
const others = ['records', 'facts', 'detections', 'incidents']
const first = await startWorker(others.join())
for (let quiet = 0; quiet < 10; quiet = (await waiting(...others)) === 0 ? quiet + 1 : 0) await sleep(200)
const alerts = await waiting('alerts')
const second = await startWorker('alerts')
const [start, cpu] = [performance.now(), cpuOf(second.child.pid ?? 0)]
while ((await waiting('alerts')) > 0) await sleep(50)
const seconds = (performance.now() - start) / 1_000
const metrics = await second.metrics()
const stage = (name: string) =>
  Number(
    new RegExp(`^vedette_pipeline_stage_duration_seconds_sum\\{stage="${name}"\\} (\\S+)`, 'm').exec(metrics)?.[1] ?? 0,
  )
console.log(
  JSON.stringify({
    ...{ bench: 'alerts', alerts, per_second: Math.round(alerts / seconds) },
    cpu_ms: Number((((cpuOf(second.child.pid ?? 0) - cpu) / alerts) * 1_000).toFixed(2)),
    triage_seconds: Number((stage('triage') + stage('keep triage results')).toFixed(1)),
    correlate_seconds: Number((stage('correlate') + stage('propose')).toFixed(1)),
  }),
)
for (const { child } of [first, second]) child.kill('SIGKILL')
await server.stop('SIGKILL')
await cluster.remove()
folder.remove()
