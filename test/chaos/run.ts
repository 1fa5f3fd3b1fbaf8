import { parseArgs } from 'node:util'
import { type ChaosReport, runChaos } from './chaos.ts'

// `npm run chaos -- --minutes 5 --seed 1 --queue rabbitmq`: breaks a cluster and counts. Ends with 1 if anything was lost, doubled or missed.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    queue: { type: 'string', default: 'database' },
    blocks: { type: 'string', default: 'database' },
  },
})
const minutes = Number(values.minutes)
const seed = Number(values.seed)
if (
  !(minutes > 0) ||
  !Number.isInteger(seed) ||
  !['database', 'rabbitmq'].includes(values.queue) ||
  !['database', 's3'].includes(values.blocks)
) {
  console.error(
    'Use: npm run chaos -- [--minutes NUMBER] [--seed INTEGER] [--queue database|rabbitmq] [--blocks database|s3]',
  )
  process.exit(2)
}

const print = (report: ChaosReport): boolean => {
  const recoveries = report.faults.map(({ recovery }) => recovery / 1000).sort((a, b) => a - b)
  const p95 = recoveries[Math.ceil(recoveries.length * 0.95) - 1] ?? 0
  console.log(`
| what | number |
|---|---|
| faults | ${report.faults.length} |
| every process ready again, p95 | ${p95.toFixed(1)} s |
| accepted records | ${report.accepted} |
| … lost | ${report.lost.length} |
| … stored twice | ${report.doubled.length} |
| break-ins | ${report.breakIns} |
| … without exactly one alert | ${report.missed.length} |
| messages | ${report.messages} |
| … taken twice, with the same key | ${report.repeated.length} |
| refused requests, by status | ${Object.entries(report.refusals)
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ')} |
`)
  const faults = [...report.lost, ...report.doubled, ...report.missed]
  for (const one of faults.slice(0, 20)) console.log(`- ${one}`)
  return faults.length === 0
}

const report = await runChaos({
  milliseconds: minutes * 60_000,
  faults: Number.POSITIVE_INFINITY,
  seed,
  withRabbitmq: values.queue === 'rabbitmq',
  withObjects: values.blocks === 's3',
  log: console.log,
})
process.exit(print(report) ? 0 : 1)
