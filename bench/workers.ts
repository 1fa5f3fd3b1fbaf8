import { type ClusterRun, runCluster } from './cluster-run.ts'
import { mixedLines } from './mixed-lines.ts'
import { readBenchOptions } from './options.ts'
import { toRequestBodies } from './request-bodies.ts'

// Measures the effect of a second worker: the same backlog of records on PostgreSQL, worked off by one worker process and by two, in one run. Each has
// one pipeline thread and its share of 16 partitions. `capacity`, how much more two workers can do for each second of CPU that they have, does not depend on
// the load of the machine as `throughput` does.
const hosts = 64
const total = readBenchOptions().number('lines', 300_000)
const lines = mixedLines(total).map((line, index) => line.replace(/ \S+ /, ` host-${index % hosts} `))
const bodies = toRequestBodies(lines, 5_000)

const summaryOf = ({ working: { seconds, records, cpu, busiest, databaseCpu, statements } }: ClusterRun) => ({
  ...{ records, seconds: Number(seconds.toFixed(1)), per_second: Math.round(records / seconds) },
  worker_us: Number(((cpu.reduce((sum, one) => sum + one, 0) / records) * 1e6).toFixed(1)),
  database_us: Number(((databaseCpu / records) * 1e6).toFixed(1)),
  statements_per_1000: Number(((statements / records) * 1_000).toFixed(1)),
  busy: cpu.map((one) => Number((one / seconds).toFixed(2))),
  // Of its time, a pipeline thread waited so much for a core that others had, and so much for the database or for work.
  waits_for_core: busiest.map(({ waits }) => Number((waits / seconds).toFixed(2))),
  waits_otherwise: busiest.map(({ runs, waits }) => Number(Math.max(0, 1 - (runs + waits) / seconds).toFixed(2))),
})

const [one, two] = [summaryOf(await runCluster(1, bodies)), summaryOf(await runCluster(2, bodies))]
console.log(JSON.stringify({ bench: 'workers', workers: 1, ...one }))
console.log(JSON.stringify({ bench: 'workers', workers: 2, ...two }))
console.log(
  JSON.stringify({
    bench: 'workers',
    throughput: Number((two.per_second / one.per_second).toFixed(2)),
    capacity: Number(((2 * one.worker_us) / two.worker_us).toFixed(2)),
  }),
)
