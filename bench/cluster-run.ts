import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, root, scratch, startServer } from '../test/e2e/program.ts'
import { createPostgresCluster, type PostgresCluster } from '../test/services/postgres-cluster.ts'
import { sendBodies, waitingRecords } from './record-backlog.ts'

const ticksPerSecond = 100
/** How many records a worker delivers before it is measured. */
const warmUp = 40_000
/** How often the backlog is read, in ms. Each time costs the server and the database some statements. */
const pollMs = 250

/** CPU seconds of a process, with all its threads. */
export const cpuOf = (pid: number): number => {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number)
  return (user + system) / ticksPerSecond
}

/** Seconds that each thread of a process has run, and that it was ready to run while others had the cores. */
const threadTimesOf = (pid: number): ReadonlyMap<string, readonly [runs: number, waits: number]> =>
  new Map(
    readdirSync(`/proc/${pid}/task`).map((thread) => {
      const [runs = 0, waits = 0] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ').map(Number)
      return [thread, [runs / 1e9, waits / 1e9]]
    }),
  )

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

/** The cost of some work: CPU in seconds, bytes of the write-ahead log, statements, and jobs that were put in the queue. */
interface Spent {
  readonly seconds: number
  readonly records: number
  /** Of each process that did the work. */
  readonly cpu: readonly number[]
  /** How long the busiest thread of each process ran and waited for a core. The rest of the time it waited for the database. */
  readonly busiest: readonly { readonly runs: number; readonly waits: number }[]
  readonly databaseCpu: number
  readonly walBytes: number
  readonly statements: number
  readonly jobs: number
}

export interface ClusterRun {
  /** The server accepted the records. */
  readonly accepting: Spent
  /** The workers delivered them, without the first ones of each, during which its compiler warms up. */
  readonly working: Spent
  /** The CPU seconds of workers and the items, by the topic that one process at a time works. */
  readonly lanes: Readonly<Record<keyof typeof laneStages, { readonly items: number; readonly cpu: number }>>
  /** Bytes of the blocks, and of the rows around them. */
  readonly stored: { readonly events: number; readonly blocks: number; readonly rows: number }
}

/** The stages that belong to a topic without partitions. */
const laneStages = {
  facts: ['detect across partitions'],
  detections: ['newest detections', 'keep detections', 'merge'],
  alerts: ['load alerts', 'triage', 'keep triage results', 'correlate', 'propose'],
} as const

/**
 * Sends a backlog to a server on a PostgreSQL cluster of its own, then lets workers with one thread each deliver it. CPU times are read from the
 * kernel, so that they hardly depend on the load of the machine; `seconds` does.
 */
export const runCluster = async (workerCount: number, bodies: readonly string[]): Promise<ClusterRun> => {
  const folder = scratch()
  const cluster = await createPostgresCluster()
  await countStatements(cluster)
  const env = { VEDETTE_STORAGE_URL: cluster.url(), VEDETTE_PARTITIONS: '16', LOG_LEVEL: 'error' }
  const server = await startServer({
    ...{ dataDir: join(folder.path, 'server'), port: await freePort(), env },
    args: ['--workers', 'none'],
  })
  const workers: { readonly child: ChildProcess; readonly port: number }[] = []
  const pid = await cluster.pid()
  const read = async (pids: readonly number[], records: number) => ({
    at: performance.now() / 1_000,
    records,
    cpu: pids.map(cpuOf),
    threads: pids.map(threadTimesOf),
    databaseCpu: cpuOfDatabase(pid),
    ...(await countersOf(cluster)),
  })
  try {
    const own = [server.child.pid ?? 0]
    const empty = await read(own, 0)
    await sendBodies(server, bodies)
    const backlog = await waitingRecords(server)
    const full = await read(own, backlog)
    for (let index = 0; index < workerCount; index += 1) {
      const port = await freePort()
      const child = spawn(join(root, 'bin/vedette.cjs'), ['worker', '--health-port', String(port)], {
        env: { ...process.env, ...env, VEDETTE_DATA_DIR: join(folder.path, String(index)) },
        stdio: 'ignore',
      })
      workers.push({ child, port })
    }
    const pids = workers.map(({ child }) => child.pid ?? 0)
    const first = Math.min(workerCount * warmUp, backlog / 2)
    while ((await waitingRecords(server)) > backlog - first) await sleep(pollMs)
    const warm = await read(pids, -(await waitingRecords(server)))
    while ((await waitingRecords(server)) > backlog * 0.05) await sleep(pollMs)
    const done = await read(pids, -(await waitingRecords(server)))
    await server.settled()
    const stages = await Promise.all(workers.map(({ port }) => stagesOf(port)))
    const cpu = pids.map(cpuOf).reduce((sum, one) => sum + one, 0)
    return {
      accepting: difference(empty, full),
      working: difference(warm, done),
      lanes: {
        facts: laneOf('facts', stages.flat(), cpu),
        detections: laneOf('detections', stages.flat(), cpu),
        alerts: laneOf('alerts', stages.flat(), cpu),
      },
      stored: await storedIn(cluster),
    }
  } finally {
    for (const { child } of workers) child.kill('SIGKILL')
    await server.stop('SIGKILL')
    await cluster.remove()
    folder.remove()
  }
}

