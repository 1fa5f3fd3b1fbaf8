import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, root, scratch, startServer } from '../test/e2e/program.ts'
import { createPostgresCluster } from '../test/services/postgres-cluster.ts'
import { mixedLines } from './mixed-lines.ts'
import { sendBodies, waitingRecords } from './record-backlog.ts'
import { toRequestBodies } from './request-bodies.ts'

// Measures the effect of a second worker: the same backlog of records on PostgreSQL, worked off by one worker process and by two, in one run. Each has
// one pipeline thread and its share of 16 partitions. The server only accepts records. The CPU time of workers, server and database is read
// from the kernel, so that `capacity`, what two workers can do for each second of CPU that they have, does not depend on the load of the
// machine.
const total = Number(process.env.LINES ?? 300_000)
const hosts = 64
const lines = mixedLines(total).map((line, index) => line.replace(/ \S+ /, ` host-${index % hosts} `))
const bodies = toRequestBodies(lines, 5_000)
const ticksPerSecond = 100

/** CPU seconds of a process, with all its threads. */
const cpuOf = (pid: number): number => {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number)
  return (user + system) / ticksPerSecond
}

/** CPU seconds of a database server, from the number of its first process: the kernel adds those of sessions that have ended. */
const cpuOfDatabase = (first: number): number => {
  const [, fields = ''] = readFileSync(`/proc/${first}/stat`, 'utf8').split(') ')
  const ticks = fields.split(' ').slice(11, 15).map(Number)
  const sessions = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').split(' ').map(Number)
  return (
    ticks.reduce((sum, some) => sum + some, 0) / ticksPerSecond +
    sessions.reduce((sum, pid) => sum + (pid > 0 ? cpuOf(pid) : 0), 0)
  )
}

const measure = async (count: 1 | 2) => {
  const folder = scratch()
  const cluster = await createPostgresCluster()
  const pid = await cluster.pid()
  const env = { VEDETTE_STORAGE_URL: cluster.url(), VEDETTE_PARTITIONS: '16', LOG_LEVEL: 'error' }
  const server = await startServer({
    dataDir: join(folder.path, 'server'),
    port: await freePort(),
    env,
    args: ['--workers', 'none'],
  })
  const workers: ChildProcess[] = []
  try {
    await sendBodies(server, bodies)
    for (let index = 0; index < count; index += 1) {
      workers.push(
        spawn(join(root, 'bin/vedette.cjs'), ['worker'], {
          env: { ...process.env, ...env, VEDETTE_DATA_DIR: join(folder.path, String(index)) },
          stdio: 'ignore',
        }),
      )
    }
    const backlog = await waitingRecords(server)
    // Until then, the compiler is warming up.
    while ((await waitingRecords(server)) > backlog * 0.7) await sleep(50)
    const began = performance.now()
    const first = await waitingRecords(server)
    const cpuBefore = workers.map((worker) => cpuOf(worker.pid ?? 0))
    const databaseBefore = cpuOfDatabase(pid)
    while ((await waitingRecords(server)) > backlog * 0.05) await sleep(50)
    const seconds = (performance.now() - began) / 1_000
    const records = first - (await waitingRecords(server))
    const cpu = workers.map((worker, index) => cpuOf(worker.pid ?? 0) - (cpuBefore[index] ?? 0))
    const sum = cpu.reduce((one, two) => one + two, 0)
    const database = cpuOfDatabase(pid) - databaseBefore
    return {
      ...{ workers: count, records, seconds, per_second: Math.round(records / seconds) },
      worker_us: Number(((sum / records) * 1e6).toFixed(1)),
      database_us: Number(((database / records) * 1e6).toFixed(1)),
      busy: cpu.map((one) => Number((one / seconds).toFixed(2))),
    }
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await server.stop('SIGKILL')
    await cluster.remove()
    folder.remove()
  }
}

const one = await measure(1)
console.log(JSON.stringify({ bench: 'workers', ...one }))
const two = await measure(2)
console.log(JSON.stringify({ bench: 'workers', ...two }))
console.log(
  JSON.stringify({
    bench: 'workers',
    throughput: Number((two.per_second / one.per_second).toFixed(2)),
    capacity: Number(((2 * one.worker_us) / two.worker_us).toFixed(2)),
  }),
)