type Reading = Omit<Spent, 'seconds' | 'busiest'> & {
  readonly at: number
  readonly threads: readonly ReturnType<typeof threadTimesOf>[]
}

const difference = (from: Reading, to: Reading): Spent => ({
  seconds: to.at - from.at,
  records: to.records - from.records,
  cpu: to.cpu.map((one, index) => one - (from.cpu[index] ?? 0)),
  busiest: to.threads.map((threads, index) => busiestOf(from.threads[index] ?? new Map(), threads)),
  databaseCpu: to.databaseCpu - from.databaseCpu,
  walBytes: to.walBytes - from.walBytes,
  statements: to.statements - from.statements,
  jobs: to.jobs - from.jobs,
})

const busiestOf = (from: ReturnType<typeof threadTimesOf>, to: ReturnType<typeof threadTimesOf>) => {
  const spent = [...to].map(([thread, [runs, waits]]) => {
    const [ran, waited] = from.get(thread) ?? [0, 0]
    return { runs: runs - ran, waits: waits - waited }
  })
  return spent.toSorted((a, b) => b.runs - a.runs)[0] ?? { runs: 0, waits: 0 }
}

const countStatements = async (cluster: PostgresCluster): Promise<void> => {
  await cluster.ask("alter system set shared_preload_libraries = 'pg_stat_statements'")
  await cluster.stop('fast')
  await cluster.start()
  await cluster.ask('create extension pg_stat_statements')
}

const numberOf = async (cluster: PostgresCluster, sql: string, database?: string): Promise<number> => {
  const [row] = await cluster.ask(sql, database)
  const [value] = row !== null && typeof row === 'object' ? Object.values(row) : []
  return Number(value ?? 0)
}

const countersOf = async (cluster: PostgresCluster) => ({
  walBytes: await numberOf(cluster, "select pg_current_wal_lsn() - '0/0'::pg_lsn"),
  statements: await numberOf(
    cluster,
    "select sum(calls) from pg_stat_statements where dbid = (select oid from pg_database where datname = 'vedette')",
  ),
  jobs: await numberOf(cluster, "select n_tup_ins from pg_stat_user_tables where relname = 'jobs'", 'vedette'),
})

const storedIn = async (cluster: PostgresCluster) => ({
  events: await numberOf(cluster, 'select sum(count) from event_blocks', 'vedette'),
  blocks: await numberOf(cluster, 'select sum(bytes) from event_blocks', 'vedette'),
  rows: await numberOf(
    cluster,
    "select sum(length(filter)) + pg_indexes_size('event_blocks') from event_blocks",
    'vedette',
  ),
})

interface StageTime {
  readonly stage: string
  readonly items: number
  readonly seconds: number
}

/** Reads the time and the items of each stage from the metrics of a worker. */
const stagesOf = async (port: number): Promise<readonly StageTime[]> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return Array.from(
    text.matchAll(/^vedette_pipeline_stage_duration_seconds_sum\{stage="([^"]+)"\} (\S+)/gm),
    ([, stage = '', seconds]) => ({
      ...{ stage, seconds: Number(seconds) },
      items: Number(
        new RegExp(`^vedette_pipeline_stage_items_total\\{stage="${stage}",direction="in"\\} (\\d+)`, 'm').exec(
          text,
        )?.[1] ?? 0,
      ),
    }),
  )
}

/** Divides the CPU time of the workers among the stages by how long they took. */
const laneOf = (topic: keyof typeof laneStages, stages: readonly StageTime[], cpu: number) => {
  const sum = (of: readonly StageTime[]) => of.reduce((total, { seconds }) => total + seconds, 0)
  const own = stages.filter(({ stage }) => laneStages[topic].some((name) => name === stage))
  const [first] = laneStages[topic]
  const items = own.filter(({ stage }) => stage === first).reduce((total, one) => total + one.items, 0)
  return { items, cpu: (cpu * sum(own)) / Math.max(1e-9, sum(stages)) }
}
